// workerpool, by its README: a dedicated worker script, so that no source text travels with each call, and minWorkers "max", so that
// all workers are kept. Processes: the serialization is left at Node's default, JSON, the faster one for a number.
import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import { allOf, poolContender } from "./pool.mjs";

function open(workers, workerType) {
  const script = fileURLToPath(new URL("../workers/workerpool.mjs", import.meta.url));
  const pool = workerpool.pool(script, { workerType, minWorkers: "max", maxWorkers: workers });
  const one = (n) => pool.exec("noop", [n]);
  const busy = (us) => pool.exec("busy", [us]);
  return { one, busy, all: allOf(one), close: () => pool.terminate() };
}

export const threads = poolContender("workerpool", "peer", (workers) => open(workers, "thread"));
export const processes = poolContender("workerpool", "peer", (workers) => open(workers, "process"));
