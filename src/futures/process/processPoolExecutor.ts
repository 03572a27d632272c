import { BrokenProcessPool } from "../errors.js";
import type { PoolOptions } from "../pool/options.js";
import { PoolExecutor } from "../pool/poolExecutor.js";
import { ProcessTransport } from "./processTransport.js";

export interface ProcessPoolOptions extends PoolOptions {
  /** Environment of each process. Default: that of this process. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Node options of each process. Default: those of this process but for the inspector's. */
  execArgv?: readonly string[] | undefined;
  /** Working directory of each process. Default: that of this process. */
  cwd?: string | undefined;
}

/** Runs calls on processes started by `child_process.fork`; arguments and results are copied by structured clone. CPython `ProcessPoolExecutor`. */
export class ProcessPoolExecutor extends PoolExecutor {
  /** @throws TypeError or RangeError for bad options; nothing is started before the first `submit`. */
  constructor(options: ProcessPoolOptions = {}) {
    super("ProcessPoolExecutor", new ProcessTransport(options), BrokenProcessPool, options);
  }
}
