// jest-worker, by its README: the methods named, so that it need not load the module to find them. Processes: Node's default serialization, JSON, is the
// faster one for a number; its own default is "advanced".
import { fileURLToPath } from "node:url";
import { Worker } from "jest-worker";
import { allOf, poolContender, taskModule, workers } from "./pool.mjs";

function open(enableWorkerThreads) {
  const pool = new Worker(fileURLToPath(taskModule), {
    numWorkers: workers,
    exposedMethods: ["noop"],
    enableWorkerThreads,
    forkOptions: { serialization: "json" },
  });
  const one = (n) => pool.noop(n);
  return { one, all: allOf(one), close: () => pool.end() };
}

export const threads = poolContender("jest-worker", "peer", () => open(true));
export const processes = poolContender("jest-worker", "peer", () => open(false));
