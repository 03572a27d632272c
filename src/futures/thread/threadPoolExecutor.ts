import type { ResourceLimits } from "node:worker_threads";
import { BrokenThreadPool } from "../errors.js";
import type { PoolOptions } from "../pool/options.js";
import { PoolExecutor } from "../pool/poolExecutor.js";
import { ThreadTransport } from "./threadTransport.js";

export interface ThreadPoolOptions extends PoolOptions {
  /**
   * Heap limits of each thread, in MB, as `worker_threads` takes them. Default: Node's own. A thread that reaches them ends alone as a rule; V8 may
   * also end the whole process where it cannot stop in time, say while one very large array grows (nodejs/node#47224). Processes have no such risk.
   */
  resourceLimits?: ResourceLimits | undefined;
  /** Node options of each thread. Default: those of this process. */
  execArgv?: readonly string[] | undefined;
}

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
