import { inspect } from "node:util";
import { checkTimeout, Deadline } from "./deadline.js";
import type { Future } from "./future.js";
import { MapIterator } from "./map.js";

/** A function that an executor may run: its parameters and its result cross between workers. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant; `unknown` would accept no function with typed parameters
export type AnyFunction = (...args: any[]) => unknown;

export interface MapOptions {
  /** ms for the whole iteration, counted from the call of `map`; `undefined`: without limit. */
  timeout?: number | undefined;
}

export interface ShutdownOptions {
  /** Default true: the promise resolves when all work is done and every worker is gone. False: it resolves at once, work goes on. */
  wait?: boolean | undefined;
  /** Default false. True: every call that has not started is cancelled. */
  cancelFutures?: boolean | undefined;
}

/**
 * Runs functions somewhere else. CPython `concurrent.futures.Executor`.
 *
 * An executor of your own implements `submit` and gets `map`, `wait`, `asCompleted` and `await using` for nothing.
 */
export abstract class Executor implements AsyncDisposable {
  /**
   * Schedules `fn(...args)` and returns at once. CPython `Executor.submit`.
   * @returns the future of the call; an async function's promise is awaited in the worker.
   * @throws TypeError if `fn` cannot be called; BrokenExecutor if the executor is broken; ShutdownError after `shutdown`.
   */
  abstract submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>>;

  /**
   * Calls `fn` with an item of each iterable, as many times as the shortest has items. All calls are submitted now, before the first
   * step; results come in order of the input. CPython `Executor.map`.
   *
   * The first error is thrown at its place; then, and when the loop is left, what has not started is cancelled.
   * @returns an async iterable of the results. A step rejects with the error of its call, or with TimeoutError when `timeout` ms have passed since the call of `map`.
   * @throws TypeError if an input is no iterable or `timeout` no number; what `submit` throws.
   */
  map<T, R>(fn: (item: T) => R, items: Iterable<T>, options?: MapOptions): AsyncIterableIterator<Awaited<R>>;
  map<T1, T2, R>(fn: (a: T1, b: T2) => R, as: Iterable<T1>, bs: Iterable<T2>, options?: MapOptions): AsyncIterableIterator<Awaited<R>>;
  map<T1, T2, T3, R>(
    fn: (a: T1, b: T2, c: T3) => R,
    as: Iterable<T1>,
    bs: Iterable<T2>,
    cs: Iterable<T3>,
    options?: MapOptions,
  ): AsyncIterableIterator<Awaited<R>>;
  map<R>(fn: (...items: never[]) => R, ...inputsAndOptions: (Iterable<unknown> | MapOptions)[]): AsyncIterableIterator<Awaited<R>>;
  map<R>(fn: AnyFunction, ...inputsAndOptions: unknown[]): AsyncIterableIterator<Awaited<R>> {
    const { inputs, options } = splitOptions(inputsAndOptions);
    checkTimeout(options.timeout);
    this.checkOpen();
    const deadline = new Deadline(options.timeout);
    const futures: Future<Awaited<R>>[] = [];
    try {
      for (const items of zip(inputs)) futures.push(this.submit(fn as (...args: unknown[]) => R, ...items));
    } catch (error) {
      for (const future of futures) future.cancel();
      throw error;
    }
    return new MapIterator(futures, deadline, options.timeout);
  }

  /**
   * Takes no more work. CPython `Executor.shutdown`. May be called again: every waiting call resolves when the workers are gone.
   * Does nothing in this base class.
   */
  async shutdown(_options?: ShutdownOptions): Promise<void> {}

  /** `await using executor = …` ends with `shutdown()`: all work is done after the block, also when it is left by an error. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** Throws what `submit` would throw for any function; `map` asks it also when its input is empty. */
  protected checkOpen(): void {}
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return value !== null && value !== undefined && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";
}

function splitOptions(inputsAndOptions: unknown[]): { inputs: Iterable<unknown>[]; options: MapOptions } {
  const last = inputsAndOptions.at(-1);
  const hasOptions = inputsAndOptions.length > 0 && !isIterable(last) && (last === undefined || (typeof last === "object" && last !== null));
  const inputs = hasOptions ? inputsAndOptions.slice(0, -1) : inputsAndOptions;
  inputs.forEach((input, i) => {
    if (!isIterable(input)) throw new TypeError(`map needs iterables, got ${inspect(input, { depth: 0 })} as input ${i + 1}`);
  });
  return { inputs: inputs as Iterable<unknown>[], options: hasOptions ? ((last as MapOptions | undefined) ?? {}) : {} };
}

/** Tuples of one item of each input, until the shortest ends; no inputs give nothing. As Python's `zip`, and it closes the inputs it leaves. */
function* zip(inputs: readonly Iterable<unknown>[]): Generator<unknown[]> {
  const iterators = inputs.map((input) => input[Symbol.iterator]());
  let ended: Iterator<unknown> | undefined;
  try {
    while (iterators.length > 0) {
      const items: unknown[] = [];
      for (const iterator of iterators) {
        const step = iterator.next();
        if (step.done) {
          ended = iterator;
          return;
        }
        items.push(step.value);
      }
      yield items;
    }
  } finally {
    for (const iterator of iterators) if (iterator !== ended) iterator.return?.();
  }
}
