import type { PoolExecutor, WorkerInfo } from "concurrent-futures";

/**
 * Resolves when so many tasks have started from now on, to their workers. Not `once` several times over: two may start in the same turn.
 * Tasks submitted in this turn have not started yet.
 */
export function starts(pool: PoolExecutor, count: number): Promise<WorkerInfo[]> {
  return new Promise((resolve) => {
    const workers: WorkerInfo[] = [];
    const started = (_future: unknown, worker: WorkerInfo): void => {
      if (workers.push(worker) < count) return;
      pool.events.off("taskStart", started);
      resolve(workers);
    };
    pool.events.on("taskStart", started);
  });
}

/** Names of all workers that the pool will have had; a live list. */
export function namesOfWorkers(pool: PoolExecutor): Set<string> {
  const names = new Set<string>();
  pool.events.on("workersChange", () => {
    for (const { name } of pool.workers()) names.add(name);
  });
  return names;
}

/** How each worker ended, by its name: its signal or its exit code; a live map. */
export function endsOf(pool: PoolExecutor): Map<string, string | number | null> {
  const ends = new Map<string, string | number | null>();
  pool.events.on("workerEnd", (worker, { signal, exitCode }) => ends.set(worker.name, signal ?? exitCode));
  return ends;
}
