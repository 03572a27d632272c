import { inspect } from "node:util";

/** What `map` goes over. */
export type MapInput<T> = Iterable<T> | AsyncIterable<T>;

/** Options of `Executor.map`. */
export interface MapOptions {
  /** ms for the whole iteration, counted from the call of `map`; `undefined`: without limit. */
  timeout?: number | undefined;
  /**
   * Calls sent to a worker at once, which pays for short ones; a positive integer, default 1. `"auto"`: four chunks to a worker if the
   * length of the inputs is known, growing ones if not. An executor that cannot send several calls at once ignores it. CPython `chunksize`.
   */
  chunksize?: number | "auto" | undefined;
  /**
   * Chunks submitted and not yet given, at most; a positive integer. The inputs are read only as far, so they may be endless. Default: everything is
   * submitted at the call. CPython `buffersize`.
   */
  buffersize?: number | undefined;
  /** False: results come as they are done, in any order. Default true. */
  ordered?: boolean | undefined;
  /** True: what a call throws is given in the place of its result. Default false. */
  returnExceptions?: boolean | undefined;
  /**
   * What the error of a call means for the rest. `"stop"`, the default: it is cancelled and the iterator has ended. `"continue"`: further steps go on
   * with the following items; call `next()` for it, since `for await` leaves at the first error. The `timeout` always ends the iterator.
   */
  onError?: "stop" | "continue" | undefined;
  /**
   * Aborted: calls that have not started are cancelled; the signal of those that run is aborted, and after the pool's `stopGrace` their workers are
   * replaced. The former are given as CancelledError, the latter as the signal's reason. An executor without workers of its own cancels only what has
   * not started.
   */
  signal?: AbortSignal | undefined;
}

/** @throws TypeError for an option of the wrong type, RangeError for one out of range; the message names it and what was given. CPython `Executor.map`. */
export function checkMapOptions({ chunksize, buffersize, ordered, returnExceptions, onError, signal }: MapOptions): void {
  if (chunksize !== "auto") checkCount("chunksize", chunksize, ' or "auto"');
  checkCount("buffersize", buffersize);
  for (const [name, value] of Object.entries({ ordered, returnExceptions }))
    if (value !== undefined && typeof value !== "boolean") throw new TypeError(`${name} must be true or false, got ${inspect(value, { depth: 0 })}`);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`signal must be an AbortSignal, got ${inspect(signal, { depth: 0 })}`);
  if (onError !== undefined && onError !== "stop" && onError !== "continue")
    throw new RangeError(`onError must be "stop" or "continue", got ${inspect(onError, { depth: 0 })}`);
}

function checkCount(name: string, value: unknown, otherwise = ""): void {
  if (value === undefined) return;
  if (typeof value !== "number" || !Number.isInteger(value))
    throw new TypeError(`${name} must be an integer${otherwise}, got ${inspect(value, { depth: 0 })}`);
  if (value < 1) throw new RangeError(`${name} must be at least 1, got ${value}`);
}
