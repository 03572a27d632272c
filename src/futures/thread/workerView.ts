import { monotonicNow } from "../clock.js";
import { WordReader } from "../transfer/words.js";
import {
  asleep,
  away,
  busy,
  current,
  halted,
  hired,
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

/** ms that a worker takes to come to itself, as a rule. One that takes longer may be on a processor that has been taken away, for many ms. */
const wakingTakes = 0.06;

/**
 * Takes an outcome. Not as an object: there are hundreds of thousands a second.
 * @param posted messages that the worker had sent before.
 * @param chunk then `value` is an array of the values of its calls.
 */
export type TakeOutcome = (call: number, posted: number, chunk: boolean, value: unknown) => void;

/** The pool's side of the memory that is told in `workerMemory.ts`. */
export class WorkerView extends Side {
  readonly #reader = new WordReader(this.memory);
  /** Where the next outcome is read. */
  #next = 0;
  /** By `monotonicNow`. */
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
    return (this.times[workedFor] as number) + (since === 0 ? 0 : Math.max(monotonicNow() - since, 0));
  }

  /** Whether it looks for calls by itself, or is about to: it has come from one call to another since this was last asked. */
  comes(): boolean {
    if (this.load(phase) !== busy || this.load(halted) === 1) return false;
    const now = this.load(current);
    const last = this.#lastCurrent;
    this.#lastCurrent = now;
    if (now > looking) return now !== last;
    return now === looking || (now === asleep && monotonicNow() - this.#wokenAt < wakingTakes);
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
    this.#wokenAt = monotonicNow();
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
