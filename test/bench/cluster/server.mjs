// @ts-check
// A server on a free port, workers of ours and bare ones of BullMQ, each a process of its own.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";

const command = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const bareWorker = fileURLToPath(new URL("bareWorker.mjs", import.meta.url));

/** @returns {string | undefined} `undefined` where there is none. */
export function serverProgram() {
  return ["redis-server", "valkey-server"].find((name) => spawnSync(name, ["--version"]).status === 0);
}

/** Everything that one contender needs; all of it is gone after {@link close}. */
export class Place {
  #folder = mkdtempSync(path.join(tmpdir(), "bench-cluster-"));
  /** @type {import("node:child_process").ChildProcess[]} */
  #children = [];

  /** @private @param {number} port */
  constructor(port) {
    this.port = port;
  }

  /** @returns {Promise<Place>} */
  static async open() {
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const { port } = /** @type {import("node:net").AddressInfo} */ (free.address());
    free.close();
    await once(free, "close");
    const place = new Place(port);
    const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"];
    place.#children.push(spawn(serverProgram() ?? "redis-server", options, { stdio: "ignore", cwd: place.#folder }));
    const client = new Redis({ port, host: "127.0.0.1", retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on("error", () => {}); // it is not there at once
    await client.ping();
    client.disconnect();
    return place;
  }

  get connection() {
    return { host: "127.0.0.1", port: this.port };
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /**
   * Starts `futures worker`.
   * @param {string} queue
   * @param {readonly string[]} slots
   * @param {{ privateKey: string, trusted: string }} keys
   */
  async worker(queue, slots, { privateKey, trusted }) {
    const file = (/** @type {string} */ name, /** @type {string} */ text) => {
      const place = path.join(this.#folder, name);
      writeFileSync(place, text, { mode: 0o600 });
      return place;
    };
    const identity = ["--key", file("key.pem", privateKey), "--trust", file("trust.txt", trusted)];
    await this.#start([command, "worker", "--connection", this.url, "--queue", queue, ...slots, ...identity], "stderr", ": ready");
  }

  /**
   * Starts a bare worker of BullMQ.
   * @param {string} queue
   * @param {number} concurrency
   * @param {"loop" | "threads"} place where it runs jobs: in its own event loop, or in threads
   */
  async bareWorker(queue, concurrency, place) {
    await this.#start([bareWorker, String(this.port), queue, String(concurrency), place], "stdout", "ready");
  }

  async close() {
    for (const child of this.#children.reverse()) {
      const ended = once(child, "exit");
      if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL")) await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * @param {readonly string[]} args
   * @param {"stdout" | "stderr"} stream
   * @param {string} said
   */
  async #start(args, stream, said) {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#children.push(child);
    let text = "";
    await new Promise((resolve, reject) => {
      child[stream].setEncoding("utf8").on("data", (part) => {
        text += part;
        if (text.includes(said)) resolve(undefined);
      });
      child.once("exit", (code) => reject(new Error(`a worker ended with ${code}: ${text}`)));
    });
  }
}
