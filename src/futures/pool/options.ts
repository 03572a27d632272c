import os from "node:os";
import { inspect } from "node:util";
import type { AnyFunction } from "../executor.js";

/** A piece of what workers print. */
export interface TaskOutput {
  /** Where it was printed to. */
  readonly stream: "stdout" | "stderr";
  /** As it was printed, often a line with its end. */
  readonly text: string;
  /** Name of the worker. */
  readonly worker: string;
  /** `Future.id` of the task that printed it, also from its callbacks and after its end; absent outside any task. */
  readonly task?: number;
}

/** Options of both pools. */
export interface PoolOptions {
  /** Workers at most, a positive integer. Default `os.availableParallelism()`. A worker starts when there is work and no idle one. CPython `max_workers`. */
  maxWorkers?: number | undefined;
  /** Workers are called `<name>-0`, `<name>-1`, …. Default `ThreadPoolExecutor-<n>` or `ProcessPoolExecutor-<n>`. CPython `thread_name_prefix`. */
  name?: string | undefined;
  /** Runs in every worker before its first task; a promise is awaited. If it fails, the pool is broken, with that error as `cause`. CPython `initializer`. */
  initializer?: AnyFunction | undefined;
  /** Arguments of `initializer`. CPython `initargs`. */
  initargs?: readonly unknown[] | undefined;
  /** Tasks after which a worker ends and gives way to another, a positive integer; a chunk of `map` is one. Default: without limit. CPython `max_tasks_per_child`. */
  maxTasksPerWorker?: number | undefined;
  /** ms after which an idle worker ends. Default: never. */
  idleTimeout?: number | undefined;
  /** Tasks that may wait for a worker, a positive integer; those that run do not count. Default: without limit. */
  maxQueue?: number | undefined;
  /**
   * What `submit` does when `maxQueue` tasks wait. `"error"`, the default: it throws QueueFullError; `PoolExecutor.room()` resolves when there is room
   * again. `"wait"`: it blocks this thread until there is, as `resultSync` does; on processes this needs `broker: true`. `map` waits by itself, without blocking.
   */
  whenFull?: "error" | "wait" | undefined;
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
  /** `Infinity`: without limit. */
  readonly maxTasksPerWorker: number;
  readonly idleTimeout: number;
  readonly maxQueue: number;
  readonly whenFull: "error" | "wait";
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
  const { initializer, initargs = [], onWorkerDeath = "break", whenFull = "error", stopGrace = 1000, onOutput } = options;
  const maxWorkers = checkCount("maxWorkers", options.maxWorkers ?? os.availableParallelism());
  const limitOf = (name: "maxTasksPerWorker" | "maxQueue"): number => {
    const value = options[name];
    return value === undefined ? Number.POSITIVE_INFINITY : checkCount(name, value);
  };
  const maxTasksPerWorker = limitOf("maxTasksPerWorker");
  const maxQueue = limitOf("maxQueue");
  const idleTimeout = checkTime("idleTimeout", options.idleTimeout ?? Number.POSITIVE_INFINITY);
  checkTime("stopGrace", stopGrace);
  checkChoice("onWorkerDeath", onWorkerDeath, ["break", "replace"]);
  checkChoice("whenFull", whenFull, ["error", "wait"]);
  for (const [name, value] of Object.entries({ initializer, onOutput })) {
    if (value !== undefined && typeof value !== "function") throw new TypeError(`${name} must be a function, got ${inspect(value, { depth: 0 })}`);
  }
  if (!Array.isArray(initargs)) throw new TypeError(`initargs must be an array, got ${inspect(initargs, { depth: 0 })}`);
  const name = options.name ?? `${kind}-${pools++}`;
  if (typeof name !== "string") throw new TypeError(`name must be a string, got ${inspect(name)}`);
  return { maxWorkers, name, initializer, initargs, maxTasksPerWorker, idleTimeout, maxQueue, whenFull, onWorkerDeath, stopGrace, onOutput };
}

function checkCount(name: string, value: number): number {
  if (typeof value !== "number" || Number.isNaN(value)) throw new TypeError(`${name} must be a number, got ${inspect(value, { depth: 0 })}`);
  if (value <= 0) throw new RangeError(`${name} must be greater than 0, got ${value}`);
  if (!Number.isInteger(value)) throw new RangeError(`${name} must be an integer, got ${value}`);
  return value;
}

function checkTime(name: string, value: number): number {
  if (typeof value !== "number" || !(value >= 0))
    throw new RangeError(`${name} must be a number of milliseconds from 0, got ${inspect(value, { depth: 0 })}`);
  return value;
}

function checkChoice(name: string, value: string, choices: readonly [string, string]): void {
  if (!choices.includes(value)) throw new RangeError(`${name} must be "${choices[0]}" or "${choices[1]}", got ${inspect(value, { depth: 0 })}`);
}
