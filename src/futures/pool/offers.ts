import type { Dialog } from "./dialog.js";
import { noCall, type Task } from "./task.js";
import type { TaskQueue } from "./taskQueue.js";
import type { CallQueue } from "./transport.js";
import type { WorkerSet } from "./workerSet.js";

export interface OffersListener {
  /** Sends the first task of the queue to a worker that is free. @returns false if there is none. */
  send(): boolean;
  /** Tasks are in the queue again. */
  back(): void;
}

/** The tasks of a pool that are in its call queue, and those that workers have taken from there. */
export class Offers {
  readonly #calls: CallQueue | undefined;
  readonly #queue: TaskQueue;
  readonly #listener: OffersListener;
  /** By their numbers. */
  readonly #tasks: (Task | undefined)[] = [];
  readonly #isTaken = (call: number): boolean => this.#tasks[call] !== undefined;
  /** No task in the call queue has a lower priority. */
  #lowest = Number.POSITIVE_INFINITY;

  constructor(calls: CallQueue | undefined, queue: TaskQueue, listener: OffersListener) {
    this.#calls = calls;
    this.#queue = queue;
    this.#listener = listener;
  }

  readonly taskOf = (call: number): Task | undefined => this.#tasks[call];

  get any(): boolean {
    return this.#tasks.some((task) => task !== undefined);
  }

  all(): Task[] {
    return this.#tasks.filter((task) => task !== undefined);
  }

  /** Those that the worker of that place has taken, in the order in which it did. */
  heldBy(place: number): Task[] {
    return (this.#calls?.heldBy(place) ?? []).map(this.taskOf).filter((task) => task !== undefined);
  }

  /** How many no worker has claimed. @param most not counted beyond. */
  unclaimed(most: number): number {
    return this.#calls?.unclaimed(most) ?? 0;
  }

  /** Puts the tasks of the queue, in its order, where workers take them, or sends them in their turn. */
  offer(dialog: Dialog, workers: WorkerSet): void {
    const calls = this.#calls;
    if (!calls) {
      while (this.#queue.first && this.#listener.send());
      return;
    }
    for (let task = this.#queue.first; task; task = this.#queue.first) {
      const priority = task.options.priority ?? 0;
      if (priority > this.#lowest) this.#recall(calls, priority);
      if (calls.wakesSlowly && calls.unclaimed(1) === 0 && this.#listener.send()) continue;
      const offer = calls.offer(task, dialog.announces(task), this.#isTaken);
      if (offer === "full") break;
      if (offer === "unfit") {
        // It must not start before those that are offered already.
        if (calls.unclaimed(1) > 0 || !this.#listener.send()) {
          for (const worker of workers) worker.channel.tellRest?.();
          break;
        }
      } else {
        this.#queue.remove(task);
        task.call = offer;
        this.#tasks[offer] = task;
        this.#lowest = Math.min(this.#lowest, priority);
      }
    }
    calls.publish();
  }

  /** Puts a call that was offered before all others of its priority. @returns its task, if it is still to be done. */
  takeBack(call: number): Task | undefined {
    const task = this.#tasks[call];
    this.#tasks[call] = undefined;
    if (task && !task.future.done()) {
      task.worker = undefined;
      this.#queue.unshift(task); // whoever waits for the release finds it there, and may end it
    }
    this.#calls?.release(call);
    return task?.future.done() ? undefined : task;
  }

  /** A task is no longer in the call queue, nor does the worker that has taken it from there hold it any more. */
  takeOut(task: Task): void {
    this.#tasks[task.call] = undefined;
    this.#calls?.done(task.call);
    task.call = noCall;
    if (this.#queue.size > 0) this.#listener.back(); // there is room for another
  }

  /** Takes back what is offered and has a lower priority. */
  #recall(calls: CallQueue, priority: number): void {
    this.#lowest = Number.POSITIVE_INFINITY;
    const recalled = calls.recall((call) => {
      const own = this.#tasks[call]?.options.priority ?? 0;
      if (own >= priority) this.#lowest = Math.min(this.#lowest, own);
      return own < priority;
    });
    for (const call of recalled.reverse()) this.takeBack(call);
  }
}
