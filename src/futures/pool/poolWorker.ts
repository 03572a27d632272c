import { WorkerDiedError, type WorkerEnd } from "../errors.js";
import type { WorkerMemory } from "./messages.js";
import type { Task } from "./task.js";
import type { Channel, ChannelEnd } from "./transport.js";

/**
 * starting → idle → loading → idle (the task was cancelled meanwhile, or its function was not found)
 *                 → loading → running → idle
 *                 → running → idle
 * any → stopping, when the pool has told it to end: from then on it is given nothing, and another may take its place.
 */
export type PoolWorkerState = "starting" | "idle" | "loading" | "running" | "stopping";

/** A worker as others may see it. */
export interface WorkerInfo {
  /** `<pool name>-<number>`. */
  readonly name: string;
  /** `starting` until its initializer has run, `busy` while it holds a task, `stopping` when it has been told to end. */
  readonly state: "starting" | "idle" | "busy" | "stopping";
  /** Of a process. */
  readonly pid?: number;
  /** Of a thread, as `worker_threads` counts them. */
  readonly threadId?: number;
  /** `Future.id` of the task it holds, if busy or being stopped in it. */
  readonly task?: number;
}

/** The pool's book-keeping of one worker. */
export class PoolWorker {
  state: PoolWorkerState = "starting";
  /** The task it loads the function of, or runs. */
  task: Task | undefined;
  /** Calls of a chunk that it was not sent, since they cannot be cloned: their errors, by place. */
  refused: ReadonlyMap<number, unknown> | undefined;
  /** The time of its task is over: this is what the future gets, however the task ends. */
  expired: { readonly reason: unknown } | undefined;
  /** What its task's future gets if the pool ends the worker under it. */
  condemnation: { readonly reason: unknown } | undefined;
  /** The last uncaught error it reported; it is on its way down, unless it says something else after that. */
  uncaught: { readonly error: unknown } | undefined;
  /** Numbers of the functions that it has found. */
  readonly loaded = new Set<number>();
  /** Tasks that it has ended. */
  tasks = 0;
  /** ms spent in them. */
  busyTime = 0;
  /** When it was given its task, by `performance.now()`. */
  busySince: number | undefined;
  memory: WorkerMemory | undefined;
  /** Calls off the end of its idleness. */
  calledOff: (() => void) | undefined;
  /** Kept here, since a process or thread that has ended does not know them any more. */
  #ids: { pid?: number; threadId?: number } = {};
  #channel: Channel | undefined;

  constructor(readonly name: string) {}

  /** Set right after the transport has started it. */
  get channel(): Channel {
    return this.#channel as Channel;
  }

  set channel(channel: Channel) {
    this.#channel = channel;
    void this.ids;
  }

  get info(): WorkerInfo {
    const state = this.state === "loading" || this.state === "running" ? "busy" : this.state;
    return { name: this.name, state, ...this.ids, ...(this.task ? { task: this.task.future.id } : {}) };
  }

  get ids(): { pid?: number; threadId?: number } {
    const { pid, threadId } = this.#channel ?? {};
    if (pid !== undefined) this.#ids.pid = pid;
    if (threadId !== undefined && threadId > 0) this.#ids.threadId = threadId;
    return this.#ids;
  }

  endOf(end: ChannelEnd): WorkerEnd {
    return {
      worker: this.name,
      ...this.ids,
      exitCode: end.exitCode,
      ...(end.signal ? { signal: end.signal } : {}),
      ...(end.stderr ? { stderr: end.stderr } : {}),
    };
  }

  /** How it ended, as an error: each call makes a new one, since every future gets its own. */
  diedError(end: ChannelEnd): WorkerDiedError {
    const { pid, threadId } = this.ids;
    const who = `worker ${this.name}${pid === undefined ? "" : ` (pid ${pid})`}${threadId === undefined ? "" : ` (thread ${threadId})`}`;
    const doing = this.task
      ? this.state === "loading"
        ? ` while it loaded ${this.task.to.name}`
        : ` while it ran ${this.task.to.name}`
      : this.state === "starting"
        ? " while it started"
        : "";
    const cause = this.uncaught?.error ?? end.error;
    return new WorkerDiedError(`${who} ended${doing}: ${reasonOf(end, cause)}`, this.endOf(end), cause === undefined ? undefined : { cause });
  }
}

function reasonOf(end: ChannelEnd, cause: unknown): string {
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (code === "ERR_WORKER_OUT_OF_MEMORY" || /heap out of memory|heap limit/i.test(end.stderr ?? "")) return "it ran out of memory";
  if (cause !== undefined) return `uncaught ${cause instanceof Error ? `${cause.name}: ${cause.message}` : `value ${String(cause)}`}`;
  if (end.signal) return `killed by ${end.signal}`;
  if (end.exitCode === null) return "without a word: it ran out of memory or was terminated from outside";
  const lines = end.exitCode === 0 ? [] : (end.stderr?.split("\n") ?? []);
  const lastWords = lines.findLast((line) => /^(\w*Error\b|FATAL ERROR)/.test(line)) ?? lines.at(-1);
  return `exit code ${end.exitCode}${lastWords ? ` (${lastWords})` : ""}`;
}
