import type { Outcome } from "../future.js";
import { decodeThrown } from "../transfer/errors.js";
import type { EncodedOutcome } from "./messages.js";

/** Whether that is what a chunk of so many calls comes back with: user code can say something else over the pool's channel. */
export function areOutcomes(told: unknown, calls: number): boolean {
  const isOutcome = (one: Partial<EncodedOutcome> | null): boolean => one?.kind === "value" || one?.kind === "error";
  return Array.isArray(told) && told.length === calls && told.every(isOutcome);
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
