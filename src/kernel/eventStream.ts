import { performance } from "node:perf_hooks";
import type { KernelEvent } from "../protocol/messages.js";

/** Messages that may follow each other at once; as many again are earned in each second, so there are at most 20 in any second. */
const burst = 10;
/** ms in which one more is earned. */
const earnedEvery = 1000 / burst;

/** Sends events in order: after a pause at once, while much happens in batches. */
export class EventStream {
  readonly #send: (events: KernelEvent[]) => void;
  readonly #snapshot: () => KernelEvent;
  #waiting: KernelEvent[] = [];
  /** Places among those that wait. */
  readonly #latest = new Map<string, number>();
  #snapshotDue = false;
  #timer: NodeJS.Timeout | undefined;
  #allowance = burst;
  /** When the allowance was last counted, by the monotonic clock. */
  #countedAt = performance.now();

  /**
   * @param send takes a batch.
   * @param snapshot makes the event that tells the state of the executors; asked once a batch, if it was called for.
   */
  constructor(send: (events: KernelEvent[]) => void, snapshot: () => KernelEvent) {
    this.#send = send;
    this.#snapshot = snapshot;
  }

  push(event: KernelEvent): void {
    this.#waiting.push(event);
    this.#schedule();
  }

  /** As {@link push}; of the events with the same key that wait together, only the last is sent, in the place of the first. */
  pushLatest(key: string, event: KernelEvent): void {
    const place = this.#latest.get(key);
    if (place === undefined) this.#latest.set(key, this.#waiting.push(event) - 1);
    else this.#waiting[place] = event;
    this.#schedule();
  }

  /** The next batch ends with a snapshot of the executors. */
  pushSnapshot(): void {
    this.#snapshotDue = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer) return;
    const now = performance.now();
    this.#allowance = Math.min(burst, this.#allowance + (now - this.#countedAt) / earnedEvery);
    this.#countedAt = now;
    // Never in this turn, so that what happens together is told together.
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, 1 - this.#allowance) * earnedEvery);
  }

  #flush(): void {
    this.#timer = undefined;
    const events = this.#waiting;
    if (this.#snapshotDue) events.push(this.#snapshot());
    this.#waiting = [];
    this.#latest.clear();
    this.#snapshotDue = false;
    this.#allowance -= 1;
    this.#send(events);
  }
}
