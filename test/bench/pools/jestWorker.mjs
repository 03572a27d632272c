// jest-worker, by its README: the methods named, so that it need not load the module to find them. Processes: Node's default serialization, JSON, is the
// faster one for a number; its own default is "advanced".
import { fileURLToPath } from "node:url";
import { Worker } from "jest-worker";
import { allOf, poolContender, taskModule } from "./pool.mjs";

function open(workers, enableWorkerThreads) {
  const pool = new Worker(fileURLToPath(taskModule), {
    numWorkers: workers,
    exposedMethods: ["noop", "busy"],
    enableWorkerThreads,
    forkOptions: { serialization: "json" },
  });
  const one = (n) => pool.noop(n);
  const busy = (us) => pool.busy(us);
  return { one, busy, all: allOf(one), close: () => pool.end() };
}

export const threads = poolContender("jest-worker", "peer", (workers) => open(workers, true));
export const processes = poolContender("jest-worker", "peer", (workers) => open(workers, false));
