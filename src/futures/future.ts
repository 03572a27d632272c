import { inspect } from "node:util";
import { type BlockingSource, blockUntil } from "./blocking.js";
import { checkTimeout, Deadline } from "./deadline.js";
import { BlockingError, CancelledError, InvalidStateError, TimeoutError } from "./errors.js";
import { ProgressLog } from "./progress.js";

/** CPython's states, with its two cancelled ones made one: a cancelled future is done for everybody at once. */
export type FutureState = "PENDING" | "RUNNING" | "CANCELLED" | "FINISHED";

/** What a future is done with. */
export type Outcome<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "cancelled" };

/** Internal to the library: called once, after the done-callbacks, when a future is done. */
export type Waiter = (future: Future<unknown>) => void;
export const addWaiter = Symbol("addWaiter");
export const removeWaiter = Symbol("removeWaiter");
/** Internal to the library: what settles a future while its thread blocks. */
export const blockingSource = Symbol("blockingSource");

let created = 0;

/**
 * The outcome of a call that may not have happened yet. CPython `concurrent.futures.Future`.
 *
 * A future is deliberately not thenable: returned from an async function it stays a future. `await future.result()` gives its value.
 * No promise exists before somebody asks for one, so a failure that nobody reads is never an `unhandledRejection`.
 *
 * Futures are made by executors. Construct one only in an executor of your own, or in a test.
 */
export class Future<T, P = unknown> {
  /** Counts the futures of this process, from 1: for logs and for telling futures apart. */
  readonly id = ++created;
  #state: FutureState = "PENDING";
  #outcome: Outcome<T> | undefined;
  #callbacks: (() => unknown)[] = [];
  #waiters = new Set<Waiter>();
  #progress: ProgressLog | undefined;

  /** Where the call is in its life: PENDING, then RUNNING, then FINISHED; or CANCELLED after PENDING. */
  get state(): FutureState {
    this.observe();
    return this.#state;
  }

  /**
   * Cancels the call if its function has not started. Every waiter and callback learns of it at once. CPython `Future.cancel`.
   * @returns true if the future is cancelled now, also if it was before; false if the function has started or is done.
   */
  cancel(): boolean {
    if (this.#state === "CANCELLED") return true;
    if (this.state !== "PENDING" || !this.revoke()) return false;
    this.#settle("CANCELLED", { kind: "cancelled" });
    return true;
  }

  /** True once the call was cancelled. CPython `Future.cancelled`. */
  cancelled(): boolean {
    return this.#state === "CANCELLED";
  }

  /** True from the moment the function has started until it is done. CPython `Future.running`, which in its process pool is true earlier. */
  running(): boolean {
    return this.state === "RUNNING";
  }

  /** True once there is a value or an error, or the call was cancelled. CPython `Future.done`. */
  done(): boolean {
    return this.#outcome !== undefined;
  }

  /** What is known now, without waiting; `undefined` while the future is not done. */
  peek(): Outcome<T> | undefined {
    return this.#outcome;
  }

  /**
   * Waits for the value. CPython `Future.result`.
   * @param timeout ms to wait, from this call; `undefined`: without limit; 0 or negative: only what is there already.
   * @returns a promise of the value. It rejects with the error of the task, the same object at every call; with {@link CancelledError} if the
   * call was cancelled; with {@link TimeoutError} if the time is over, and the task goes on; with TypeError if `timeout` is no number.
   */
  result(timeout?: number): Promise<T> {
    return this.#whenDone(timeout, (outcome) => this.#resultOf(outcome));
  }

  /**
   * Blocks this thread until the future is done, as CPython's `Future.result` does: the event loop does not turn meanwhile, so timers, sockets and
   * promises of this thread stand still. Done-callbacks and the pool's events are called from within. Never block where somebody else needs the loop.
   * @param timeout ms to block, from this call; `undefined`: without limit; 0 or negative: only what is there already.
   * @returns the value.
   * @throws the error of the task; {@link CancelledError}; {@link TimeoutError} if the time is over, and the task goes on; {@link BlockingError} if
   * it could never be answered: the future is not of a pool, or of a process pool without `broker: true`; TypeError if `timeout` is no number.
   */
  resultSync(timeout?: number): T {
    return this.#resultOf(this.#whenDoneSync(timeout));
  }

  /**
   * Waits for the error. CPython `Future.exception`.
   * @param timeout as for {@link result}.
   * @returns a promise of what the task threw, or of `undefined` if it returned. It rejects with {@link CancelledError}, {@link TimeoutError} or TypeError as {@link result} does.
   */
  exception(timeout?: number): Promise<unknown> {
    return this.#whenDone(timeout, (outcome) => this.#exceptionOf(outcome));
  }

  /**
   * Blocks this thread as {@link resultSync} does.
   * @param timeout as for {@link resultSync}.
   * @returns what the task threw, or `undefined` if it returned.
   * @throws what {@link resultSync} throws, but for the error of the task.
   */
  exceptionSync(timeout?: number): unknown {
    return this.#exceptionOf(this.#whenDoneSync(timeout));
  }

  /**
   * Calls `callback(future)` when the future is done: synchronously while it settles, in the order added, before any promise of
   * {@link result} continues; at once if it is done already. What a callback throws, or rejects with, becomes a process warning
   * (`process.on("warning")`) of the name `FutureCallbackWarning` and stops no other callback. CPython `Future.add_done_callback`.
   * @throws TypeError if `callback` is no function.
   */
  addDoneCallback(callback: (future: Future<T, P>) => unknown): void {
    if (typeof callback !== "function") throw new TypeError(`addDoneCallback needs a function, got ${inspect(callback, { depth: 0 })}`);
    const call = (): unknown => callback(this);
    if (this.done()) this.#call("a done-callback", call);
    else this.#callbacks.push(call);
  }

  /**
   * What the task tells while it runs, in order and before its outcome: what an async generator yields, and `{ value, total }` for each
   * `currentTask().progress(value, total)`. The first loop gets everything from the beginning, a later one what comes from then on; it ends when
   * the future is done, whatever the outcome: {@link result} tells that. Leaving the loop does not stop the task.
   */
  get progress(): AsyncIterable<P> {
    const log = this.#progressLog();
    return { [Symbol.asyncIterator]: () => log.read() as AsyncGenerator<P> };
  }

  /**
   * Calls `callback(value, future)` for each value of {@link progress}, synchronously as it arrives; at once for those that nobody has read yet.
   * What a callback throws becomes a process warning, as with {@link addDoneCallback}.
   * @throws TypeError if `callback` is no function.
   */
  addProgressCallback(callback: (value: P, future: Future<T, P>) => unknown): void {
    if (typeof callback !== "function") throw new TypeError(`addProgressCallback needs a function, got ${inspect(callback, { depth: 0 })}`);
    this.#progressLog().each((value) => this.#call("a progress callback", () => callback(value as P, this)));
  }

  /**
   * For executors: adds a value to {@link progress}.
   * @throws InvalidStateError if the future is done.
   */
  addProgress(value: P): void {
    this.#mustBeOpen();
    this.#progressLog().add(value);
  }

  /**
   * For executors: call before running the function. CPython `Future.set_running_or_notify_cancel`.
   * @returns true if the function is to be run, false if the call was cancelled.
   * @throws InvalidStateError if it is running or finished already.
   */
  setRunningOrNotifyCancel(): boolean {
    if (this.#state === "CANCELLED") return false;
    if (this.state !== "PENDING") throw new InvalidStateError(`${this.toString()} cannot start: it is ${this.#state}`);
    this.#state = "RUNNING";
    return true;
  }

  /**
   * For executors: sets the value. CPython `Future.set_result`.
   * @throws InvalidStateError if the future is done; the first outcome stays.
   */
  setResult(value: T): void {
    this.#mustBeOpen();
    this.#settle("FINISHED", { kind: "value", value });
  }

  /**
   * For executors: sets what the function threw; any value may be thrown. CPython `Future.set_exception`.
   * @throws InvalidStateError if the future is done; the first outcome stays.
   */
  setException(error: unknown): void {
    this.#mustBeOpen();
    this.#settle("FINISHED", { kind: "error", error });
  }

  /** `<Future #3 FINISHED returned number>`; CPython `Future.__repr__`. */
  toString(): string {
    const outcome = this.#outcome;
    if (outcome?.kind === "value") return `<Future #${this.id} FINISHED returned ${nameOfType(outcome.value)}>`;
    if (outcome?.kind === "error") return `<Future #${this.id} FINISHED raised ${nameOfType(outcome.error)}>`;
    return `<Future #${this.id} ${this.state}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** @internal */
  [addWaiter](waiter: Waiter): void {
    if (this.done()) waiter(this);
    else this.#waiters.add(waiter);
  }

  /** @internal */
  [removeWaiter](waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }

  /** @internal */
  [blockingSource](): BlockingSource {
    throw new BlockingError(`${this.toString()} belongs to no pool, so nothing can settle it while this thread blocks: wait for result() instead`);
  }

  /** For subclasses: looks whether the function has started meanwhile, and if so calls {@link setRunningOrNotifyCancel}. */
  protected observe(): void {}

  /** For subclasses: takes back a call that was sent ahead; false if its function has started. */
  protected revoke(): boolean {
    return true;
  }

  /** For subclasses: the future is done; called before the done-callbacks. */
  protected settled(): void {}

  #resultOf(outcome: Outcome<T>): T {
    if (outcome.kind === "value") return outcome.value;
    throw outcome.kind === "error" ? outcome.error : this.#cancelledError();
  }

  #exceptionOf(outcome: Outcome<T>): unknown {
    if (outcome.kind === "cancelled") throw this.#cancelledError();
    return outcome.kind === "error" ? outcome.error : undefined;
  }

  #cancelledError(): CancelledError {
    return new CancelledError(`${this.toString()} was cancelled`);
  }

  #progressLog(): ProgressLog {
    if (!this.#progress) {
      this.#progress = new ProgressLog();
      if (this.done()) this.#progress.end();
    }
    return this.#progress;
  }

  #whenDoneSync(timeout: number | undefined): Outcome<T> {
    checkTimeout(timeout);
    if (!this.#outcome && !(timeout !== undefined && timeout <= 0))
      blockUntil(() => this.done(), new Set([this[blockingSource]()]), new Deadline(timeout));
    if (!this.#outcome)
      throw new TimeoutError(`${this.toString()} is not done${timeout && timeout > 0 ? ` after ${timeout} ms; the task goes on` : ""}`);
    return this.#outcome;
  }

  async #whenDone<R>(timeout: number | undefined, read: (outcome: Outcome<T>) => R): Promise<R> {
    checkTimeout(timeout);
    if (this.#outcome) return read(this.#outcome);
    if (timeout !== undefined && timeout <= 0) throw new TimeoutError(`${this.toString()} is not done`);
    return new Promise<R>((resolve, reject) => {
      const waiter = (): void => {
        callOff();
        try {
          resolve(read(this.#outcome as Outcome<T>));
        } catch (error) {
          reject(error);
        }
      };
      const callOff = new Deadline(timeout).whenOver(() => {
        this.#waiters.delete(waiter);
        reject(new TimeoutError(`${this.toString()} is not done after ${timeout} ms; the task goes on`));
      });
      this.#waiters.add(waiter);
    });
  }

  #mustBeOpen(): void {
    if (this.done()) throw new InvalidStateError(`${this.toString()} has an outcome already`);
  }

  #settle(state: FutureState, outcome: Outcome<T>): void {
    this.#state = state;
    this.#outcome = outcome;
    const callbacks = this.#callbacks;
    const waiters = this.#waiters;
    this.#callbacks = [];
    this.#waiters = new Set();
    this.settled();
    this.#progress?.end();
    for (const callback of callbacks) this.#call("a done-callback", callback);
    for (const waiter of waiters) waiter(this);
  }

  #call(what: string, callback: () => unknown): void {
    try {
      const returned = callback();
      if (returned instanceof Promise) returned.catch((error: unknown) => this.#warn(what, error));
    } catch (error) {
      this.#warn(what, error);
    }
  }

  #warn(what: string, error: unknown): void {
    process.emitWarning(`calling ${what} of ${this.toString()} failed`, {
      type: "FutureCallbackWarning",
      detail: error instanceof Error ? (error.stack ?? String(error)) : inspect(error),
    });
  }
}

function nameOfType(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return value instanceof Error ? value.name : (value.constructor?.name ?? "object");
}
