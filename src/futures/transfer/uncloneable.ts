/** The error for what cannot be sent, naming the place: `args[1].onDone is a function`. */
import { types } from "node:util";
import { TransferError } from "../errors.js";
import { refusalOf } from "./cloneable.js";
import { findCulprit, isDetached, isTransferOnly, nameOf, withArticle } from "./culprit.js";
import { describeThrown, guarded } from "./guarded.js";

/**
 * The error for a value that structured clone refused.
 * @param root how the value is called in the message: `args`, `result`.
 * @param refusal what structured clone threw; it becomes the `cause`.
 * @param cloneable what the channel at hand can send: threads share memory, processes do not.
 * @param transfer the list that went with the value; it may be what was refused.
 */
export function transferError(
  value: unknown,
  root: string,
  refusal: unknown,
  cloneable: (value: unknown) => boolean,
  transfer: readonly unknown[] = [],
): TransferError {
  // Of the two kinds of channel only that between threads takes this.
  const sharesMemory = cloneable(new SharedArrayBuffer(1));
  const listProblem = sharesMemory ? transferListProblem(transfer) : undefined;
  if (listProblem !== undefined) return new TransferError(listProblem, { cause: refusal });
  const culprit = findCulprit(value, root, { cloneable, sharesMemory, transfer: new Set(sharesMemory ? transfer : []) });
  return new TransferError(
    culprit ? `${culprit.what} and cannot be cloned to go from one worker to another; ${culprit.advice}` : reasonOf(refusal, root, transfer),
    { cause: refusal },
  );
}

/** The text where no culprit was found. */
function reasonOf(refusal: unknown, root: string, transfer: readonly unknown[]): string {
  if (refusal instanceof RangeError && /call stack/i.test(refusal.message))
    return `${root} is nested too deeply to be cloned to go from one worker to another; use flat data instead`;
  const text = describeThrown(refusal);
  if (transfer.length > 0 && /transfer/i.test(text))
    return `transfer was refused (${text}); a buffer that Node or WebAssembly holds cannot be given away: leave it out of the list`;
  return `${root} cannot be cloned to go from one worker to another (${text}); use plain data instead`;
}

/** What is wrong with a transfer list, as far as that can be told without giving its objects away. */
function transferListProblem(transfer: readonly unknown[]): string | undefined {
  const problem = (i: number, what: string): string => `transfer[${i}] is ${what}`;
  for (const [i, item] of transfer.entries()) {
    if (typeof item !== "object" || item === null)
      return `${problem(i, item === null ? "null" : `a ${typeof item}`)}: only objects can be transferred`;
    if (transfer.indexOf(item) < i) return `${problem(i, `the same object as transfer[${transfer.indexOf(item)}]`)}: name it once`;
    if (types.isSharedArrayBuffer(item)) return `${problem(i, "a SharedArrayBuffer")}, which is shared and not transferred: leave it out of the list`;
    if (ArrayBuffer.isView(item)) return `${problem(i, withArticle(nameOf(item)))}: transfer its \`buffer\` instead`;
    if (types.isArrayBuffer(item)) {
      if (isDetached(item)) return `${problem(i, "a detached ArrayBuffer")}: it was transferred before, and its content with it`;
    } else if (!isTransferOnly(nameOf(item)) && isOrdinary(item)) {
      return `${problem(i, withArticle(nameOf(item)))}, which cannot be transferred: leave it out of the list`;
    }
  }
  return undefined;
}

/** Objects of the language; those of Node may know how to be transferred. */
function isOrdinary(item: object): boolean {
  if (Array.isArray(item) || types.isMap(item) || types.isSet(item) || types.isPromise(item) || types.isDate(item)) return true;
  // Node marks what it can transfer by symbols.
  return guarded(() => {
    for (let p: unknown = item; typeof p === "object" && p !== null; p = Object.getPrototypeOf(p))
      if (Object.getOwnPropertySymbols(p).some((symbol) => symbol.description?.startsWith("messaging_"))) return false;
    return true;
  }, true);
}

/** A call, or the result of one, that cannot be sent. */
export interface Uncloneable {
  readonly index: number;
  readonly error: TransferError;
}

/**
 * Of several calls that go in one message, those that it cannot go with: so that they fail alone and the others go.
 * @param calls the arguments of each call, or each result.
 * @param root how each is called in its message; places are counted within the one call: `args[1]` is the second argument of it.
 * @returns in order of `index`; empty if each can be sent.
 */
export function splitCloneable(calls: readonly unknown[], cloneable: (value: unknown) => boolean, root = "args"): Uncloneable[] {
  const uncloneable: Uncloneable[] = [];
  for (const [index, call] of calls.entries())
    if (!cloneable(call)) uncloneable.push({ index, error: transferError(call, root, refusalOf(call), cloneable) });
  return uncloneable;
}
