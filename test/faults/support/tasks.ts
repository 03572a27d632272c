import type { Future, PoolExecutor, WorkerInfo } from "concurrent-futures";
import { inTime } from "./limit.js";

// Functions for workers, which are given them by their source.

/** Is never done, and leaves its worker to its event loop. */
export const pend = (): Promise<never> => new Promise(() => {});

/** Never returns to its event loop. */
export const spin = (): never => {
  for (;;);
};

/** Ends the program, or its thread. */
export const exit = (code: number): never => process.exit(code);

/** A list that grows until there is no room. */
export const eat = (): never => {
  let head: unknown;
  for (;;) head = { head };
};

/** Resolves to the worker when that task has started. To be called in the turn in which the task is submitted. */
export function startOf(pool: PoolExecutor, task: Future<unknown>): Promise<WorkerInfo> {
  const start = new Promise<WorkerInfo>((resolve) => {
    const started = (future: unknown, worker: WorkerInfo): void => {
      if (future !== task) return;
      pool.events.off("taskStart", started);
      resolve(worker);
    };
    pool.events.on("taskStart", started);
  });
  return inTime(`the start of ${task}`, start);
}
