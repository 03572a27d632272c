/** What a pool tells while it works: to listeners of the pool, and to `node:diagnostics_channel`. Nothing is made when nobody listens. */
import { type Channel, channel } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import type { WorkerEnd } from "../errors.js";
import type { Future } from "../future.js";
import type { WorkerInfo } from "./poolWorker.js";

/** What a pool tells while it works; all listeners are called synchronously. */
export interface PoolEvents {
  /**
   * A call of the function of this name was taken in: `submit`, `schedule`, or a chunk of `map`. Before they return. `stop` ends it as an aborted `signal`
   * of `schedule` does. `args` are the arguments, of a chunk those of each of its `calls`, one call after another; whoever keeps them keeps them alive.
   */
  taskSubmit: [future: Future<unknown>, functionName: string, stop: (reason: unknown) => void, args: readonly unknown[], calls: number];
  /** The function of this future has started on this worker. Never before `submit` has returned the future. */
  taskStart: [future: Future<unknown>, worker: WorkerInfo];
  /** The future is done, also by being cancelled. Before its done-callbacks. */
  taskDone: [future: Future<unknown>];
  /** A worker was started; it is not ready yet. */
  workerStart: [worker: WorkerInfo];
  /** A worker is there and its initializer is done. */
  workerReady: [worker: WorkerInfo];
  /** A worker has ended, asked or unasked. */
  workerEnd: [worker: WorkerInfo, end: WorkerEnd];
  /** A worker started, ended, or changed its state: see `PoolExecutor.workers`. */
  workersChange: [];
}

/** Calls somebody else's code where it must not harm the pool: what it throws becomes a process warning of the name `ExecutorListenerWarning`. */
export function callGuarded(what: string, call: () => unknown): void {
  try {
    call();
  } catch (error) {
    process.emitWarning(`${what} failed`, {
      type: "ExecutorListenerWarning",
      detail: error instanceof Error ? (error.stack ?? String(error)) : String(error),
    });
  }
}

/** What a message on a channel of `node:diagnostics_channel` holds: the name of the executor, and what the event of the same name tells. */
export interface DiagnosticsMessage {
  /** Name of the pool. */
  readonly executor: string;
  /** Of the channels `task:…`. */
  readonly future?: Future<unknown>;
  /** Of `task:submit`. */
  readonly functionName?: string;
  /** Of `task:submit`: ends the task as an aborted `signal` of `schedule` does, with that reason. */
  readonly stop?: (reason: unknown) => void;
  /** Of `task:submit`: the arguments; of a chunk those of each of its calls, one call after another. */
  readonly args?: readonly unknown[];
  /** Of `task:submit`: how many calls the task is; 1 unless it is a chunk of `map`. */
  readonly calls?: number;
  /** Of the channels `worker:…`, and of `task:start`. */
  readonly worker?: WorkerInfo;
  /** Of `worker:end`. */
  readonly end?: WorkerEnd;
}

const channels: Readonly<Partial<Record<keyof PoolEvents, Channel>>> = {
  taskSubmit: channel("concurrent-futures:task:submit"),
  taskStart: channel("concurrent-futures:task:start"),
  taskDone: channel("concurrent-futures:task:done"),
  workerStart: channel("concurrent-futures:worker:start"),
  workerReady: channel("concurrent-futures:worker:ready"),
  workerEnd: channel("concurrent-futures:worker:end"),
};

const allChannels = Object.values(channels);

function isSubscribed(): boolean {
  for (const one of allChannels) if (one.hasSubscribers) return true;
  return false;
}

/** An emitter whose listeners may throw. */
export class PoolEmitter extends EventEmitter<PoolEvents> {
  readonly #executor: string;
  /** Nobody listens to an emitter that nobody has seen: asked several times a task. */
  #shown = false;

  constructor(executor: string) {
    super();
    this.#executor = executor;
  }

  /** For whoever may add listeners. */
  show(): this {
    this.#shown = true;
    return this;
  }

  /** Whether anybody would hear the event. */
  hears(event: keyof PoolEvents): boolean {
    if (!this.#shown && !isSubscribed()) return false;
    return this.listenerCount(event) > 0 || channels[event]?.hasSubscribers === true;
  }

  tell<E extends keyof PoolEvents>(event: E, ...args: PoolEvents[E]): void {
    if (this.listenerCount(event) > 0) callGuarded(`a listener of ${event}`, () => (this as EventEmitter).emit(event, ...args));
    const diagnostics = channels[event];
    if (diagnostics?.hasSubscribers) diagnostics.publish(this.#message(event, args));
  }

  #message(event: keyof PoolEvents, args: readonly unknown[]): DiagnosticsMessage {
    const subject = event.startsWith("task") ? "future" : "worker";
    if (event === "taskSubmit") {
      const [future, functionName, stop, given, calls] = args as PoolEvents["taskSubmit"];
      return { executor: this.#executor, future, functionName, stop, args: given, calls };
    }
    const more = event === "taskStart" ? "worker" : "end";
    return { executor: this.#executor, [subject]: args[0], ...(args.length > 1 ? { [more]: args[1] } : {}) } as DiagnosticsMessage;
  }
}
