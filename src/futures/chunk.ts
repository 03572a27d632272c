/** Calls of one function that go to a worker as one task, as those of `map` with a `chunksize`. Flat, since there may be hundreds of thousands. */
export interface Chunk {
  /** Arguments of each call, at least 1. */
  readonly arity: number;
  /** Arguments of all calls, one call after another. */
  readonly args: readonly unknown[];
}

/** What the calls of a chunk came to. */
export interface ChunkOutcomes {
  /** The values by the places of their calls; `undefined` in the place of a call that failed. */
  readonly values: readonly unknown[];
  /** What the calls that failed threw, by their places. */
  readonly errors?: ReadonlyMap<number, unknown> | undefined;
}

/** How many calls there are. */
export function sizeOfChunk({ arity, args }: Chunk): number {
  return args.length / arity;
}

/** The arguments of each call. */
export function callsOf({ arity, args }: Chunk): unknown[][] {
  return Array.from({ length: args.length / arity }, (_, call) => args.slice(call * arity, (call + 1) * arity));
}
