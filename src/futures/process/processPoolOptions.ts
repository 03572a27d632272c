import { inspect } from "node:util";
import type { PoolOptions } from "../pool/options.js";

/** Options of {@link ProcessPoolExecutor}. */
export interface ProcessPoolOptions extends PoolOptions {
  /** Environment of each process. Default: that of this process. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Node options of each process. Default: those of this process but for the inspector's. */
  execArgv?: readonly string[] | undefined;
  /** Working directory of each process. Default: that of this process. */
  cwd?: string | undefined;
  /**
   * True: a thread of this process holds the channels to the workers, so that `resultSync`, `waitSync` and `whenFull: "wait"` can block this one. Each message
   * is copied once more on its way. Default false: they throw BlockingError.
   */
  broker?: boolean | undefined;
}

/** @throws TypeError for an option of processes that is of the wrong type; the message names it and the value. */
export function checkProcessPoolOptions(options: ProcessPoolOptions): void {
  const { env, execArgv, cwd, broker } = options ?? {};
  const check = (name: string, value: unknown, right: boolean, what: string): void => {
    if (value !== undefined && !right) throw new TypeError(`${name} must be ${what}, got ${inspect(value, { depth: 0 })}`);
  };
  check("env", env, typeof env === "object" && env !== null, "an object of environment variables");
  check("execArgv", execArgv, Array.isArray(execArgv), "an array of Node options");
  check("cwd", cwd, typeof cwd === "string", "a path");
  check("broker", broker, typeof broker === "boolean", "true or false");
}
