import { inspect } from "node:util";
import { type Chunk, type ChunkOutcomes, sizeOfChunk } from "./chunk.js";
import { checkTimeout } from "./deadline.js";
import type { Future } from "./future.js";
import { MapIterator, type Unit } from "./map.js";
import { chunks, inputOf, sizeOf } from "./mapInput.js";
import { checkMapOptions, type MapInput, type MapOptions } from "./mapOptions.js";

/** A function that an executor may run: its parameters and its result cross between workers. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant; `unknown` would accept no function with typed parameters
export type AnyFunction = (...args: any[]) => unknown;

/** What the future of a call gives, for a function that returns `R`: a promise is awaited, a generator runs to its `return`. */
export type TaskResult<R> = R extends AsyncGenerator<unknown, infer T> ? T : R extends Generator<unknown, infer T> ? T : Awaited<R>;

/** What `Future.progress` gives, for a function that returns `R`: what a generator yields. */
export type TaskProgress<R> = R extends AsyncGenerator<infer Y> ? Y : R extends Generator<infer Y> ? Y : unknown;

/** Options of {@link Executor.shutdown}. CPython's parameters of the same names. */
export interface ShutdownOptions {
  /** Default true: the promise resolves when all work is done and every worker is gone. False: it resolves at once, work goes on. */
  wait?: boolean | undefined;
  /** Default false. True: every call that has not started is cancelled. */
  cancelFutures?: boolean | undefined;
  /** ms to wait; then the promise rejects with TimeoutError, and the work goes on. Default: without limit. */
  timeout?: number | undefined;
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
  abstract submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<TaskResult<R>, TaskProgress<R>>;

  /**
   * Calls `fn` with an item of each input, as many times as the shortest has items. All calls are submitted now, before the first
   * step, unless `buffersize` says otherwise or an input is an async iterable, which is read from now on; results come in order of the input. CPython `Executor.map`.
   *
   * The first error is thrown at its place; then, and when the loop is left, what has not started is cancelled.
   * @returns an async iterable of the results. A step rejects with the error of its call; with TimeoutError when `timeout` ms have passed since the call
   * of `map`; and, after all results that are on their way, with what reading an input or submitting threw meanwhile (ShutdownError, BrokenExecutor).
   * @throws TypeError if an input is no iterable or an option is of the wrong type; RangeError if one is out of range; what `submit` throws.
   */
  map<T, R>(fn: (item: T) => R, items: MapInput<T>, options?: MapOptions): AsyncIterableIterator<TaskResult<R>>;
  map<T1, T2, R>(fn: (a: T1, b: T2) => R, as: MapInput<T1>, bs: MapInput<T2>, options?: MapOptions): AsyncIterableIterator<TaskResult<R>>;
  map<T1, T2, T3, R>(
    fn: (a: T1, b: T2, c: T3) => R,
    as: MapInput<T1>,
    bs: MapInput<T2>,
    cs: MapInput<T3>,
    options?: MapOptions,
  ): AsyncIterableIterator<TaskResult<R>>;
  map<R>(fn: (...items: never[]) => R, ...inputsAndOptions: (MapInput<unknown> | MapOptions)[]): AsyncIterableIterator<TaskResult<R>>;
  map<R>(fn: AnyFunction, ...inputsAndOptions: unknown[]): AsyncIterableIterator<TaskResult<R>> {
    const { inputs, options } = splitOptions(inputsAndOptions);
    checkTimeout(options.timeout);
    checkMapOptions(options);
    this.checkOpen();
    const canChunk = this.submitChunk !== undefined;
    const { chunksize = 1 } = options;
    const size = !canChunk ? () => 1 : chunksize === "auto" ? this.autoChunks(sizeOf(inputs)) : () => chunksize;
    return new MapIterator<TaskResult<R>>(chunks(inputOf(inputs), size), options, {
      submit: (chunk) => this.#submitUnit(fn, chunk, options.signal),
      room: () => this.room(),
    });
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

  /** For `map` with a `chunksize` or a `signal`: schedules several calls as one; absent where the executor cannot. @param signal stops them. */
  protected submitChunk?(fn: AnyFunction, chunk: Chunk, signal?: AbortSignal): Future<ChunkOutcomes>;

  /** For `map` with `chunksize: "auto"`: the size of the nth chunk, given how many calls there are if that is known. */
  protected autoChunks(_calls: number | undefined): (chunk: number) => number {
    return () => 1;
  }

  /** For `map`, when `submit` refused for want of room (QueueFullError): resolves when there is some. */
  protected async room(): Promise<void> {}

  #submitUnit(fn: AnyFunction, chunk: Chunk, signal: AbortSignal | undefined): Unit {
    const calls = sizeOfChunk(chunk);
    if ((calls > 1 || signal) && this.submitChunk) return { calls, isChunk: true, future: this.submitChunk(fn, chunk, signal) };
    const future = this.submit(fn as (...args: unknown[]) => unknown, ...chunk.args);
    signal?.addEventListener("abort", () => future.cancel(), { once: true });
    if (signal?.aborted) future.cancel();
    return { calls, isChunk: false, future };
  }
}

function isInput(value: unknown): value is MapInput<unknown> {
  if (value === null || value === undefined) return false;
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: async } = value as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  return typeof sync === "function" || typeof async === "function";
}

function splitOptions(inputsAndOptions: unknown[]): { inputs: MapInput<unknown>[]; options: MapOptions } {
  const last = inputsAndOptions.at(-1);
  const hasOptions = inputsAndOptions.length > 0 && !isInput(last) && (last === undefined || (typeof last === "object" && last !== null));
  const inputs = hasOptions ? inputsAndOptions.slice(0, -1) : inputsAndOptions;
  inputs.forEach((input, i) => {
    if (!isInput(input)) throw new TypeError(`map needs iterables, got ${inspect(input, { depth: 0 })} as input ${i + 1}`);
  });
  return { inputs: inputs as MapInput<unknown>[], options: hasOptions ? ((last as MapOptions | undefined) ?? {}) : {} };
}
