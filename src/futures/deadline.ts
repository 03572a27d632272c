import { monotonicNow } from "./clock.js";

/** The longest delay that Node's timers take; a longer one would fire at once. */
export const longestTimer = 2 ** 31 - 1;

/**
 * Checks a timeout given by the caller.
 * @throws TypeError if it is neither `undefined` nor a number, or is NaN.
 */
export function checkTimeout(timeout: number | undefined, what = "timeout"): void {
  if (timeout === undefined) return;
  if (typeof timeout !== "number" || Number.isNaN(timeout)) {
    throw new TypeError(`${what} must be a number of milliseconds or undefined, got ${typeof timeout === "number" ? "NaN" : typeof timeout}`);
  }
}

/** A point in time by the monotonic clock, after which waiting is over. Without a timeout it never comes. */
export class Deadline {
  readonly #at: number;

  /** @param timeout ms from now; `undefined` or `Infinity`: never; 0 or negative: already over. */
  constructor(timeout: number | undefined) {
    this.#at = timeout === undefined ? Number.POSITIVE_INFINITY : monotonicNow() + timeout;
  }

  /** ms left, at least 0. */
  get left(): number {
    return Math.max(0, this.#at - monotonicNow());
  }

  get over(): boolean {
    return this.#at <= monotonicNow();
  }

  /**
   * Calls `expired` once the deadline has come and everything that had already arrived by then was delivered:
   * a result that waits in the event loop wins over the timer. Returns a function that calls it off.
   */
  whenOver(expired: () => void): () => void {
    if (this.#at === Number.POSITIVE_INFINITY) return () => {};
    let immediate: NodeJS.Immediate | undefined;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      timer = setTimeout(
        () => {
          // setTimeout may fire up to 1 ms early by this clock, and long delays come in several pieces.
          if (this.over) immediate = setImmediate(expired);
          else arm();
        },
        Math.min(Math.ceil(this.left), longestTimer),
      );
    };
    arm();
    return () => {
      clearTimeout(timer);
      if (immediate) clearImmediate(immediate);
    };
  }
}
