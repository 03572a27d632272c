/** A server, workers and executors for one suite, all real, and all gone after it. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Context } from "mocha";
import { ClusterExecutor, type ClusterOptions, generateKeys } from "../../../src/cluster/index.js";
import { skip } from "../../support/skip.js";
import { Daemon } from "./daemon.js";
import { RedisServer, type ServerOptions, serverProgram } from "./redisServer.js";

interface Keys {
  readonly privateKey: string;
  readonly publicKey: string;
}

export class Cluster {
  readonly queue: string;
  readonly server: RedisServer;
  readonly submitterKeys: Keys = generateKeys("submitter");
  readonly workerKeys: Keys = generateKeys("worker");
  readonly folder = mkdtempSync(path.join(tmpdir(), "cluster-"));
  readonly #daemons: Daemon[] = [];
  readonly #executors: ClusterExecutor[] = [];

  private constructor(server: RedisServer, queue: string) {
    this.server = server;
    this.queue = queue;
    this.write("worker.pem", this.workerKeys.privateKey);
    this.write("submitters.txt", `# who may submit\n\n${this.submitterKeys.publicKey}\n`);
  }

  /** @param context mocha's `this`: without a server its tests are skipped, but where everything has to be there they fail. */
  static async start(context: Context, options: ServerOptions = {}): Promise<Cluster> {
    if (serverProgram() === undefined) {
      const reason = "there is no redis-server and no valkey-server: install one (Debian: redis-server, macOS: valkey), or name it by REDIS_SERVER";
      if (process.env["CI"]) throw new Error(reason);
      skip(context, reason);
    }
    return new Cluster(await RedisServer.start(options), `tests-${process.pid}-${Date.now()}`);
  }

  /** @returns the path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  /** Arguments of a worker that does what it should. */
  workerArguments(...more: readonly string[]): string[] {
    const place = ["--connection", this.server.url, "--queue", this.queue];
    return [...place, "--key", path.join(this.folder, "worker.pem"), "--trust", path.join(this.folder, "submitters.txt"), ...more];
  }

  async worker(...more: readonly string[]): Promise<Daemon> {
    const daemon = new Daemon(this.workerArguments(...more));
    this.#daemons.push(daemon);
    await daemon.says(/: ready$/m);
    return daemon;
  }

  options(more: Partial<ClusterOptions> = {}): ClusterOptions {
    return { connection: this.server.url, queue: this.queue, key: this.submitterKeys.privateKey, trust: [this.workerKeys.publicKey], ...more };
  }

  executor(more: Partial<ClusterOptions> = {}): ClusterExecutor {
    const executor = new ClusterExecutor(this.options(more));
    this.#executors.push(executor);
    return executor;
  }

  /** Ends the workers, and forgets them. */
  async endWorkers(): Promise<void> {
    await Promise.all(this.#daemons.splice(0).map((daemon) => daemon.end("SIGKILL")));
  }

  async stop(): Promise<void> {
    this.server.freeze(false);
    await Promise.allSettled(this.#executors.map((executor) => executor.shutdown({ cancelFutures: true, timeout: 2_000 })));
    await this.endWorkers();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
