// threads.js: a pool of as many workers; its README names no setting for speed.
import { Pool, spawn, Worker } from "threads";
import { allOf, poolContender } from "./pool.mjs";

function open(workers) {
  // It resolves the script from the file that asks.
  const pool = Pool(() => spawn(new Worker("../workers/threads.mjs")), { size: workers, maxQueuedJobs: Number.POSITIVE_INFINITY });
  const one = async (n) => pool.queue((worker) => worker.noop(n));
  return { one, all: allOf(one), close: () => pool.terminate(), share: 1 / 50 };
}

export const threads = poolContender("threads.js", "peer", open);
