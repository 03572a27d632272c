import type { KernelEvent } from "../protocol/messages.js";

/** ms between two messages: at most 20 a second. */
const interval = 50;

/** Sends events in order: the first after a pause at once, the others in batches. */
export class EventStream {
  readonly #send: (events: KernelEvent[]) => void;
  readonly #snapshot: () => KernelEvent;
  #waiting: KernelEvent[] = [];
  #snapshotDue = false;
  #timer: NodeJS.Timeout | undefined;

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

  /** The next batch ends with a snapshot of the executors. */
  pushSnapshot(): void {
    this.#snapshotDue = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer) return;
    // After the current turn, so that what happens together is told together.
    this.#timer = setTimeout(() => this.#flush(), 0);
  }

  #flush(): void {
    this.#timer = undefined;
    const events = this.#waiting;
    if (this.#snapshotDue) events.push(this.#snapshot());
    this.#waiting = [];
    this.#snapshotDue = false;
    if (events.length === 0) return;
    this.#send(events);
    this.#timer = setTimeout(() => this.#flush(), interval);
  }
}
