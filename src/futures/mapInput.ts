/** What `map` reads: its inputs, zipped and cut into chunks. */
import type { MapInput } from "./mapOptions.js";

/** The arguments of the calls of one chunk, at least one. */
export type Batch = readonly unknown[][];

/** Reads batches: synchronously, or if an input is asynchronous, one promise after another. */
export interface BatchReader {
  readonly async: boolean;
  /** @throws what reading an input throws. */
  next(): Batch | undefined | Promise<Batch | undefined>;
  /** Lets go of the inputs. */
  close(): void;
}

/** How many calls the inputs make, if each of them tells its length. */
export function sizeOf(inputs: readonly MapInput<unknown>[]): number | undefined {
  let size: number | undefined;
  for (const input of inputs) {
    const own =
      Array.isArray(input) || ArrayBuffer.isView(input)
        ? (input as unknown[]).length
        : input instanceof Set || input instanceof Map
          ? input.size
          : undefined;
    if (own === undefined) return undefined;
    size = size === undefined ? own : Math.min(size, own);
  }
  return size;
}

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** Tuples of one item of each input, until the shortest ends; no inputs give nothing. As Python's `zip`, and it closes the inputs it leaves. */
export interface Zip {
  readonly async: boolean;
  next(): unknown[] | undefined | Promise<unknown[] | undefined>;
  close(): void;
}

export function inputOf(inputs: readonly MapInput<unknown>[]): Zip {
  const isAsync = inputs.some((input) => typeof (input as Partial<Iterable<unknown>>)[Symbol.iterator] !== "function");
  const iterators: AnyIterator[] = [];
  let open = inputs.length > 0;
  const close = (ended?: AnyIterator): undefined => {
    if (!open) return undefined;
    open = false;
    // What an input says when it is let go is of no interest any more.
    for (const iterator of iterators) if (iterator !== ended) void (async () => iterator.return?.())().catch(() => {});
    return undefined;
  };
  const guarded = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      close();
      throw error;
    }
  };
  guarded(() => {
    for (const input of inputs) {
      const sync = (input as Iterable<unknown>)[Symbol.iterator]?.();
      iterators.push(sync ?? (input as AsyncIterable<unknown>)[Symbol.asyncIterator]());
    }
  });
  const nextSync = (): unknown[] | undefined => {
    const items: unknown[] = [];
    for (const iterator of iterators as Iterator<unknown>[]) {
      const step = iterator.next();
      if (step.done) return close(iterator);
      items.push(step.value);
    }
    return items;
  };
  const nextAsync = async (): Promise<unknown[] | undefined> => {
    try {
      const items: unknown[] = [];
      for (const iterator of iterators) {
        const step = await iterator.next();
        if (step.done) return close(iterator);
        items.push(step.value);
      }
      return open ? items : undefined;
    } catch (error) {
      close();
      throw error;
    }
  };
  return { async: isAsync, next: () => (!open ? undefined : isAsync ? nextAsync() : guarded(nextSync)), close };
}

/**
 * Cuts a zip into batches. An input that fails in the middle of a batch fails the next one: what it gave before is not lost.
 * @param size of the nth batch, at least 1.
 */
export function batches(zip: Zip, size: (batch: number) => number): BatchReader {
  let made = 0;
  let failure: { readonly error: unknown } | undefined;
  const end = (batch: unknown[][], failed?: { readonly error: unknown }): Batch | undefined => {
    failure = failed;
    if (batch.length > 0) return batch;
    if (failed) throw failed.error;
    return undefined;
  };
  const begin = (): number => {
    if (failure) throw failure.error;
    return size(made++);
  };
  const nextSync = (): Batch | undefined => {
    const batch: unknown[][] = [];
    for (let left = begin(); left > 0; left -= 1) {
      try {
        const items = zip.next() as unknown[] | undefined;
        if (!items) break;
        batch.push(items);
      } catch (error) {
        return end(batch, { error });
      }
    }
    return end(batch);
  };
  const nextAsync = async (): Promise<Batch | undefined> => {
    const batch: unknown[][] = [];
    for (let left = begin(); left > 0; left -= 1) {
      try {
        const items = await zip.next();
        if (!items) break;
        batch.push(items);
      } catch (error) {
        return end(batch, { error });
      }
    }
    return end(batch);
  };
  return { async: zip.async, next: () => (zip.async ? nextAsync() : nextSync()), close: () => zip.close() };
}
