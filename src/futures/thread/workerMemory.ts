/** The memory that a thread pool shares with one of its workers: what the worker does, and the outcomes of its calls, which outlive it. */
import { type WordMemory, wordMemory } from "../transfer/words.js";

/** What a worker is at. The worker moves from `busy` to `resting`, the pool from there to `busy` or `hired`, by compare-and-swap. */
export const busy = 0;
/** In its event loop: a message wakes it. */
export const resting = 1;
/** It sleeps in `Atomics.wait`: a notification wakes it. */
export const parked = 2;
/** It waits for a message with a call for it alone, and takes no other. */
export const hired = 3;

/** Words. */
export const phase = 0;
/** 1 more than the number of the call that it has claimed; or one of these. */
export const current = 1;
/** It looks for a call, and does nothing else before it has one or rests. */
export const looking = 0;
/** It holds none, but may be at something else: what earlier tasks have left behind, a call sent to it. */
export const away = -1;
/** It rests, or was woken and has not come to itself. */
export const asleep = -2;
/** It has told that there are outcomes, and the pool has not begun to take them. */
export const signalled = 2;
/** The pool wants to hear when it rests. */
export const restWanted = 3;
/** It is not to claim any call. */
export const halted = 4;
export const readUpTo = 5;
export const writtenUpTo = 6;
/** State of the call that was sent to it by message, see `sharedCall.ts`. */
export const directCall = 8;
/** Doubles, at the words 10 to 13: ms that it has worked, and when it began to, on the clock of all threads; 0: it rests. */
export const workedFor = 5;
export const workingSince = 6;
export const ringAt = 16;
export const ringWords = 1 << 14;
export const longestRecord = ringWords / 4;
export const recordHead = 4;

export function makeWorkerMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((ringAt + ringWords) * 4);
}

export class Side {
  protected readonly memory: WordMemory;
  protected readonly words: Int32Array;
  protected readonly times: Float64Array;

  constructor(buffer: SharedArrayBuffer) {
    this.times = new Float64Array(buffer, 0, ringAt / 2);
    this.memory = wordMemory(buffer);
    this.words = this.memory.words;
  }

  /** State of the call sent by message. */
  get directCall(): Int32Array {
    return this.words.subarray(directCall, directCall + 1);
  }

  protected load(word: number): number {
    return Atomics.load(this.words, word);
  }

  protected store(word: number, value: number): void {
    Atomics.store(this.words, word, value);
  }

  protected swap(word: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.words, word, from, to) === from;
  }
}
