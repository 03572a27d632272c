import { monotonicNow } from "../../futures/clock.js";

/** ms between two signs of life while there is work, and for which one is believed. */
const beatEvery = 3_000;
const beatKept = 15_000;

export interface PresenceParts {
  /** Leaves a sign of life, for so many ms. */
  beat(ms: number): void;
  /** ms without a connection. */
  readonly patience: number;
  /** The connection was away for that long. */
  lost(): void;
}

/** Whether workers know that this program is there, and whether the server is there for it. */
export class Presence {
  readonly #parts: PresenceParts;
  #heart: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  /** By the monotonic clock. */
  #lastBeat = Number.NEGATIVE_INFINITY;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** Before tasks are sent: a worker may ask at once whether this program is there. */
  beforeSending(): void {
    if (monotonicNow() - this.#lastBeat > beatEvery) this.#beat();
  }

  /** @param isBusy whether there are tasks. */
  run(isBusy: boolean): void {
    if (isBusy) this.#heart ??= setInterval(() => this.#beat(), beatEvery);
    else {
      clearInterval(this.#heart);
      this.#heart = undefined;
    }
  }

  /** @param isBusy whether there are tasks, for which the program waits. */
  connected(isConnected: boolean, isBusy: boolean): void {
    if (isConnected) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      return;
    }
    this.#patience ??= setTimeout(() => this.#parts.lost(), this.#parts.patience); // from the first of many attempts
    if (!isBusy) this.#patience.unref();
  }

  end(): void {
    this.run(false);
    clearTimeout(this.#patience);
  }

  #beat(): void {
    this.#lastBeat = monotonicNow();
    this.#parts.beat(beatKept);
  }
}
