import { BrokenThreadPool } from "../errors.js";
import { PoolExecutor } from "../pool/poolExecutor.js";
import type { ThreadPoolOptions } from "./threadPoolOptions.js";
import { ThreadTransport } from "./threadTransport.js";

/**
 * Runs calls on `worker_threads`. CPython's `InterpreterPoolExecutor` is the nearest relative: threads, each with a world of its own;
 * arguments and results are copied by structured clone, `SharedArrayBuffer` is shared.
 */
export class ThreadPoolExecutor extends PoolExecutor {
  /** @throws TypeError or RangeError for bad options; nothing is started before the first `submit`. */
  constructor(options: ThreadPoolOptions = {}) {
    super("ThreadPoolExecutor", new ThreadTransport(options), BrokenThreadPool, options);
  }
}
