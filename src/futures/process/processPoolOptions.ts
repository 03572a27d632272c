import type { PoolOptions } from "../pool/options.js";

export interface ProcessPoolOptions extends PoolOptions {
  /** Environment of each process. Default: that of this process. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Node options of each process. Default: those of this process but for the inspector's. */
  execArgv?: readonly string[] | undefined;
  /** Working directory of each process. Default: that of this process. */
  cwd?: string | undefined;
}
