/** The engine on BullMQ and Redis or Valkey. */
import { once } from "node:events";
import type { JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { BrokenCluster, ClusterConfigError } from "../errors.js";
import type { Bytes } from "../messages.js";
import { Blobs } from "./blobs.js";
import type { Server } from "./connection.js";
import type { Engine, EngineEvents, JobRequest, JobState, WorkerReport } from "./engine.js";
import { received, sent } from "./large.js";
import { keyPrefix, keysOf, programKey, valueKey } from "./names.js";

/** Of BullMQ's own priorities, which grow downwards: half for each sign. */
const middlePriority = 1 << 20;
export const largestPriority = middlePriority - 1;
/** Jobs that have ended and are kept, whatever their age. */
const keptJobs = 100_000;
/** ms */
const programTtl = 7 * 24 * 3_600_000;

export interface BullmqEngineOptions {
  readonly server: Server;
  readonly queue: string;
  readonly submitter: string;
  /** ms for which results and large arguments are kept. */
  readonly resultTtl: number;
  /** ms for the first connection. */
  readonly connectTimeout: number;
  readonly events: EngineEvents;
}

export class BullmqEngine implements Engine {
  readonly #options: BullmqEngineOptions;
  readonly #queue: Queue;
  readonly #client: Redis;
  readonly #inbox: Redis;
  readonly #keys: ReturnType<typeof keysOf>;
  readonly #values: Blobs;
  readonly #programs: Blobs;
  #held = true;
  #isClosed = false;

  /** @throws BrokenCluster if the server does not answer in time; ClusterConfigError if it is none that will do. */
  static async open(options: BullmqEngineOptions): Promise<BullmqEngine> {
    const { Queue: BullQueue, Redis: Client } = await import("./bullmqPackage.js");
    const client = new Client(options.server.options);
    const inbox = new Client(options.server.options);
    const lastError = { text: "" };
    for (const connection of [client, inbox]) connection.on("error", (error) => (lastError.text = error.message || String(error)));
    try {
      await answering(client, options, lastError);
      const engine = new BullmqEngine(
        options,
        client,
        inbox,
        new BullQueue(options.queue, { connection: client, prefix: keyPrefix, skipVersionCheck: true }),
      );
      await inbox.subscribe(keysOf(options.queue).inbox(options.submitter));
      return engine;
    } catch (error) {
      client.disconnect();
      inbox.disconnect();
      throw error;
    }
  }

  private constructor(options: BullmqEngineOptions, client: Redis, inbox: Redis, queue: Queue) {
    this.#options = options;
    this.#client = client;
    this.#inbox = inbox;
    this.#queue = queue;
    this.#keys = keysOf(options.queue);
    this.#values = new Blobs(client, valueKey);
    this.#programs = new Blobs(client, programKey);
    queue.on("error", () => {}); // those of its connection, which is the client's
    inbox.on("messageBuffer", (_channel: Buffer, bytes: Buffer) => this.#heard(bytes));
    for (const connection of [client, inbox]) {
      connection.on("close", () => this.#isClosed || options.events.connected(false));
      connection.on("ready", () => {
        this.#apply(connection);
        options.events.connected(client.status === "ready" && inbox.status === "ready");
      });
    }
  }

  async add(jobs: readonly JobRequest[]): Promise<void> {
    const requests = jobs.map(({ id, name, frame, priority }) => ({ name, data: frame.toString("base64"), opts: this.#jobOptions(id, priority) }));
    const [first] = requests;
    if (first && requests.length === 1) await this.#queue.add(first.name, first.data, first.opts);
    else await this.#queue.addBulk(requests);
  }

  async remove(id: string): Promise<boolean> {
    return (await this.#queue.remove(id)) === 1;
  }

  async stateOf(id: string): Promise<JobState> {
    const state = await this.#queue.getJobState(id);
    if (state === "active") return { state };
    if (state !== "completed" && state !== "failed") return { state: state === "unknown" ? "gone" : "waiting" };
    const job = await this.#queue.getJob(id);
    if (!job) return { state: "gone" };
    return state === "failed" ? { state, reason: job.failedReason } : { state: "finished", frame: Buffer.from(String(job.returnvalue), "base64") };
  }

  tellWorkers(frame: Buffer): void {
    void this.#client.publish(this.#keys.control, frame as unknown as string).catch(() => {});
  }

  store(bytes: Uint8Array): Promise<Bytes> {
    return sent(bytes, this.#values, this.#options.resultTtl);
  }

  storeProgram(bytes: Buffer): Promise<string> {
    return this.#programs.put(bytes, programTtl);
  }

  load(bytes: Bytes, what: string): Promise<Uint8Array> {
    return received(bytes, this.#values, what);
  }

  async workers(): Promise<WorkerReport[]> {
    const names = await this.#client.zrange(this.#keys.workers, "0", "-1");
    if (names.length === 0) return [];
    const frames = await this.#client.mgetBuffer(...names.map((name) => this.#keys.worker(name)));
    return names.flatMap((name, index) => (frames[index] ? [{ name, frame: frames[index] }] : []));
  }

  async beat(hello: Buffer, ms: number): Promise<void> {
    await this.#client.set(this.#keys.submitter(this.#options.submitter), hello, "PX", ms);
  }

  hold(held: boolean): void {
    this.#held = held;
    for (const connection of [this.#client, this.#inbox]) this.#apply(connection);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Without a connection there is nothing to say, and nobody who would answer.
    if (this.#client.status === "ready") {
      const lost = once(this.#client, "close");
      const said = Promise.allSettled([this.#client.del(this.#keys.submitter(this.#options.submitter)), this.#queue.close()]);
      await Promise.race([said, lost]);
    }
    this.#client.disconnect();
    this.#inbox.disconnect();
  }

  #apply(connection: Redis): void {
    const socket = connection.stream as { ref?(): void; unref?(): void } | undefined;
    socket?.[this.#held ? "ref" : "unref"]?.();
  }

  #heard(bytes: Buffer): void {
    const { events } = this.#options;
    if (bytes[0] === "M".charCodeAt(0)) {
      events.message(bytes.subarray(1));
      return;
    }
    const end = bytes.indexOf(0);
    if (bytes[0] === "R".charCodeAt(0) && end > 0) events.result(bytes.toString("latin1", 1, end), bytes.subarray(end + 1));
  }

  #jobOptions(jobId: string, priority: number): JobsOptions {
    const kept = { age: Math.ceil(this.#options.resultTtl / 1_000), count: keptJobs };
    return { jobId, priority: middlePriority - priority, attempts: 1, removeOnComplete: kept, removeOnFail: kept };
  }
}

async function answering(client: Redis, { server, connectTimeout }: BullmqEngineOptions, lastError: { readonly text: string }): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const reason = lastError.text === "" ? "" : `: ${lastError.text}`;
      reject(new BrokenCluster(`${server.place} has not answered within ${connectTimeout} ms${reason}`));
    }, connectTimeout);
  });
  try {
    const info = await Promise.race([client.info(), tooLate]);
    const [, version = "0"] = /redis_version:([\d.]+)/.exec(info) ?? [];
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major < 6 || (major === 6 && minor < 2)) throw new ClusterConfigError(`${server.place} is Redis ${version}, and 6.2 or newer is needed`);
    const [, policy = "noeviction"] = /maxmemory_policy:(\S+)/.exec(info) ?? [];
    if (policy === "noeviction") return;
    process.emitWarning(
      `${server.place} has the maxmemory-policy ${policy}, and may throw away tasks and results when its memory is full: set it to noeviction`,
      {
        type: "ClusterWarning",
      },
    );
  } finally {
    clearTimeout(timer);
  }
}
