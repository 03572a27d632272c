/**
 * Waiting without the event loop: `Future.resultSync` and `waitSync`. The thread sleeps in `Atomics.wait` on one counter that its workers raise with
 * every message; when it wakes, the pools concerned take in what has arrived.
 */
import type { Deadline } from "./deadline.js";
import { BlockingError } from "./errors.js";

/** What can settle futures while the event loop does not turn: a pool. */
export interface BlockingSource {
  /** Does what is due, and takes in what has arrived. */
  turn(): void;
  /** ms until something is due by itself; `Infinity`: only a message can change anything. */
  readonly untilDue: number;
}

/** ms between two looks at workers that may have ended without a word: heap exhausted, or terminated. */
const lookEvery = 50;

/** Raised by workers with every message they send to this thread. One to a thread, as there is one event loop to it. */
const arrivals = new Int32Array(new SharedArrayBuffer(4));

/** The memory that workers of this thread raise with {@link announceArrival}. */
export const arrivalsBuffer = arrivals.buffer as SharedArrayBuffer;

/** For workers: wakes the thread that started them, if it blocks. */
export function announceArrival(counter: Int32Array): void {
  Atomics.add(counter, 0, 1);
  Atomics.notify(counter, 0);
}

/**
 * Blocks this thread until `done()`, while the sources turn.
 * @returns false if the deadline came first.
 * @throws BlockingError where the runtime forbids a thread to block.
 */
export function blockUntil(done: () => boolean, sources: ReadonlySet<BlockingSource>, deadline: Deadline): boolean {
  for (;;) {
    const seen = Atomics.load(arrivals, 0);
    for (const source of sources) source.turn();
    if (done()) return true;
    if (deadline.over) return false;
    let longest = Math.min(deadline.left, lookEvery);
    for (const source of sources) longest = Math.min(longest, source.untilDue);
    sleep(seen, Math.max(longest, 0));
  }
}

function sleep(seen: number, ms: number): void {
  try {
    Atomics.wait(arrivals, 0, seen, ms);
  } catch (error) {
    throw new BlockingError("this thread must not block: wait for result() instead of resultSync()", { cause: error });
  }
}
