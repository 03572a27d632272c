// Tinypool's README names no setting for speed but refers to Piscina's: Atomics (default), minThreads as maxThreads so that no worker ends.
// Processes: `serialization` is left at Node's default, JSON, the faster one for a number.
import { Tinypool } from "tinypool";
import { allOf, poolContender, taskModule } from "./pool.mjs";

function open(workers, runtime) {
  const pool = new Tinypool({ filename: taskModule.href, runtime, minThreads: workers, maxThreads: workers, idleTimeout: Number.POSITIVE_INFINITY });
  const one = (n) => pool.run(n, { name: "noop" });
  const busy = (us) => pool.run(us, { name: "busy" });
  return { one, busy, all: allOf(one), close: () => pool.destroy() };
}

export const threads = poolContender("tinypool", "peer", (workers) => open(workers, "worker_threads"));
export const processes = poolContender("tinypool", "peer", (workers) => open(workers, "child_process"));
