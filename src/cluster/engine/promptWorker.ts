/**
 * BullMQ's worker, with fewer ways to the server and back between jobs that come one after the other: they are most of what a short one takes. Each line is
 * one write, and one way.
 *
 *   BullMQ's own                                        here
 *   moveToFinished ─► no other job                      drop the mark, moveToFinished, BZPOPMIN, moveToActive ─► the next job, as soon as there is one
 *   BZPOPMIN ─► the mark of the job that has ended
 *   moveToActive ─► no job
 *   BZPOPMIN ─► a mark
 *   moveToActive ─► the next job
 *
 * So it is for a worker that takes one at a time. Everything else is BullMQ's: scripts, holds, what becomes of jobs whose worker is lost. `test/cluster/prompt.test.ts` reads the commands as the server gets them.
 */
import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  createRedisBackend,
  type KeepJobs,
  type MinimalJob,
  type Processor,
  type QueueBaseOptions,
  RedisQueueBackend,
  Worker,
  type WorkerOptions,
} from "bullmq";
import type { Redis } from "ioredis";

/**
 * ms after the end of a job for which the server, when there is another one, hands it over without being asked. Not longer: what it hands to a worker
 * that was cut off meanwhile counts as started.
 */
const handsOverFor = 100;

/** Jobs without a wait in between: somebody who submits one after the other may be faster than the end of a job. */
const many = 4;

/**
 * A job that is started leaves a mark for other workers, that there may be more: whoever waits next would wake up for nothing. Where jobs wait it stays.
 * KEYS: the marks, and the two places where jobs wait.
 */
const dropMark = `if redis.call("LLEN", KEYS[2]) == 0 and redis.call("ZCARD", KEYS[3]) == 0 then redis.call("ZREM", KEYS[1], "0") end`;

type NextJob = Awaited<ReturnType<RedisQueueBackend["moveToActive"]>>;

interface Handover {
  readonly token: string;
  readonly job: Promise<NextJob>;
  /** There was no job when the one before had ended. */
  hasWaited: boolean;
}

type Client = Pick<Redis, "stream" | "defineCommand"> & { dropMark?(...keys: readonly string[]): Promise<unknown> };

/** What is sent until this turn's promises are done goes in one write, which costs more than all that is in it. */
function sendTogether({ stream }: Client): void {
  if (!stream || stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

class PromptBackend extends RedisQueueBackend {
  readonly #workerName: string | undefined;
  /** Of several jobs at a time each would wait for what is handed over for another's place. */
  readonly #isOneAtATime: boolean;
  /** The same scripts, on the connection that waits. */
  readonly #waiting: RedisQueueBackend;
  /** Jobs in a row for which the worker has not had to wait. */
  #inARow = 0;
  readonly #tokens = randomUUID();
  #handovers = 0;
  /** What the server hands over, until the worker asks for it. */
  #next: Handover | undefined;
  #handedOver: Promise<unknown> | undefined;

  constructor(plain: RedisQueueBackend, name: string, opts: QueueBaseOptions & { name?: string; concurrency?: number }) {
    const { connection, blockingConnection } = plain;
    if (!blockingConnection) throw new Error("a worker needs a connection to wait on");
    const toKey = (type: string): string => plain.toKey(type);
    super(connection, name, plain.keys, toKey, opts, blockingConnection);
    plain.on("error", () => {}); // both are told of what happens to the connections
    this.#workerName = opts.name;
    this.#isOneAtATime = opts.concurrency === 1;
    this.#waiting = new RedisQueueBackend(blockingConnection, name, plain.keys, toKey, opts, undefined, false);
  }

  /** With which the job is locked that `moveToActive` gives next, if not with the one that it is asked for. */
  get token(): string | undefined {
    return this.#next?.token;
  }

  /** Then BullMQ's own way has less to do for the server, and there is more to be done than to wait for one job. */
  get hasMany(): boolean {
    return this.#inARow >= many;
  }

  /** Resolves when the worker has what the server hands over, and it hands nothing over any more. */
  async settled(): Promise<void> {
    await this.#handedOver;
    while (this.#next) await nextTurn();
  }

  override async moveToCompleted<T, R, N extends string>(
    job: MinimalJob<T, R, N>,
    value: R,
    remove: boolean | number | KeepJobs,
    token: string,
    fetchNext: boolean,
  ): ReturnType<RedisQueueBackend["moveToCompleted"]> {
    const client = fetchNext && this.#isOneAtATime && !this.hasMany ? ((await this.blockingClient) as Client | undefined) : undefined;
    if (!client || this.#next) {
      const completed = await super.moveToCompleted(job, value, remove, token, fetchNext && !this.#next);
      if (completed.result?.[0]) this.#inARow += 1;
      return completed;
    }
    const next = `${this.#tokens}:${this.#handovers++}`;
    sendTogether(client);
    this.#dropMark(client);
    const completed = this.#waiting.moveToCompleted(job, value, remove, token, false);
    const marked = super.waitForJob(handsOverFor / 1_000);
    const given = this.#waiting.moveToActive(next, this.#workerName);
    const handover: Handover = { token: next, job: given, hasWaited: false };
    this.#next = handover;
    this.#handedOver = Promise.allSettled([marked, given]);
    // Where there is a job, the server has answered all at once.
    void completed.then(nextTurn, () => {}).then(() => (handover.hasWaited = true));
    return completed;
  }

  /** Also of one whose end was not taken: what is handed over is for its place. */
  override moveToFailed(...args: Parameters<RedisQueueBackend["moveToFailed"]>): ReturnType<RedisQueueBackend["moveToFailed"]> {
    const [job, reason, remove, token, fetchNext, fields] = args;
    return super.moveToFailed(job, reason, remove, token, fetchNext && !this.#next, fields);
  }

  override async waitForJob(timeout: number): ReturnType<RedisQueueBackend["waitForJob"]> {
    if (this.#next) return null; // the worker asks for the job then
    const mark = await super.waitForJob(timeout);
    if (mark) this.#inARow = 0;
    return mark;
  }

  override async moveToActive(token: string, name?: string): Promise<NextJob> {
    const next = this.#next;
    this.#next = undefined;
    // Without a connection it is not known whether there was one; if so, it is found to be without its worker, like any other.
    const job = await next?.job.catch(() => undefined);
    if (next) this.#inARow = next.hasWaited ? 0 : this.#inARow + 1;
    return job ?? super.moveToActive(token, name);
  }

  #dropMark(client: Client): void {
    if (!client.dropMark) client.defineCommand("dropMark", { lua: dropMark, numberOfKeys: 3 });
    const { marker = "", wait = "", prioritized = "" } = this.keys;
    client.dropMark?.(marker, wait, prioritized).catch(() => {}); // others wake up for nothing
  }
}

export class PromptWorker extends Worker<unknown, unknown, string, PromptBackend> {
  constructor(queue: string, run: Processor<unknown, unknown, string>, options: WorkerOptions) {
    super(queue, run, options, (name, opts, wanted) => new PromptBackend(createRedisBackend(name, opts, wanted) as RedisQueueBackend, name, opts));
  }

  /** Jobs have come one on the heels of the other. */
  get hasMany(): boolean {
    return this.getBackend().hasMany;
  }

  protected override moveToActive(token: string, name?: string): ReturnType<Worker<unknown, unknown, string, PromptBackend>["moveToActive"]> {
    return super.moveToActive(this.getBackend().token ?? token, name);
  }

  /** A job that is just being handed over is run yet. */
  override async close(force?: boolean): Promise<void> {
    await this.getBackend().settled();
    await super.close(force);
  }
}
