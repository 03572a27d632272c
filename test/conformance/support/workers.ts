import type { Worker } from "node:worker_threads";
import type { WorkerInfo } from "concurrent-futures";

/** Counts the threads that are started while `act` runs, and those of them that live after it: seen by Node itself, not by the pool. */
export async function threadsOf(act: () => Promise<unknown>): Promise<{ started: number; living: number }> {
  const threads: Worker[] = [];
  const started = (thread: Worker): void => void threads.push(thread);
  process.on("worker", started);
  try {
    await act();
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
