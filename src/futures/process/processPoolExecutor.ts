import { BrokenProcessPool } from "../errors.js";
import { PoolExecutor } from "../pool/poolExecutor.js";
import type { ProcessPoolOptions } from "./processPoolOptions.js";
import { ProcessTransport } from "./processTransport.js";

/** Runs calls on processes started by `child_process.fork`; arguments and results are copied by structured clone. CPython `ProcessPoolExecutor`. */
export class ProcessPoolExecutor extends PoolExecutor {
  /** @throws TypeError or RangeError for bad options; nothing is started before the first `submit`. */
  constructor(options: ProcessPoolOptions = {}) {
    super("ProcessPoolExecutor", new ProcessTransport(options), BrokenProcessPool, options);
  }
}
