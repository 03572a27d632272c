// workerpool, by its README: a dedicated worker script, so that no source text travels with each call, and minWorkers "max", so that
// all workers are kept. Processes: the serialization is left at Node's default, JSON, the faster one for a number.
import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import { allOf, poolContender, workers } from "./pool.mjs";

function open(workerType) {
  const script = fileURLToPath(new URL("../workers/workerpool.mjs", import.meta.url));
  const pool = workerpool.pool(script, { workerType, minWorkers: "max", maxWorkers: workers });
  const one = (n) => pool.exec("noop", [n]);
  return { one, all: allOf(one), close: () => pool.terminate() };
}

export const threads = poolContender("workerpool", "peer", () => open("thread"));
export const processes = poolContender("workerpool", "peer", () => open("process"));
