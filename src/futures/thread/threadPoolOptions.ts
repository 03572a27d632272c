import type { ResourceLimits } from "node:worker_threads";
import type { PoolOptions } from "../pool/options.js";

/** Options of {@link ThreadPoolExecutor}. */
export interface ThreadPoolOptions extends PoolOptions {
  /**
   * Heap limits of each thread, in MB, as `worker_threads` takes them. Default: Node's own. A thread that reaches them ends alone as a rule; V8 may
   * also end the whole process where it cannot stop in time, say while one very large array grows (nodejs/node#47224). Processes have no such risk.
   */
  resourceLimits?: ResourceLimits | undefined;
  /** Node options of each thread. Default: those of this process. */
  execArgv?: readonly string[] | undefined;
}
