import { AsyncLocalStorage } from "node:async_hooks";

/** What a running task can know of itself. */
export interface CurrentTask {
  /** `Future.id` of its future in the program that submitted it. */
  readonly id: number;
  /** Aborted when the task is to stop; a task that heeds it ends in peace, any other has its worker replaced after the pool's grace time. */
  readonly signal: AbortSignal;
  /** Name of the worker, `<pool name>-<number>`. */
  readonly worker: string;
  /**
   * Tells the future how far the task is: `{ value, total }` arrives in its `progress`, in order and before its result; without `total`, `{ value }`.
   * @param value how much is done, or anything else that can be cloned.
   * @param total how much there is to do.
   * @throws TransferError if a value cannot be cloned. After the end of the task it does nothing.
   */
  progress(value: unknown, total?: unknown): void;
}

// A process-wide key, since a task may import another copy of the library than its worker runs.
const key = Symbol.for("concurrent-futures.currentTask");
const holder = globalThis as { [key]?: AsyncLocalStorage<CurrentTask> };

/** @internal For the worker loop: where the running task is kept, also across its `await`s and timers. */
export function taskStorage(): AsyncLocalStorage<CurrentTask> {
  holder[key] ??= new AsyncLocalStorage<CurrentTask>();
  return holder[key];
}

/**
 * The task that calls this, also from its callbacks and timers.
 * @returns `undefined` outside any task: in the main program, or while a module is loaded.
 */
export function currentTask(): CurrentTask | undefined {
  return holder[key]?.getStore();
}
