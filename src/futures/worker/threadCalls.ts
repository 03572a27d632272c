import { monotonicNow } from "../clock.js";
import type { ClaimedCall, Claims } from "../thread/claims.js";
import type { WorkerDesk } from "../thread/workerDesk.js";
import type { OpenCalls } from "./port.js";
import { nextTurn } from "./run.js";

/** ms that a worker without work sleeps before it goes back to its event loop: whoever waits for one result after the other is served faster by it. */
const longestPark = 1;
/** ms after which it looks by itself: another worker that was to take a call may have been put off its processor. */
const parkSlice = 0.1;

/** ms that a worker without work keeps looking before it sleeps, if the last work came within such a time: less than falling asleep and being woken take. */
const longestWatch = 0.05;
/**
 * ms that it keeps looking now and then, if the last work came within such a time after it had slept: most of that may have been the waking, which takes the
 * longer the deeper a processor sleeps, so that without a try it would never be better.
 */
const longestTry = 0.1;
const tryEvery = 4;
/**
 * ms that the pool has to take in what it was told before this worker stops looking for more: its thread may wait for the very processor that this one holds,
 * as a virtual machine's scheduler does not move it to one that is halted.
 */
const longestUntaken = 0.03;
/**
 * Calls without a rest between that make a stream. Its worker keeps looking for longer, as the pool's thread is awake and has more: waking a worker would
 * take it as long as a hundred calls.
 */
const stream = 8;
const longestStreamWatch = 0.3;
/** Looks at the queue between two looks at the clock. */
const looksAtOnce = 16;

/** The call queue as a thread sees it. */
export class ThreadCalls implements OpenCalls {
  readonly #claims: Claims;
  readonly #desk: WorkerDesk;
  readonly #ring: () => void;
  readonly #parkSlice: number;
  #closed = false;
  /** By `monotonicNow`: when it ran out of work, unless it has got some since and knows how long that took. */
  #restingSince = 0;
  /** ms from there to the next work, last time. */
  #lastRest = Number.POSITIVE_INFINITY;
  /** Calls that it has claimed since it last rested. */
  #claimed = 0;
  /** As {@link WorkerDesk.untakenFrom}, and since when. */
  #untakenFrom: number | undefined;
  #untakenSince = 0;
  /** Rests without a watch. */
  #unwatched = 0;

  /** @param ring tells the pool to look. @param alone there is no other worker. */
  constructor(claims: Claims, desk: WorkerDesk, ring: () => void, alone: boolean) {
    this.#claims = claims;
    this.#desk = desk;
    this.#ring = ring;
    this.#parkSlice = alone ? longestPark : parkSlice;
  }

  work(): void {
    this.#desk.work();
  }

  begin(): boolean {
    this.#desk.end();
    if (!this.#desk.getUp()) return false;
    if (this.#restingSince > 0) this.#lastRest = monotonicNow() - this.#restingSince;
    this.#restingSince = 0;
    return true;
  }

  close(): void {
    this.#closed = true;
  }

  get any(): boolean {
    return this.#mayWork();
  }

  claim(): ClaimedCall | undefined {
    if (!this.#mayClaim) return undefined;
    this.#desk.look();
    const call = this.#claims.claim();
    if (call === undefined) return undefined;
    this.#claimed += 1;
    this.#desk.begin(call);
    return this.#claims.read(call);
  }

  start(call: number): boolean {
    return this.#claims.start(call);
  }

  answer(call: number, value: unknown, values: readonly unknown[] | undefined, looks: boolean): boolean {
    this.#desk.end();
    if (!this.#desk.write(call, value, values)) return false;
    // Before the bell, which takes so long that whoever hears it may have another call by its end.
    if (looks && this.#mayClaim) this.#desk.look();
    if (this.#desk.signal()) this.#ring();
    return true;
  }

  end(): void {
    this.#desk.end();
  }

  leave(): void {
    this.#desk.end();
    // The pool may have counted on it.
    if (this.#claims.any && this.#desk.signal()) this.#ring();
  }

  rest(): boolean | Promise<boolean> {
    if (this.#watch()) return true;
    if (this.#desk.rest()) this.#ring();
    const start = monotonicNow();
    while (!this.#mayWork() && this.#desk.park(this.#parkSlice) && monotonicNow() - start < longestPark);
    this.#desk.end();
    return this.#mayGoOn() || this.#restInLoop();
  }

  /** What tasks have left behind runs first: whoever wakes a worker at rest counts on it. */
  async #restInLoop(): Promise<boolean> {
    if (this.#desk.getUp()) {
      await nextTurn();
      if (this.#mayWork()) return true;
      if (this.#desk.rest()) this.#ring();
    }
    return this.#mayGoOn();
  }

  #mayGoOn(): boolean {
    return (this.#desk.woken || this.#mayWork()) && this.begin();
  }

  /** Keeps looking for a moment if that is likely to be worth it. @returns whether there is work. */
  #watch(): boolean {
    const start = monotonicNow();
    this.#restingSince = start;
    const length = this.#watchLength();
    this.#claimed = 0;
    if (length === 0 || !this.#claims.beginWatch()) return false;
    this.#desk.stopClock();
    this.#untakenSince = start;
    let work = false;
    let now = start;
    for (; !work && now - start < length && !this.#isInTheWay(now); now = monotonicNow())
      for (let n = 0; n < looksAtOnce && !work; n += 1) work = this.#mayWork();
    this.#claims.endWatch();
    if (!work) return false;
    this.#lastRest = now - start;
    this.#desk.end();
    this.#desk.startClock();
    return true;
  }

  /** @param now by `monotonicNow`. */
  #isInTheWay(now: number): boolean {
    const from = this.#desk.untakenFrom;
    if (from === undefined || from !== this.#untakenFrom) this.#untakenSince = now;
    this.#untakenFrom = from;
    return this.#desk.restWanted || now - this.#untakenSince > longestUntaken;
  }

  /** ms; 0: it had better sleep. */
  #watchLength(): number {
    if (this.#claimed >= stream) return longestStreamWatch;
    if (this.#lastRest <= longestWatch) return longestWatch;
    if (this.#lastRest > longestTry || ++this.#unwatched % tryEvery !== 0) return 0;
    return longestTry;
  }

  get #mayClaim(): boolean {
    return !this.#closed && this.#desk.mayClaim;
  }

  #mayWork(): boolean {
    return this.#mayClaim && this.#claims.any;
  }
}
