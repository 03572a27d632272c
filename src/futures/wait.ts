import { type BlockingSource, blockUntil } from "./blocking.js";
import { checkTimeout, Deadline } from "./deadline.js";
import { TimeoutError } from "./errors.js";
import { addWaiter, blockingSource, Future, removeWaiter } from "./future.js";

/** When {@link wait} returns. CPython's constants of the same names. */
export type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";
/** {@link wait} returns when one future is done. CPython `FIRST_COMPLETED`. */
export const FIRST_COMPLETED = "FIRST_COMPLETED" satisfies ReturnWhen;
/** {@link wait} returns when one future finishes with an error, else when all are done. CPython `FIRST_EXCEPTION`. */
export const FIRST_EXCEPTION = "FIRST_EXCEPTION" satisfies ReturnWhen;
/** {@link wait} returns when all futures are done. CPython `ALL_COMPLETED`. */
export const ALL_COMPLETED = "ALL_COMPLETED" satisfies ReturnWhen;
const returnWhens: ReadonlySet<string> = new Set<ReturnWhen>([FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED]);

/** Options of {@link wait}. */
export interface WaitOptions {
  /** ms from the call; `undefined`: without limit. When it is over, `wait` returns what there is and throws nothing. */
  timeout?: number | undefined;
  /** Default `"ALL_COMPLETED"`. */
  returnWhen?: ReturnWhen | undefined;
}

/** What {@link wait} tells. CPython `DoneAndNotDoneFutures`. */
export interface WaitResult<F extends Future<unknown>> {
  /** Finished and cancelled futures, in the order given. */
  done: Set<F>;
  /** All others, in the order given. */
  notDone: Set<F>;
}

/**
 * Waits for futures, of any executors, and tells which are done. CPython `wait`, but that a cancelled future counts as done from the moment it is cancelled.
 *
 * `FIRST_COMPLETED`: when one is done. `FIRST_EXCEPTION`: when one finishes with an error (a cancelled one does not count), else when all are done.
 * @returns a promise of both sets. It rejects with TypeError if something is no future or `timeout` no number, with RangeError if `returnWhen` is unknown.
 */
export async function wait<F extends Future<unknown>>(futures: Iterable<F>, options: WaitOptions = {}): Promise<WaitResult<F>> {
  const { all, settles, deadline } = checkWait(futures, options, "wait");
  const open = [...all].filter((future) => !future.done());
  if (!isSettled(all, settles) && !deadline.over) await oneOf(open, settles, deadline);
  return divide(all);
}

/**
 * {@link wait}, blocking this thread: its event loop does not turn meanwhile. The futures may be of several pools.
 * @returns both sets.
 * @throws BlockingError if one of the futures is not of a pool, or of a process pool without `broker: true`; TypeError and RangeError as {@link wait}.
 */
export function waitSync<F extends Future<unknown>>(futures: Iterable<F>, options: WaitOptions = {}): WaitResult<F> {
  const { all, settles, deadline } = checkWait(futures, options, "waitSync");
  if (!isSettled(all, settles) && !deadline.over) {
    const open = [...all].filter((future) => !future.done());
    const sources = new Set<BlockingSource>(open.map((future) => future[blockingSource]()));
    let left = open.length;
    const waiter = (future: Future<unknown>): void => {
      left = settles(future) ? 0 : left - 1;
    };
    for (const future of open) future[addWaiter](waiter);
    try {
      blockUntil(() => left <= 0, sources, deadline);
    } finally {
      for (const future of open) future[removeWaiter](waiter);
    }
  }
  return divide(all);
}

interface CheckedWait<F> {
  readonly all: ReadonlySet<F>;
  /** Whether this one, being done, ends the wait before all are. */
  readonly settles: (future: Future<unknown>) => boolean;
  readonly deadline: Deadline;
}

function checkWait<F extends Future<unknown>>(futures: Iterable<F>, options: WaitOptions, caller: string): CheckedWait<F> {
  const { timeout, returnWhen = ALL_COMPLETED } = options;
  const all = setOfFutures(futures, caller);
  checkTimeout(timeout);
  if (!returnWhens.has(returnWhen)) throw new RangeError(`returnWhen must be one of ${[...returnWhens].join(", ")}, got ${String(returnWhen)}`);
  const settles = (future: Future<unknown>): boolean =>
    returnWhen === FIRST_COMPLETED || (returnWhen === FIRST_EXCEPTION && future.peek()?.kind === "error");
  return { all, settles, deadline: new Deadline(timeout) };
}

function isSettled(all: ReadonlySet<Future<unknown>>, settles: (future: Future<unknown>) => boolean): boolean {
  let open = false;
  for (const future of all) {
    if (!future.done()) open = true;
    else if (settles(future)) return true;
  }
  return !open;
}

function divide<F extends Future<unknown>>(all: ReadonlySet<F>): WaitResult<F> {
  const done = new Set<F>();
  const notDone = new Set<F>();
  for (const future of all) (future.done() ? done : notDone).add(future);
  return { done, notDone };
}

/** Resolves when a future that `settles` is done, when all are done, or at the deadline. */
function oneOf(open: readonly Future<unknown>[], settles: (future: Future<unknown>) => boolean, deadline: Deadline): Promise<void> {
  return new Promise((resolve) => {
    let left = open.length;
    const waiter = (future: Future<unknown>): void => {
      left -= 1;
      if (left === 0 || settles(future)) end();
    };
    const end = (): void => {
      callOff();
      for (const future of open) future[removeWaiter](waiter);
      resolve();
    };
    const callOff = deadline.whenOver(end);
    for (const future of open) future[addWaiter](waiter);
  });
}

/** Options of {@link asCompleted}. */
export interface AsCompletedOptions {
  /** ms for the whole iteration, counted from the call of `asCompleted`; `undefined`: without limit. */
  timeout?: number | undefined;
}

/**
 * Iterates over futures as they get done: first those that are done already, in the order given, then the others as they come, each once.
 * CPython `as_completed`, but that the clock starts at the call and not at the first step.
 *
 * Ending the iteration early detaches it from the futures and cancels none of them.
 * @throws TypeError at the call, if something is no future or `timeout` no number. A step rejects with {@link TimeoutError}
 * (`2 (of 4) futures unfinished`) when the time is over and no done future is left to give.
 */
export function asCompleted<F extends Future<unknown>>(futures: Iterable<F>, options: AsCompletedOptions = {}): AsyncIterableIterator<F> {
  checkTimeout(options.timeout);
  return new CompletionIterator(setOfFutures(futures, "asCompleted"), new Deadline(options.timeout));
}

class CompletionIterator<F extends Future<unknown>> implements AsyncIterableIterator<F> {
  readonly #total: number;
  readonly #deadline: Deadline;
  /** Done but not given yet, in order of completion. */
  readonly #ready: F[] = [];
  /** Not done, each with the waiter that is attached to it. */
  readonly #open = new Map<F, () => void>();
  /** Steps that wait for the next completion. */
  readonly #sleepers = new Set<() => void>();

  constructor(futures: Set<F>, deadline: Deadline) {
    this.#total = futures.size;
    this.#deadline = deadline;
    for (const future of futures) {
      const waiter = (): void => {
        this.#open.delete(future);
        this.#ready.push(future);
        this.#wake();
      };
      if (!future.done()) this.#open.set(future, waiter);
      future[addWaiter](waiter);
    }
  }

  async next(): Promise<IteratorResult<F, undefined>> {
    while (this.#ready.length === 0 && this.#open.size > 0) {
      const over = await this.#change();
      if (over && this.#ready.length === 0 && this.#open.size > 0) {
        const unfinished = this.#open.size;
        this.#detach();
        throw new TimeoutError(`${unfinished} (of ${this.#total}) futures unfinished`);
      }
    }
    const future = this.#ready.shift();
    return future ? { done: false, value: future } : { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<F, undefined>> {
    this.#detach();
    this.#ready.length = 0;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Resolves at the next completion to false, at the deadline to true. */
  #change(): Promise<boolean> {
    return new Promise((resolve) => {
      const completed = (): void => {
        callOff();
        resolve(false);
      };
      const callOff = this.#deadline.whenOver(() => {
        this.#sleepers.delete(completed);
        resolve(true);
      });
      this.#sleepers.add(completed);
    });
  }

  #wake(): void {
    const sleepers = [...this.#sleepers];
    this.#sleepers.clear();
    for (const completed of sleepers) completed();
  }

  #detach(): void {
    for (const [future, waiter] of this.#open) future[removeWaiter](waiter);
    this.#open.clear();
    this.#wake();
  }
}

function setOfFutures<F extends Future<unknown>>(futures: Iterable<F>, caller: string): Set<F> {
  if (typeof (futures as Partial<Iterable<F>> | null)?.[Symbol.iterator] !== "function")
    throw new TypeError(`${caller} needs an iterable of futures`);
  const all = new Set(futures);
  for (const future of all) if (!(future instanceof Future)) throw new TypeError(`${caller} needs futures, got ${typeof future}`);
  return all;
}
