import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import workerThreads, { type Worker } from "node:worker_threads";
import type { WorkerInfo } from "concurrent-futures";
import type { Ground } from "../rows/row.js";

/** The threads that are started while `act` runs: seen by Node itself, not by the pool. */
export async function threadsOf(act: (threads: readonly Worker[]) => Promise<unknown>): Promise<{ started: number; living: number }> {
  const threads: Worker[] = [];
  const started = (thread: Worker): void => void threads.push(thread);
  process.on("worker", started);
  try {
    await act(threads);
  } finally {
    process.off("worker", started);
  }
  return { started: threads.length, living: threads.filter((thread) => thread.threadId !== -1).length };
}

/** True if there is no process of that worker any more, not even one that has ended and is still listed. */
export function gone({ pid }: WorkerInfo): boolean {
  try {
    return pid !== undefined && !process.kill(pid, 0);
  } catch {
    return true;
  }
}

/** The workers that are not on their way out. */
export const staying = (workers: readonly WorkerInfo[]): WorkerInfo[] => workers.filter(({ state }) => state !== "stopping");

/**
 * From now on nobody can start a worker: the runtime itself throws, as it does when it has no more threads or processes to give.
 * @returns what ends that.
 */
export function refuseNewWorkers(ground: Ground, message: string): () => void {
  const [module, name] = ground === "threads" ? [workerThreads, "Worker"] : [childProcess, "fork"];
  const exports = module as unknown as Record<string, unknown>;
  const original = exports[name];
  const become = (value: unknown): void => {
    exports[name] = value;
    syncBuiltinESMExports(); // named imports, as those of the library, follow
  };
  // A function can be called and constructed, as the two are.
  become(function refuse() {
    throw new Error(message);
  });
  return () => become(original);
}
