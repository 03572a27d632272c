// Who takes part in the mixed load: ours; the least pool that never sends ahead; peers as they are set up for speed, and piscina sending ahead.
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { Tinypool } from "tinypool";
import workerpool from "workerpool";
import * as fifo from "./fifo.mjs";
import * as ours from "./ours.mjs";
import { taskModule, usualWorkers } from "./pool.mjs";

const contender = (name, role, open) => ({ name, role, open, close: (pool) => pool.close() });

function piscina(options) {
  const pool = new Piscina({
    filename: taskModule.href,
    minThreads: usualWorkers,
    maxThreads: usualWorkers,
    idleTimeout: Number.POSITIVE_INFINITY,
    ...options,
  });
  return { call: (name, n) => pool.run(n, { name }), close: () => pool.destroy() };
}

function tinypool(runtime) {
  const pool = new Tinypool({
    filename: taskModule.href,
    runtime,
    minThreads: usualWorkers,
    maxThreads: usualWorkers,
    idleTimeout: Number.POSITIVE_INFINITY,
  });
  return { call: (name, n) => pool.run(n, { name }), close: () => pool.destroy() };
}

function workerpoolOf(workerType) {
  const script = fileURLToPath(new URL("../workers/workerpool.mjs", import.meta.url));
  const pool = workerpool.pool(script, { workerType, minWorkers: "max", maxWorkers: usualWorkers });
  return { call: (name, n) => pool.exec(name, [n]), close: () => pool.terminate() };
}

export const threads = [
  contender("ThreadPoolExecutor", "ours", ours.calls.threads),
  contender("one task a worker, postMessage", "raw", fifo.openThreads),
  contender("piscina", "peer", () => piscina({})),
  contender("piscina, 8 tasks per worker", "peer", () => piscina({ concurrentTasksPerWorker: 8 })),
];
export const processes = [
  contender("ProcessPoolExecutor", "ours", ours.calls.processes),
  contender("one task a worker, process.send", "raw", fifo.openProcesses),
  contender("tinypool", "peer", () => tinypool("child_process")),
  contender("workerpool", "peer", () => workerpoolOf("process")),
];
