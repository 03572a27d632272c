/** The memory that a thread pool shares with one of its workers: what the worker does, and the outcomes of its calls, which outlive it. */
import { performance } from "node:perf_hooks";
import { refused, type WordMemory, WordReader, wordMemory, writeValue } from "../transfer/words.js";

/** What a worker is at. The worker moves from `busy` to `resting`, the pool from there to `busy` or `hired`, by compare-and-swap. */
export const busy = 0;
/** In its event loop: a message wakes it. */
export const resting = 1;
/** It sleeps in `Atomics.wait`: a notification wakes it. */
export const parked = 2;
/** It waits for a message with a call for it alone, and takes no other. */
export const hired = 3;

/** Words. */
const phase = 0;
/** 1 more than the number of the call that it has claimed; or one of these. */
const current = 1;
/** It looks for a call, and does nothing else before it has one or rests. */
const looking = 0;
/** It holds none, but may be at something else: what earlier tasks have left behind, a call sent to it. */
const away = -1;
/** It rests, or was woken and has not come to itself. */
const asleep = -2;
/** It has told that there are outcomes, and the pool has not begun to take them. */
const signalled = 2;
/** The pool wants to hear when it rests. */
const restWanted = 3;
/** It is not to claim any call. */
const halted = 4;
const readUpTo = 5;
const writtenUpTo = 6;
/** State of the call that was sent to it by message, see `sharedCall.ts`. */
const directCall = 8;
/** Doubles, at the words 10 to 13: ms that it has worked, and when it began to, on the clock of all threads; 0: it rests. */
const workedFor = 5;
const workingSince = 6;
const ringAt = 16;
const ringWords = 1 << 14;
const longestRecord = ringWords / 4;
/** ms that a worker takes to come to itself, as a rule. One that takes longer may be on a processor that has been taken away, for many ms. */
const wakingTakes = 0.06;
const recordHead = 4;

export function makeWorkerMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((ringAt + ringWords) * 4);
}

/**
 * Takes an outcome. Not as an object: there are hundreds of thousands a second.
 * @param posted messages that the worker had sent before.
 * @param chunk then `value` is an array of the values of its calls.
 */
export type TakeOutcome = (call: number, posted: number, chunk: boolean, value: unknown) => void;

function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}

class Side {
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

/** The pool's side. */
export class WorkerView extends Side {
  readonly #reader = new WordReader(this.memory);
  /** Where the next outcome is read. */
  #next = 0;
  /** By `performance.now()`. */
  #wokenAt = 0;
  #lastCurrent = away;

  /** The call that it has claimed. */
  get current(): number | undefined {
    const call = this.load(current) - 1;
    return call < 0 ? undefined : call;
  }

  /** ms that it has worked. */
  get busyTime(): number {
    const since = this.times[workingSince] as number;
    return (this.times[workedFor] as number) + (since === 0 ? 0 : Math.max(sharedNow() - since, 0));
  }

  /** Whether it looks for calls by itself, or is about to: it has come from one call to another since this was last asked. */
  comes(): boolean {
    if (this.load(phase) !== busy || this.load(halted) === 1) return false;
    const now = this.load(current);
    const last = this.#lastCurrent;
    this.#lastCurrent = now;
    if (now > looking) return now !== last;
    return now === looking || (now === asleep && performance.now() - this.#wokenAt < wakingTakes);
  }

  /** Whether it sleeps, but looks now and then. */
  get dozes(): boolean {
    return this.load(phase) === parked && this.load(halted) === 0;
  }

  get hired(): boolean {
    return this.load(phase) === hired;
  }

  /** Wakes it by whatever it takes. @param post sends a message. @returns false if it is not at rest. */
  wake(post: () => void): boolean {
    const now = this.load(phase);
    if (now !== resting && now !== parked) return false;
    this.#wokenAt = performance.now();
    if (this.swap(phase, resting, busy)) post();
    else if (this.swap(phase, parked, busy)) this.notify();
    else return false;
    return true;
  }

  /** From now on it waits for a message; false if it is at work: then it tells when it rests. */
  hire(): boolean {
    if (this.swap(phase, resting, hired) || this.swap(phase, parked, hired)) return true;
    this.tellRest();
    return this.swap(phase, resting, hired) || this.swap(phase, parked, hired);
  }

  /** It is to tell when it rests. */
  tellRest(): void {
    this.store(restWanted, 1);
  }

  dismiss(): void {
    if (this.swap(phase, hired, resting)) this.notify();
  }

  /** Ends its sleep in `Atomics.wait`, if it sleeps. */
  notify(): void {
    Atomics.notify(this.words, phase);
  }

  halt(halts: boolean): void {
    this.store(halted, halts ? 1 : 0);
  }

  /**
   * Gives the outcomes that lie there now, in order.
   * @param mostPosted stops before one that came after more messages than that.
   */
  drain(take: TakeOutcome, mostPosted = Number.POSITIVE_INFINITY): void {
    this.store(signalled, 0);
    const end = this.load(writtenUpTo);
    while (((end - this.#next) | 0) > 0) {
      const start = ringAt + (this.#next & (ringWords - 1));
      const call = this.words[start + 1] as number;
      const posted = this.words[start + 2] as number;
      if (call >= 0 && posted > mostPosted) break;
      const count = this.words[start + 3] as number;
      const value = call < 0 ? undefined : this.#read(start + recordHead, count);
      this.#next = (this.#next + (this.words[start] as number)) | 0;
      this.store(readUpTo, this.#next);
      if (call >= 0) take(call, posted, count >= 0, value); // which may drain too
    }
  }

  #read(at: number, count: number): unknown {
    this.#reader.at = at;
    if (count < 0) return this.#reader.value();
    const values: unknown[] = [];
    for (let n = count; n > 0; n -= 1) values.push(this.#reader.value());
    return values;
  }
}

/** The worker's side. */
export class WorkerDesk extends Side {
  /** Messages that it has sent. */
  #posted = 0;
  /** Where the next outcome is written, and up to where the pool had read when last looked. */
  #next = 0;
  #read = 0;

  get mayClaim(): boolean {
    return this.load(halted) === 0;
  }

  /** Whether the pool wants to hear when it rests. */
  get restWanted(): boolean {
    return this.load(restWanted) === 1;
  }

  /** Up to where the pool has taken outcomes; `undefined` if it is not told of any that it has not begun to take. */
  get untakenFrom(): number | undefined {
    return this.load(signalled) === 1 ? this.load(readUpTo) : undefined;
  }

  /** Whether the pool has ended its rest. */
  get woken(): boolean {
    return this.load(phase) === busy;
  }

  begin(call: number): void {
    this.store(current, call + 1);
  }

  /** It holds no call any more, which the pool may see before the outcome. */
  end(): void {
    this.store(current, away);
  }

  look(): void {
    this.store(current, looking);
  }

  work(): void {
    this.store(phase, busy);
    this.startClock();
  }

  /** @returns whether the pool wants to hear of it. */
  rest(): boolean {
    this.stopClock();
    this.store(current, asleep);
    this.store(phase, resting);
    return Atomics.exchange(this.words, restWanted, 0) === 1;
  }

  /** Ends the rest, unless the pool has ended it. @returns whether there is something to do. */
  getUp(): boolean {
    if (!this.swap(phase, resting, busy) && this.load(phase) !== busy) return false;
    this.startClock();
    return true;
  }

  /** Sleeps for some ms at most, or until the pool has something for it. @returns whether it has nothing. */
  park(ms: number): boolean {
    if (!this.swap(phase, resting, parked)) return false;
    Atomics.wait(this.words, phase, parked, ms);
    return this.swap(phase, parked, resting);
  }

  /** A message has been sent. */
  hasPosted(): void {
    this.#posted = (this.#posted + 1) | 0;
  }

  /** Whether the pool is to be told that there are outcomes. */
  signal(): boolean {
    return this.load(signalled) === 0 && Atomics.exchange(this.words, signalled, 1) === 0;
  }

  /** @param values those of a chunk. @returns false if there is no room for it, or it is not of the kind that can be written. */
  write(call: number, value: unknown, values?: readonly unknown[]): boolean {
    const written = this.#next;
    const free = this.#free();
    const index = written & (ringWords - 1);
    const toEnd = ringWords - index;
    const length = this.#writeAt(index, Math.min(free, toEnd, longestRecord), call, value, values);
    if (length !== refused) return this.#publish(written, length);
    if (toEnd >= longestRecord || free - toEnd < recordHead || toEnd < 2) return false;
    // What is left before the end of the ring is too short: an empty record fills it.
    const again = this.#writeAt(0, Math.min(free - toEnd, longestRecord), call, value, values);
    if (again === refused) return false;
    this.words[ringAt + index] = toEnd;
    this.words[ringAt + index + 1] = -1;
    return this.#publish(written, toEnd + again);
  }

  /** @returns the length of the record, always even, or {@link refused}. */
  #writeAt(index: number, room: number, call: number, value: unknown, values: readonly unknown[] | undefined): number {
    const start = ringAt + index;
    const end = start + room;
    if (room < recordHead + 1) return refused;
    let at = start + recordHead;
    if (values) {
      for (const one of values) {
        at = writeValue(this.memory, at, end, one);
        if (at === refused) return refused;
      }
    } else {
      at = writeValue(this.memory, at, end, value);
      if (at === refused) return refused;
    }
    const length = (at - start + 1) & ~1;
    this.words[start] = length;
    this.words[start + 1] = call;
    this.words[start + 2] = this.#posted;
    this.words[start + 3] = values ? values.length : -1;
    return length > room ? refused : length;
  }

  /** From now on it works. */
  startClock(): void {
    if (this.times[workingSince] === 0) this.times[workingSince] = sharedNow();
  }

  stopClock(): void {
    const since = this.times[workingSince] as number;
    if (since === 0) return;
    this.times[workedFor] = (this.times[workedFor] as number) + sharedNow() - since;
    this.times[workingSince] = 0;
  }

  #free(): number {
    const free = ringWords - ((this.#next - this.#read) | 0);
    if (free >= 2 * longestRecord) return free;
    this.#read = this.load(readUpTo);
    return ringWords - ((this.#next - this.#read) | 0);
  }

  #publish(written: number, length: number): boolean {
    this.#next = (written + length) | 0;
    this.store(writtenUpTo, this.#next);
    return true;
  }
}
