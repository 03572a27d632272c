// Tinypool's README names no setting for speed but refers to Piscina's: Atomics (default), minThreads as maxThreads so that no worker ends.
// Processes: `serialization` is left at Node's default, JSON, the faster one for a number.
import { Tinypool } from "tinypool";
import { allOf, poolContender, taskModule, workers } from "./pool.mjs";

function open(runtime) {
  const pool = new Tinypool({ filename: taskModule.href, runtime, minThreads: workers, maxThreads: workers, idleTimeout: Number.POSITIVE_INFINITY });
  const one = (n) => pool.run(n, { name: "noop" });
  return { one, all: allOf(one), close: () => pool.destroy() };
}

export const threads = poolContender("tinypool", "peer", () => open("worker_threads"));
export const processes = poolContender("tinypool", "peer", () => open("child_process"));
