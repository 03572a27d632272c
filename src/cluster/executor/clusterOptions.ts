import { inspect } from "node:util";
import type { TaskOutput } from "../../futures/index.js";
import type { ConnectionOptions } from "../engine/connection.js";
import { nameWithoutColon } from "../engine/names.js";
import { ClusterConfigError } from "../errors.js";
import type { IdentityOptions } from "../security/identity.js";

/** Options of a `ClusterExecutor`. */
export interface ClusterOptions extends ConnectionOptions, IdentityOptions {
  /** Name of the queue that the workers take from. */
  queue: string;
  /** Name of the executor. Default the queue's. */
  name?: string | undefined;
  /** How often a task may be started again after a worker was lost with it. Default 0: its future fails with TaskLostError, since it may have run in part. */
  retries?: number | undefined;
  /** What becomes of tasks when this program ends without `shutdown`. Default `"drop"`: workers leave those that have not started, and stop those that run; `"keep"`: they are run. */
  orphans?: "drop" | "keep" | undefined;
  /** ms in which a task has to be started; then it fails with TimeoutError. Default an hour. */
  startTimeout?: number | undefined;
  /** ms for which results are kept on the server for this program to take. Default an hour. */
  resultTtl?: number | undefined;
  /** ms without a connection after which the executor is broken. Default 30,000. */
  connectTimeout?: number | undefined;
  /** Tasks on the server at a time; what is submitted beyond waits here. Default 2,000. */
  window?: number | undefined;
  /** Takes what tasks print, in order, instead of the program's own stdout and stderr. */
  onOutput?: ((output: TaskOutput) => void) | undefined;
}

export interface CheckedClusterOptions {
  readonly queue: string;
  readonly name: string;
  readonly retries: number;
  readonly orphans: "drop" | "keep";
  readonly startTimeout: number;
  readonly resultTtl: number;
  readonly connectTimeout: number;
  readonly window: number;
  readonly onOutput: ((output: TaskOutput) => void) | undefined;
}

/** @throws TypeError, RangeError, ClusterConfigError; the message names the option and the value. */
export function checkClusterOptions(options: ClusterOptions): CheckedClusterOptions {
  if (typeof options !== "object" || options === null) throw new TypeError(`ClusterExecutor takes an object of options, got ${inspect(options)}`);
  const { queue, name = queue, orphans = "drop", onOutput } = options;
  if (typeof queue !== "string" || !nameWithoutColon.test(queue))
    throw new ClusterConfigError(`queue has to be a name of at most 200 characters without colons and spaces, got ${inspect(queue)}`);
  if (typeof name !== "string") throw new TypeError(`name must be a string, got ${inspect(name)}`);
  if (orphans !== "drop" && orphans !== "keep") throw new TypeError(`orphans must be "drop" or "keep", got ${inspect(orphans)}`);
  if (onOutput !== undefined && typeof onOutput !== "function") throw new TypeError(`onOutput must be a function, got ${inspect(onOutput)}`);
  const count = (option: "retries" | "startTimeout" | "resultTtl" | "connectTimeout" | "window", otherwise: number, least: number): number => {
    const value = options[option] ?? otherwise;
    if (typeof value !== "number") throw new TypeError(`${option} must be a number, got ${inspect(value)}`);
    if (!Number.isInteger(value) || value < least) throw new RangeError(`${option} must be an integer of at least ${least}, got ${value}`);
    return value;
  };
  return {
    queue,
    name,
    orphans,
    onOutput,
    retries: count("retries", 0, 0),
    startTimeout: count("startTimeout", 3_600_000, 1),
    resultTtl: count("resultTtl", 3_600_000, 1_000),
    connectTimeout: count("connectTimeout", 30_000, 1),
    window: count("window", 2_000, 1),
  };
}
