// Piscina, by its README: Atomics between threads (its default, "faster communication"), FixedQueue ("up to 6 times faster"; by now the default as
// well), minThreads as maxThreads so that no worker ends between rounds ("a net performance loss"), and no recording of times.
// `concurrentTasksPerWorker` "generally only makes sense" for asynchronous tasks, but it also sends ahead, so it runs as a peer of its own.
import { FixedQueue, Piscina } from "piscina";
import { allOf, poolContender, taskModule } from "./pool.mjs";

function open(workers, options = {}) {
  const pool = new Piscina({
    filename: taskModule.href,
    name: "noop",
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Number.POSITIVE_INFINITY,
    taskQueue: new FixedQueue(),
    recordTiming: false,
    ...options,
  });
  const one = (n) => pool.run(n);
  const busy = (us) => pool.run(us, { name: "busy" });
  return { one, busy, all: allOf(one), close: () => pool.destroy() };
}

export const threads = poolContender("piscina", "peer", open);
export const threadsSendingAhead = poolContender("piscina, 8 tasks per worker", "peer", (workers) => open(workers, { concurrentTasksPerWorker: 8 }));
