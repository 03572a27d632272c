/**
 * The memory of a thread pool in which its calls wait for whichever worker comes first. The pool writes a call into a free slot and moves `tail` on;
 * a worker takes the oldest by moving the slot's state from offered to claimed by compare-and-swap, and starts it from claimed to started. So a call is
 * started once or taken back, never both; calls start in the order of their positions; and a worker that is stuck holds nothing but its own call.
 *
 *   position   … 254  255  256  257  258 …        slot = position mod capacity
 *                 ▲                   ▲
 *               head, a hint         tail
 */
import { type WordMemory, wordMemory } from "../transfer/words.js";

export const capacity = 256;
/** Words of a call: number of its future, number of arguments, arguments. Not a power of two, so that slots do not meet in the cache. */
export const dataWords = 1040;
const slotsAt = 16;
const slotWords = 4;
const dataAt = slotsAt + capacity * slotWords;

/** Words of the memory. */
export const head = 0;
export const tail = 1;
/** Place, plus 1, of the worker that looks for calls without sleep; 0: none. */
export const watcher = 2;

/** Kinds of state. Of {@link empty} and {@link started} only the pool makes another, of the others workers do too. */
export const empty = 0;
export const offered = 1;
export const claimed = 2;
export const started = 3;
/** Taken back while a worker had claimed it: that worker empties the slot. */
export const revoked = 4;

/** Flag of a slot; above it the arity of its function. */
export const announce = 1;
export const arityShift = 1;

const kindMask = 7;
const placeShift = 3;
const placeMask = 0xfff;
const cycleShift = 15;
/** What a state tells of its position. */
const positionMask = (1 << (32 - cycleShift + 8)) - 1;

/** Places that workers of a pool can have at a time. */
export const mostPlaces = placeMask + 1;

export function makeCallMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((dataAt + capacity * dataWords) * 4);
}

export interface CallMemory extends WordMemory {
  readonly buffer: SharedArrayBuffer;
}

export function callMemory(buffer: SharedArrayBuffer): CallMemory {
  return { buffer, ...wordMemory(buffer) };
}

export function slotOf(position: number): number {
  return position & (capacity - 1);
}

/** The word with the state of a slot. */
export function stateAt(slot: number): number {
  return slotsAt + slot * slotWords;
}

export function functionAt(slot: number): number {
  return slotsAt + slot * slotWords + 1;
}

export function flagsAt(slot: number): number {
  return slotsAt + slot * slotWords + 2;
}

export function dataOf(slot: number): number {
  return dataAt + slot * dataWords;
}

/** The state of a call that was just offered at a position. It tells it from every other call that its slot had, as long as anybody remembers. */
export function offeredAt(position: number): number {
  return offered | ((position >>> 8) << cycleShift);
}

export function kindOf(state: number): number {
  return state & kindMask;
}

export function withKind(state: number, kind: number): number {
  return (state & ~kindMask) | kind;
}

export function placeOf(state: number): number {
  return (state >> placeShift) & placeMask;
}

/** What a worker makes of the state of an offered call. */
export function claimedBy(state: number, place: number): number {
  return withKind(state, claimed) | (place << placeShift);
}

/** Positions between a call and the tail. */
export function ageOf(slot: number, state: number, tail: number): number {
  const position = ((state >>> cycleShift) << 8) | slot;
  return (tail - position) & positionMask;
}
