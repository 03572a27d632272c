import { EventEmitter } from "node:events";
import type { Future } from "../future.js";
import type { WorkerInfo } from "./poolWorker.js";

/** What a pool tells while it works; all listeners are called synchronously. */
export interface PoolEvents {
  /** The function of this future has started on this worker. Never before `submit` has returned the future. */
  taskStart: [future: Future<unknown>, worker: WorkerInfo];
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

/** An emitter whose listeners may throw. */
export class GuardedEmitter extends EventEmitter<PoolEvents> {
  tell<E extends keyof PoolEvents>(event: E, ...args: PoolEvents[E]): void {
    callGuarded(`a listener of ${event}`, () => (this as EventEmitter).emit(event, ...args));
  }
}
