import { WorkerDiedError, type WorkerEnd } from "../errors.js";
import type { WorkerMemory } from "./messages.js";
import type { Task } from "./task.js";
import type { Channel, ChannelEnd } from "./transport.js";

/**
 * starting → ready, when it may be given tasks, and takes them from the call queue if there is one.
 * any → stopping, when the pool has told it to end: from then on it is given nothing, and another may take its place.
 */
export type PoolWorkerState = "starting" | "ready" | "stopping";

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
  /** The task that was sent to it in a message, from the moment when it was hired for it. */
  assigned: Task | undefined;
  /** The call that it last told about, and the number of its task: for whoever hears events, it holds that one until its outcome is known. */
  told: { readonly call: number; readonly task: number } | undefined;
  /** It loads the function of the assigned task. */
  loading = false;
  /** It takes no task any more: it has run as many as it may, or a module has failed in it. */
  spent = false;
  /** Calls of a chunk that it was not sent, since they cannot be cloned: their errors, by place. */
  refused: ReadonlyMap<number, unknown> | undefined;
  /** The time of a task that it holds is over: this is what the future gets, however the task ends. */
  expired: { readonly task: Task; readonly reason: unknown } | undefined;
  /** What its task's future gets if the pool ends the worker under it. */
  condemnation: { readonly reason: unknown; readonly task?: Task } | undefined;
  /** The last uncaught error it reported; it is on its way down, unless it says something else after that. */
  uncaught: { readonly error: unknown } | undefined;
  /** It was told at its start where the functions with lower numbers are, and begins to load one when it meets a call of it. */
  knows = 0;
  /** Numbers of the functions that it has found. */
  readonly loaded = new Set<number>();
  /** Tasks that it has ended. */
  tasks = 0;
  /** ms spent in those that were sent to it. */
  busyTime = 0;
  /** When it was sent its task, by `monotonicNow`. */
  busySince: number | undefined;
  memory: WorkerMemory | undefined;
  /** Calls off the end of its idleness. */
  calledOff: (() => void) | undefined;
  /** Kept here, since a process or thread that has ended does not know them any more. */
  #ids: { pid?: number; threadId?: number } = {};
  #channel: Channel | undefined;

  /** @param place tells it from every other living worker of the pool. */
  constructor(
    readonly name: string,
    readonly place: number,
    readonly claimed: (call: number) => Task | undefined,
  ) {}

  /** The task that it holds, as far as anybody can tell from outside: it may just have ended it. */
  get task(): Task | undefined {
    if (this.assigned) return this.assigned;
    const told = this.told && this.claimed(this.told.call);
    if (told?.future.id === this.told?.task) return told;
    const call = this.#channel?.current;
    return call === undefined ? undefined : this.claimed(call);
  }

  /** Whether it holds nothing and could do with a task. */
  get free(): boolean {
    return this.state === "ready" && this.assigned === undefined && this.#channel?.free !== false;
  }

  /** Set right after the transport has started it. */
  get channel(): Channel {
    return this.#channel as Channel;
  }

  set channel(channel: Channel) {
    this.#channel = channel;
    void this.ids;
  }

  get info(): WorkerInfo {
    const { task } = this;
    const state = this.state !== "ready" ? this.state : task ? "busy" : "idle";
    return { name: this.name, state, ...this.ids, ...(task ? { task: task.future.id } : {}) };
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

  /** How it ended, as an error: each call makes a new one, since every future gets its own. @param task that it held. */
  diedError(end: ChannelEnd, task: Task | undefined): WorkerDiedError {
    const { pid, threadId } = this.ids;
    const who = `worker ${this.name}${pid === undefined ? "" : ` (pid ${pid})`}${threadId === undefined ? "" : ` (thread ${threadId})`}`;
    const doing = task
      ? this.loading || (!this.assigned && task.future.state === "PENDING")
        ? ` while it loaded ${task.fn.to.name}`
        : ` while it ran ${task.fn.to.name}`
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
