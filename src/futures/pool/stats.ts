import { monotonicNow } from "../clock.js";
import type { WorkerMemory } from "./messages.js";
import type { PoolWorker, WorkerInfo } from "./poolWorker.js";
import type { Task } from "./task.js";

/** What a worker has done. */
export interface WorkerStats extends WorkerInfo {
  /** Tasks that it has ended; a chunk of `map` is one. */
  readonly tasks: number;
  /** ms that it has spent in tasks, the present one included. */
  readonly busyTime: number;
  /** Bytes, as the worker told with one of its last tasks; absent until it has told. */
  readonly memory?: WorkerMemory;
}

/** What a pool has done and has to do. A chunk of `map` counts as one task. */
export interface ExecutorStats {
  /** Not started yet. */
  readonly queued: number;
  /** Started and not ended. */
  readonly running: number;
  /** Returned a value. */
  readonly done: number;
  /** Failed with an error. */
  readonly failed: number;
  /** Cancelled before they had started. */
  readonly cancelled: number;
  /** Of each living worker, in order of their start. */
  readonly workers: readonly WorkerStats[];
}

/** How the futures of a pool have ended: there is nothing left of them to count. */
export class Totals {
  done = 0;
  failed = 0;
  cancelled = 0;

  count(how: "value" | "error" | "cancelled"): void {
    if (how === "value") this.done += 1;
    else if (how === "error") this.failed += 1;
    else this.cancelled += 1;
  }
}

/** @param held the tasks that have left the queue and are not done. */
export function statsOf(waiting: number, held: readonly Task[], workers: Iterable<PoolWorker>, { done, failed, cancelled }: Totals): ExecutorStats {
  const states = held.map((task) => task.future.state);
  return {
    queued: waiting + states.filter((state) => state === "PENDING").length,
    running: states.filter((state) => state === "RUNNING").length,
    done,
    failed,
    cancelled,
    workers: Array.from(workers, (worker) => ({
      ...worker.info,
      tasks: worker.tasks,
      busyTime: worker.channel.busyTime ?? worker.busyTime + (worker.busySince === undefined ? 0 : monotonicNow() - worker.busySince),
      ...(worker.memory ? { memory: worker.memory } : {}),
    })),
  };
}
