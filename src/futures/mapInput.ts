/** What `map` reads: its inputs, zipped and cut into chunks. */
import { types } from "node:util";
import type { Chunk } from "./chunk.js";
import type { MapInput } from "./mapOptions.js";

/** Reads chunks of at least one call: synchronously, or if an input is asynchronous, one promise after another. */
export interface ChunkReader {
  /** @throws what reading an input throws. */
  next(): Chunk | undefined | Promise<Chunk | undefined>;
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
export type Zip = SyncZip | AsyncZip;

interface AnyZip {
  /** Items of a tuple. */
  readonly arity: number;
  close(): void;
}

interface SyncZip extends AnyZip {
  readonly async: false;
  /** The items of so many tuples at most. @param items empty; they may be in it, and are if an input throws. */
  read(items: unknown[], most: number): readonly unknown[];
}

interface AsyncZip extends AnyZip {
  readonly async: true;
  /** Adds the items of the next tuple to `items`, or nothing at the end. @returns false at the end. */
  next(items: unknown[]): Promise<boolean>;
}

export function inputOf(inputs: readonly MapInput<unknown>[]): Zip {
  const [only] = inputs;
  if (inputs.length === 1 && isPlainArray(only)) return arrayInput(only);
  const isAsync = inputs.some((input) => typeof (input as Partial<Iterable<unknown>>)[Symbol.iterator] !== "function");
  const iterators: AnyIterator[] = [];
  let open = inputs.length > 0;
  const close = (ended?: AnyIterator): false => {
    if (!open) return false;
    open = false;
    // What an input says when it is let go is of no interest any more.
    for (const iterator of iterators) if (iterator !== ended) void (async () => iterator.return?.())().catch(() => {});
    return false;
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
  const nextSync = (items: unknown[]): boolean => {
    if (!open) return false;
    const before = items.length;
    try {
      for (const iterator of iterators as Iterator<unknown>[]) {
        const step = iterator.next();
        if (step.done) {
          items.length = before;
          return close(iterator);
        }
        items.push(step.value);
      }
      return true;
    } catch (error) {
      items.length = before;
      close();
      throw error;
    }
  };
  /** One input, as most maps have: in a loop by itself, which makes no object for a step. */
  const readOne = (items: unknown[], most: number): readonly unknown[] => {
    if (!open) return items;
    const iterator = iterators[0] as Iterator<unknown>;
    try {
      for (let left = most; left > 0; left -= 1) {
        const step = iterator.next();
        if (step.done) {
          close(iterator);
          break;
        }
        items.push(step.value);
      }
    } catch (error) {
      close();
      throw error;
    }
    return items;
  };
  const readAll = (items: unknown[], most: number): readonly unknown[] => {
    for (let left = most; left > 0 && nextSync(items); left -= 1);
    return items;
  };
  const nextAsync = async (items: unknown[]): Promise<boolean> => {
    if (!open) return false;
    const tuple: unknown[] = [];
    try {
      for (const iterator of iterators) {
        const step = await iterator.next();
        if (step.done) return close(iterator);
        tuple.push(step.value);
      }
    } catch (error) {
      close();
      throw error;
    }
    if (open) items.push(...tuple);
    return open;
  };
  const arity = inputs.length;
  return isAsync ? { async: true, arity, next: nextAsync, close } : { async: false, arity, read: arity === 1 ? readOne : readAll, close };
}

const arrayIterator = Array.prototype[Symbol.iterator];
const arrayIteratorPrototype = Object.getPrototypeOf([][Symbol.iterator]()) as Iterator<unknown>;
const { next: nextOfArray } = arrayIteratorPrototype;

/** Whether reading it item by item would run nothing of the user's. */
function isPlainArray(input: MapInput<unknown> | undefined): input is readonly unknown[] {
  if (!Array.isArray(input) || types.isProxy(input) || Object.getPrototypeOf(input) !== Array.prototype || Object.hasOwn(input, Symbol.iterator))
    return false;
  return Array.prototype[Symbol.iterator] === arrayIterator && arrayIteratorPrototype.next === nextOfArray;
}

/** An array is read by parts, several times as fast as by its iterator; whatever is added to it meanwhile is read too, as there. */
function arrayInput(array: readonly unknown[]): SyncZip {
  let at = 0;
  const read = (_items: unknown[], most: number): readonly unknown[] => {
    const part = array.slice(at, at + most);
    at = part.length < most ? Number.POSITIVE_INFINITY : at + most; // an iterator that has come to the end stays there
    return part;
  };
  const close = (): void => {
    at = Number.POSITIVE_INFINITY;
  };
  return { async: false, arity: 1, read, close };
}

/**
 * Cuts a zip into chunks. An input that fails in the middle of a chunk fails the next one: what it gave before is not lost.
 * @param size of the nth chunk, at least 1.
 */
export function chunks(zip: Zip, size: (chunk: number) => number): ChunkReader {
  const { arity } = zip;
  let made = 0;
  let failure: { readonly error: unknown } | undefined;
  const end = (args: readonly unknown[], failed?: { readonly error: unknown }): Chunk | undefined => {
    failure = failed;
    if (args.length > 0) return { arity, args };
    if (failed) throw failed.error;
    return undefined;
  };
  const begin = (): number => {
    if (failure) throw failure.error;
    return size(made++);
  };
  const nextSync = (sync: SyncZip): Chunk | undefined => {
    const args: unknown[] = [];
    try {
      return end(sync.read(args, begin()));
    } catch (error) {
      return end(args, { error });
    }
  };
  const nextAsync = async (async: AsyncZip): Promise<Chunk | undefined> => {
    const args: unknown[] = [];
    try {
      for (let left = begin(); left > 0 && (await async.next(args)); left -= 1);
    } catch (error) {
      return end(args, { error });
    }
    return end(args);
  };
  return { next: () => (zip.async ? nextAsync(zip) : nextSync(zip)), close: () => zip.close() };
}
