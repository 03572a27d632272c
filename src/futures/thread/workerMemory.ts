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
/** 1 more than the number of the call that it has claimed; 0: none. */
const current = 1;
/** It has told that there are outcomes, and the pool has not begun to take them. */
const signalled = 2;
/** The pool wants to hear when it rests. */
const restWanted = 3;
/** It is not to claim any call. */
const halted = 4;
/** Messages that it has sent. */
const posted = 5;
const readUpTo = 6;
const writtenUpTo = 7;
/** State of the call that was sent to it by message, see `sharedCall.ts`. */
const directCall = 8;
/** Doubles, at the words 10 to 13: ms that it has worked, and when it began to, on the clock of all threads; 0: it rests. */
const workedFor = 5;
const workingSince = 6;
const ringAt = 16;
const ringWords = 1 << 14;
const longestRecord = ringWords / 4;
const recordHead = 4;

export function makeWorkerMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((ringAt + ringWords) * 4);
}

/** An outcome as it lies in the memory. */
export interface SharedOutcome {
  readonly call: number;
  /** Messages that the worker had sent before. */
  readonly posted: number;
  /** Of a chunk: the values of its calls. */
  readonly chunk: boolean;
  readonly value: unknown;
}

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

  get hired(): boolean {
    return this.load(phase) === hired;
  }

  /** Wakes it by whatever it takes. @param post sends a message. @returns false if it is not at rest. */
  wake(post: () => void): boolean {
    if (this.swap(phase, resting, busy)) {
      post();
      return true;
    }
    if (!this.swap(phase, parked, busy)) return false;
    this.notify();
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
  drain(take: (outcome: SharedOutcome) => void, mostPosted = Number.POSITIVE_INFINITY): void {
    this.store(signalled, 0);
    const end = this.load(writtenUpTo);
    for (;;) {
      const at = this.load(readUpTo); // anew: `take` may drain too
      if (((end - at) | 0) <= 0) return;
      const start = ringAt + (at & (ringWords - 1));
      const call = this.words[start + 1] as number;
      if (call >= 0 && (this.words[start + 2] as number) > mostPosted) return;
      const outcome = call < 0 ? undefined : this.#read(start, call);
      this.store(readUpTo, (at + (this.words[start] as number)) | 0);
      if (outcome) take(outcome);
    }
  }

  #read(start: number, call: number): SharedOutcome {
    const posted = this.words[start + 2] as number;
    const count = this.words[start + 3] as number;
    this.#reader.at = start + recordHead;
    if (count < 0) return { call, posted, chunk: false, value: this.#reader.value() };
    const values: unknown[] = [];
    for (let n = count; n > 0; n -= 1) values.push(this.#reader.value());
    return { call, posted, chunk: true, value: values };
  }
}

/** The worker's side. */
export class WorkerDesk extends Side {
  get mayClaim(): boolean {
    return this.load(halted) === 0;
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
    this.store(current, 0);
  }

  work(): void {
    this.store(phase, busy);
    this.#startClock();
  }

  /** @returns whether the pool wants to hear of it. */
  rest(): boolean {
    this.#stopClock();
    this.store(phase, resting);
    return Atomics.exchange(this.words, restWanted, 0) === 1;
  }

  /** Ends the rest, unless the pool has ended it. @returns whether there is something to do. */
  getUp(): boolean {
    if (!this.swap(phase, resting, busy) && this.load(phase) !== busy) return false;
    this.#startClock();
    return true;
  }

  /** Sleeps for some ms at most, or until the pool has something for it. */
  park(ms: number): void {
    if (!this.swap(phase, resting, parked)) return;
    Atomics.wait(this.words, phase, parked, ms);
    this.swap(phase, parked, resting);
  }

  /** A message has been sent. */
  hasPosted(): void {
    Atomics.add(this.words, posted, 1);
  }

  /** Whether the pool is to be told that there are outcomes. */
  signal(): boolean {
    return this.load(signalled) === 0 && Atomics.exchange(this.words, signalled, 1) === 0;
  }

  /** @param values those of a chunk. @returns false if there is no room for it, or it is not of the kind that can be written. */
  write(call: number, value: unknown, values?: readonly unknown[]): boolean {
    const written = this.load(writtenUpTo);
    const free = ringWords - ((written - this.load(readUpTo)) | 0);
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
    this.words[start + 2] = this.load(posted);
    this.words[start + 3] = values ? values.length : -1;
    return length > room ? refused : length;
  }

  #startClock(): void {
    if (this.times[workingSince] === 0) this.times[workingSince] = sharedNow();
  }

  #stopClock(): void {
    const since = this.times[workingSince] as number;
    if (since === 0) return;
    this.times[workedFor] = (this.times[workedFor] as number) + sharedNow() - since;
    this.times[workingSince] = 0;
  }

  #publish(written: number, length: number): boolean {
    this.store(writtenUpTo, (written + length) | 0);
    return true;
  }
}
