import type { Future } from "../future.js";
import type { Offers } from "./offers.js";
import type { CheckedPoolOptions } from "./options.js";
import type { PoolWorker } from "./poolWorker.js";
import type { Task } from "./task.js";
import type { TaskQueue } from "./taskQueue.js";
import type { ChannelEnd } from "./transport.js";

/** Starts that may fail one after another, with `onWorkerDeath: "replace"`, before the pool gives up. */
const startAttempts = 3;

/** What becomes of the tasks of workers that end, and of the pool. */
export class Deaths {
  readonly #options: CheckedPoolOptions;
  readonly #queue: TaskQueue;
  readonly #offers: Offers;
  readonly #break: (cause: () => unknown, victim: Future<unknown> | undefined) => void;
  readonly #retried = new WeakSet<Task>();
  #failedStarts = 0;

  /** @param breakPool ends the pool. `victim` is the future of the task in which the worker ended, if any. */
  constructor(
    options: CheckedPoolOptions,
    queue: TaskQueue,
    offers: Offers,
    breakPool: (cause: () => unknown, victim: Future<unknown> | undefined) => void,
  ) {
    this.#options = options;
    this.#queue = queue;
    this.#offers = offers;
    this.#break = breakPool;
  }

  /** A worker has started as it should. */
  started(): void {
    this.#failedStarts = 0;
  }

  /** A worker is gone, by itself or because the pool ended it. */
  ended(worker: PoolWorker, end: ChannelEnd): void {
    const held = this.#offers.heldBy(worker.place);
    if (worker.assigned && !worker.assigned.future.done()) held.push(worker.assigned);
    if (worker.condemnation) for (const task of held) this.#failCondemned(worker, end, task);
    else if (worker.state !== "stopping") this.#died(worker, end, held);
  }

  /** Calls that a worker had taken which is gone, and nobody knew: they have not started, whatever their futures say. */
  lost(worker: PoolWorker, end: ChannelEnd, calls: readonly number[]): void {
    for (const call of [...calls].reverse()) {
      const task = this.#offers.taskOf(call);
      if (!task || task.future.done()) continue;
      if (isInnocent(worker, task)) this.#giveBack(task);
      else if (worker.condemnation) task.future.setException(worker.condemnation.reason);
      else if (this.#retried.has(task)) task.future.setException(worker.diedError(end, task));
      else {
        this.#retried.add(task);
        this.#giveBack(task);
      }
    }
  }

  /** @param held the tasks that it held: one at most, unless it was about to be sent another. */
  #died(worker: PoolWorker, end: ChannelEnd, held: readonly Task[]): void {
    // A terminal's signal reaches a process that has not come so far as to ignore it; it has done nothing yet, so another takes its place.
    if (worker.state === "starting" && (end.signal === "SIGINT" || end.signal === "SIGHUP")) return;
    if (worker.state === "starting") this.#failedStarts += 1;
    if (this.#options.onWorkerDeath === "break" || this.#failedStarts >= startAttempts) {
      const [victim] = held;
      this.#break(() => worker.diedError(end, victim), victim?.future);
      return;
    }
    for (const task of [...held].reverse()) if (!this.#retry(task)) task.future.setException(worker.diedError(end, task));
  }

  #failCondemned(worker: PoolWorker, end: ChannelEnd, task: Task): void {
    if (!isInnocent(worker, task)) task.future.setException(worker.condemnation?.reason);
    else if (task.future.state === "PENDING") this.#giveBack(task);
    else task.future.setException(worker.diedError(end, task));
  }

  /** A task that has not started has done nothing to the worker, as a rule: it gets another one, once. */
  #retry(task: Task): boolean {
    if (this.#retried.has(task) || task.future.state !== "PENDING") return false;
    this.#retried.add(task);
    this.#giveBack(task);
    return true;
  }

  #giveBack(task: Task): void {
    if (task.call >= 0) {
      this.#offers.takeBack(task.call);
    } else {
      task.worker = undefined;
      this.#queue.unshift(task);
    }
  }
}

/** A task that a worker took while it was being ended for the sake of another. */
function isInnocent({ condemnation }: PoolWorker, task: Task): boolean {
  return condemnation?.task !== undefined && condemnation.task !== task;
}
