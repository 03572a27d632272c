import { monotonicNow } from "../clock.js";
import { refused, writeValue } from "../transfer/words.js";
import {
  asleep,
  away,
  busy,
  current,
  halted,
  longestRecord,
  looking,
  parked,
  phase,
  readUpTo,
  recordHead,
  resting,
  restWanted,
  ringAt,
  ringWords,
  Side,
  signalled,
  workedFor,
  workingSince,
  writtenUpTo,
} from "./workerMemory.js";

/** The worker's side of the memory that is told in `workerMemory.ts`. */
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
    if (this.times[workingSince] === 0) this.times[workingSince] = monotonicNow();
  }

  stopClock(): void {
    const since = this.times[workingSince] as number;
    if (since === 0) return;
    this.times[workedFor] = (this.times[workedFor] as number) + monotonicNow() - since;
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
