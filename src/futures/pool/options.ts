import os from "node:os";
import { inspect } from "node:util";
import type { AnyFunction } from "../executor.js";

/** A piece of what workers print. */
export interface TaskOutput {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** Name of the worker. */
  readonly worker: string;
  /** `Future.id` of the task that printed it, also from its callbacks and after its end; absent outside any task. */
  readonly task?: number;
}

/** Options of both pools. */
export interface PoolOptions {
  /** Workers at most, a positive integer. Default `os.availableParallelism()`. A worker starts when there is work and no idle one. */
  maxWorkers?: number | undefined;
  /** Workers are called `<name>-0`, `<name>-1`, …. Default `ThreadPoolExecutor-<n>` or `ProcessPoolExecutor-<n>`. CPython `thread_name_prefix`. */
  name?: string | undefined;
  /** Runs in every worker before its first task; a promise is awaited. If it fails, the pool is broken, with that error as `cause`. CPython `initializer`. */
  initializer?: AnyFunction | undefined;
  /** Arguments of `initializer`. */
  initargs?: readonly unknown[] | undefined;
  /**
   * What the unasked end of a worker (exit, crash, heap limit, kill) means. `"break"`, the default and CPython's way: the pool is broken, every open
   * future fails. `"replace"`: the future of the task it held fails with WorkerDiedError, another worker takes its place.
   */
  onWorkerDeath?: "break" | "replace" | undefined;
  /** ms between the abort signal to a running task that is to stop and the replacement of its worker. Default 1000; 0: at once. */
  stopGrace?: number | undefined;
  /** Takes what tasks print, in order, instead of the program's own stdout and stderr. */
  onOutput?: ((output: TaskOutput) => void) | undefined;
}

export interface CheckedPoolOptions {
  readonly maxWorkers: number;
  readonly name: string;
  readonly initializer: AnyFunction | undefined;
  readonly initargs: readonly unknown[];
  readonly onWorkerDeath: "break" | "replace";
  readonly stopGrace: number;
  readonly onOutput: ((output: TaskOutput) => void) | undefined;
}

let pools = 0;

/**
 * Fills in the defaults.
 * @param kind name of the executor class, for texts and the default name.
 * @throws TypeError for a value of the wrong type, RangeError for one out of range; the message names the option and the value.
 */
export function checkPoolOptions(options: PoolOptions, kind: string): CheckedPoolOptions {
  if (typeof options !== "object" || options === null) throw new TypeError(`${kind} takes an object of options, got ${inspect(options)}`);
  const { maxWorkers = os.availableParallelism(), initializer, initargs = [], onWorkerDeath = "break", stopGrace = 1000, onOutput } = options;
  if (typeof maxWorkers !== "number" || Number.isNaN(maxWorkers)) throw new TypeError(`maxWorkers must be a number, got ${inspect(maxWorkers)}`);
  if (maxWorkers <= 0) throw new RangeError(`maxWorkers must be greater than 0, got ${maxWorkers}`);
  if (!Number.isInteger(maxWorkers)) throw new RangeError(`maxWorkers must be an integer, got ${maxWorkers}`);
  if (typeof stopGrace !== "number" || !(stopGrace >= 0))
    throw new RangeError(`stopGrace must be a number of milliseconds from 0, got ${inspect(stopGrace)}`);
  if (onWorkerDeath !== "break" && onWorkerDeath !== "replace")
    throw new RangeError(`onWorkerDeath must be "break" or "replace", got ${inspect(onWorkerDeath)}`);
  for (const [name, value] of Object.entries({ initializer, onOutput })) {
    if (value !== undefined && typeof value !== "function") throw new TypeError(`${name} must be a function, got ${inspect(value, { depth: 0 })}`);
  }
  if (!Array.isArray(initargs)) throw new TypeError(`initargs must be an array, got ${inspect(initargs, { depth: 0 })}`);
  const name = options.name ?? `${kind}-${pools++}`;
  if (typeof name !== "string") throw new TypeError(`name must be a string, got ${inspect(name)}`);
  return { maxWorkers, name, initializer, initargs, onWorkerDeath, stopGrace, onOutput };
}
