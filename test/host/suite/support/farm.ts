import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Context } from "mocha";
import { RedisServer, serverProgram } from "../../../cluster/support/redisServer.js";
import { skip } from "../../../support/skip.js";

/** The built command, of the repository that this is a test of. */
const command = path.resolve(__dirname, "../../../../dist/cli/main.js");

/** A server with a worker, both real and processes of their own, for one suite. */
export class Farm {
  readonly server: RedisServer;
  readonly queue = `host-${process.pid}-${Date.now()}`;
  readonly #workers: ChildProcess[] = [];

  private constructor(server: RedisServer) {
    this.server = server;
  }

  /** @param context mocha's `this`: without a server its tests are skipped, but where everything has to be there they fail. */
  static async start(context: Context): Promise<Farm> {
    if (serverProgram() === undefined) {
      const reason = "there is no redis-server and no valkey-server: install one (Debian: redis-server, macOS: valkey), or name it by REDIS_SERVER";
      if (process.env["CI"]) throw new Error(reason);
      skip(context, reason);
    }
    return new Farm(await RedisServer.start());
  }

  /** An entry of the setting `futures.executors`. */
  get entry(): Record<string, unknown> {
    return { connection: this.server.url, queue: this.queue, insecure: true };
  }

  /** Starts a worker of two threads; resolves when it is ready. */
  async worker(name: string): Promise<void> {
    const place = ["--connection", this.server.url, "--queue", this.queue, "--insecure"];
    const worker = spawn("node", [command, "worker", ...place, "--threads", "2", "--name", name], { stdio: ["ignore", "ignore", "pipe"] });
    this.#workers.push(worker);
    let said = "";
    await new Promise<void>((resolve, reject) => {
      worker.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (/: ready$/m.test(said)) resolve();
      });
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`the worker ended with ${code} and said: ${said}`)));
    });
  }

  async stop(): Promise<void> {
    for (const worker of this.#workers) {
      if (worker.exitCode !== null || worker.signalCode !== null) continue;
      const exited = once(worker, "exit");
      worker.kill("SIGKILL");
      await exited;
    }
    await this.server.stop();
  }
}
