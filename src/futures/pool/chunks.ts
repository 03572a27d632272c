/** Several calls sent as one: what of them can be sent, and what became of each. */
import type { Outcome } from "../future.js";
import { decodeThrown } from "../transfer/errors.js";
import { transferError } from "../transfer/uncloneable.js";
import type { EncodedOutcome } from "./messages.js";

/** Parts the calls of a chunk that structured clone has refused: each that cannot be sent gets its own error, by its place in the chunk. */
export function divideCalls(
  calls: readonly unknown[][],
  refusal: unknown,
  cloneable: (value: unknown) => boolean,
): { readonly sendable: unknown[][]; readonly refused: ReadonlyMap<number, unknown> } {
  const sendable: unknown[][] = [];
  const refused = new Map<number, unknown>();
  for (const [place, args] of calls.entries()) {
    if (cloneable(args)) sendable.push(args);
    else refused.set(place, transferError(args, "args", refusal, cloneable));
  }
  return { sendable, refused };
}

/** The outcomes of all calls of a chunk, in order: those that the worker tells, and between them those that it was not sent. */
export function decodeOutcomes(told: readonly EncodedOutcome[], refused: ReadonlyMap<number, unknown> | undefined): Outcome<unknown>[] {
  const outcomes: Outcome<unknown>[] = [];
  const addRefused = (): void => {
    while (refused?.has(outcomes.length)) outcomes.push({ kind: "error", error: refused.get(outcomes.length) });
  };
  for (const outcome of told) {
    addRefused();
    outcomes.push(outcome.kind === "value" ? outcome : { kind: "error", error: decodeThrown(outcome.error) });
  }
  addRefused();
  return outcomes;
}
