import type { ChunkOutcomes } from "../chunk.js";
import { decodeThrown } from "../transfer/errors.js";
import type { EncodedOutcomes } from "./messages.js";

/** Whether that is what a chunk of so many calls comes back with: user code can say something else over the pool's channel. */
export function areOutcomes({ values, errors = [] }: { readonly values?: unknown; readonly errors?: unknown }, calls: number): boolean {
  const isError = (one: unknown): boolean => Array.isArray(one) && Number.isInteger(one[0]) && one[0] >= 0 && one[0] < calls;
  return Array.isArray(values) && values.length === calls && Array.isArray(errors) && errors.every(isError);
}

/** The outcomes of all calls of a chunk: those that the worker tells, and between them those that it was not sent. @param refused their errors, by place. */
export function decodeOutcomes({ values, errors }: EncodedOutcomes, refused: ReadonlyMap<number, unknown> = new Map()): ChunkOutcomes {
  if (refused.size === 0) return { values, errors: errors && new Map(errors.map(([place, error]) => [place, decodeThrown(error)])) };
  const failed = new Map(refused);
  const told = new Map(errors);
  const all: unknown[] = [];
  for (const [place, value] of values.entries()) {
    while (refused.has(all.length)) all.push(undefined);
    const error = told.get(place);
    if (error) failed.set(all.length, decodeThrown(error));
    all.push(value);
  }
  while (refused.has(all.length)) all.push(undefined);
  return { values: all, errors: failed };
}
