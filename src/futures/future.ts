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

/** Those who listen to one future, but for its waiters. */
interface Listeners {
  callbacks: (() => unknown)[];
  progress: ProgressLog | undefined;
}

type Resolve = (value: unknown) => void;

/** Rejects the promise that is resolved with it. No rejected promise: a debugger would take that for an error that nobody catches. */
class Rejection {
  readonly #reason: unknown;

  constructor(reason: unknown) {
    this.#reason = reason;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is to be one that promises take for a promise.
  then(_resolve: Resolve, reject: (reason: unknown) => void): void {
    reject(this.#reason);
  }
}

const cancelled: Outcome<never> = { kind: "cancelled" };

let created = 0;

let lastResolve: Resolve | undefined;
/** Not in a closure, and without `reject`, which can be done without: hundreds of thousands of promises may be waiting. */
const keepLast = (resolve: Resolve): void => {
  lastResolve = resolve;
};

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
  /** FINISHED is told by its two ways. */
  #state: "PENDING" | "RUNNING" | "CANCELLED" | "RETURNED" | "RAISED" = "PENDING";
  /** What it returned or raised; until it is done, {@link Resolve} of the promise of `result`, if that was asked for before all others who wait. */
  #content: unknown;
  #waiters: Waiter | Set<Waiter> | undefined;
  /** Made when somebody asks for them: a million futures may be waiting. */
  #listeners: Listeners | undefined;

  /** Where the call is in its life: PENDING, then RUNNING, then FINISHED; or CANCELLED after PENDING. */
  get state(): FutureState {
    if (this.#state === "PENDING") this.observe();
    return this.#state === "RETURNED" || this.#state === "RAISED" ? "FINISHED" : this.#state;
  }

  /**
   * Cancels the call if its function has not started. Every waiter and callback learns of it at once. CPython `Future.cancel`.
   * @returns true if the future is cancelled now, also if it was before; false if the function has started or is done.
   */
  cancel(): boolean {
    if (this.#state === "CANCELLED") return true;
    if (this.state !== "PENDING" || !this.revoke()) return false;
    this.#settle("CANCELLED", undefined);
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
    return this.#state !== "PENDING" && this.#state !== "RUNNING";
  }

  /** What is known now, without waiting; `undefined` while the future is not done. */
  peek(): Outcome<T> | undefined {
    if (this.#state === "RETURNED") return { kind: "value", value: this.#content as T };
    if (this.#state === "RAISED") return { kind: "error", error: this.#content };
    return this.#state === "CANCELLED" ? cancelled : undefined;
  }

  /**
   * Waits for the value. CPython `Future.result`.
   * @param timeout ms to wait, from this call; `undefined`: without limit; 0 or negative: only what is there already.
   * @returns a promise of the value. It rejects with the error of the task, the same object at every call; with {@link CancelledError} if the
   * call was cancelled; with {@link TimeoutError} if the time is over, and the task goes on; with TypeError if `timeout` is no number.
   */
  result(timeout?: number): Promise<T> {
    if (timeout !== undefined) return this.#whenDone(timeout, () => this.#result());
    const promise = new Promise<T>(keepLast as (resolve: (value: T) => void) => void);
    const resolve = lastResolve as Resolve;
    lastResolve = undefined;
    if (this.done()) this.#answer(resolve);
    else if (this.#content === undefined && this.#waiters === undefined) this.#content = resolve;
    else this.#addWaiter(() => this.#answer(resolve));
    return promise;
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
    this.#blockUntilDone(timeout);
    return this.#result();
  }

  /**
   * Waits for the error. CPython `Future.exception`.
   * @param timeout as for {@link result}.
   * @returns a promise of what the task threw, or of `undefined` if it returned. It rejects with {@link CancelledError}, {@link TimeoutError} or TypeError as {@link result} does.
   */
  exception(timeout?: number): Promise<unknown> {
    return this.#whenDone(timeout, () => this.#exception());
  }

  /**
   * Blocks this thread as {@link resultSync} does.
   * @param timeout as for {@link resultSync}.
   * @returns what the task threw, or `undefined` if it returned.
   * @throws what {@link resultSync} throws, but for the error of the task.
   */
  exceptionSync(timeout?: number): unknown {
    this.#blockUntilDone(timeout);
    return this.#exception();
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
    else this.#listenersNow().callbacks.push(call);
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
    if (this.#state !== "PENDING") throw new InvalidStateError(`${this.toString()} cannot start: it is ${this.state}`);
    this.#state = "RUNNING";
    return true;
  }

  /**
   * For executors: sets the value. CPython `Future.set_result`.
   * @throws InvalidStateError if the future is done; the first outcome stays.
   */
  setResult(value: T): void {
    this.#mustBeOpen();
    this.#settle("RETURNED", value);
  }

  /**
   * For executors: sets what the function threw; any value may be thrown. CPython `Future.set_exception`.
   * @throws InvalidStateError if the future is done; the first outcome stays.
   */
  setException(error: unknown): void {
    this.#mustBeOpen();
    this.#settle("RAISED", error);
  }

  /** `<Future #3 FINISHED returned number>`; CPython `Future.__repr__`. */
  toString(): string {
    if (this.#state === "RETURNED") return `<Future #${this.id} FINISHED returned ${nameOfType(this.#content)}>`;
    if (this.#state === "RAISED") return `<Future #${this.id} FINISHED raised ${nameOfType(this.#content)}>`;
    return `<Future #${this.id} ${this.state}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** @internal */
  [addWaiter](waiter: Waiter): void {
    if (this.done()) waiter(this);
    else this.#addWaiter(waiter);
  }

  /** @internal */
  [removeWaiter](waiter: Waiter): void {
    if (this.#waiters === waiter) this.#waiters = undefined;
    else if (this.#waiters instanceof Set) this.#waiters.delete(waiter);
  }

  /** @internal */
  [blockingSource](): BlockingSource {
    throw new BlockingError(`${this.toString()} belongs to no pool, so nothing can settle it while this thread blocks: wait for result() instead`);
  }

  /** For subclasses, while the future is PENDING: looks whether the function has started meanwhile, and if so calls {@link markRunning}. */
  protected observe(): void {}

  /** For subclasses: the function has started; does nothing if that is known, or the future is done. */
  protected markRunning(): void {
    if (this.#state === "PENDING") this.#state = "RUNNING";
  }

  /** For subclasses: takes back a call that was sent ahead; false if its function has started. */
  protected revoke(): boolean {
    return true;
  }

  /** For subclasses: the future is done, as {@link peek} tells; called before the done-callbacks. */
  protected settled(_how: "value" | "error" | "cancelled"): void {}

  /** @throws what it raised, or CancelledError; of one that is done. */
  #result(): T {
    if (this.#state === "RETURNED") return this.#content as T;
    throw this.#state === "RAISED" ? this.#content : this.#cancelledError();
  }

  /** @throws CancelledError; of one that is done. */
  #exception(): unknown {
    if (this.#state === "CANCELLED") throw this.#cancelledError();
    return this.#state === "RAISED" ? this.#content : undefined;
  }

  #cancelledError(): CancelledError {
    return new CancelledError(`${this.toString()} was cancelled`);
  }

  #listenersNow(): Listeners {
    this.#listeners ??= { callbacks: [], progress: undefined };
    return this.#listeners;
  }

  #progressLog(): ProgressLog {
    const listeners = this.#listenersNow();
    if (!listeners.progress) {
      listeners.progress = new ProgressLog();
      if (this.done()) listeners.progress.end();
    }
    return listeners.progress;
  }

  #blockUntilDone(timeout: number | undefined): void {
    checkTimeout(timeout);
    if (!this.done() && !(timeout !== undefined && timeout <= 0))
      blockUntil(() => this.done(), new Set([this[blockingSource]()]), new Deadline(timeout));
    if (!this.done())
      throw new TimeoutError(`${this.toString()} is not done${timeout && timeout > 0 ? ` after ${timeout} ms; the task goes on` : ""}`);
  }

  async #whenDone<R>(timeout: number | undefined, read: () => R): Promise<R> {
    checkTimeout(timeout);
    if (this.done()) return read();
    if (timeout !== undefined && timeout <= 0) throw new TimeoutError(`${this.toString()} is not done`);
    return new Promise<R>((resolve, reject) => {
      const waiter = (): void => {
        callOff();
        try {
          resolve(read());
        } catch (error) {
          reject(error);
        }
      };
      const callOff = new Deadline(timeout).whenOver(() => {
        this[removeWaiter](waiter);
        reject(new TimeoutError(`${this.toString()} is not done after ${timeout} ms; the task goes on`));
      });
      this.#addWaiter(waiter);
    });
  }

  #mustBeOpen(): void {
    if (this.done()) throw new InvalidStateError(`${this.toString()} has an outcome already`);
  }

  #settle(state: "CANCELLED" | "RETURNED" | "RAISED", content: unknown): void {
    const resolve = this.#content as Resolve | undefined;
    this.#state = state;
    this.#content = content;
    const waiters = this.#waiters;
    this.#waiters = undefined;
    this.settled(state === "RETURNED" ? "value" : state === "RAISED" ? "error" : "cancelled");
    if (this.#listeners) this.#tellListeners(this.#listeners);
    if (resolve) this.#answer(resolve);
    if (waiters instanceof Set) for (const waiter of waiters) waiter(this);
    else if (waiters) waiters(this);
  }

  #addWaiter(waiter: Waiter): void {
    if (this.#waiters === undefined) this.#waiters = waiter;
    else if (this.#waiters instanceof Set) this.#waiters.add(waiter);
    else this.#waiters = new Set([this.#waiters, waiter]);
  }

  #answer(resolvePromise: Resolve): void {
    if (this.#state === "RETURNED") resolvePromise(this.#content);
    else resolvePromise(new Rejection(this.#state === "RAISED" ? this.#content : this.#cancelledError()));
  }

  #tellListeners(listeners: Listeners): void {
    const { callbacks, progress } = listeners;
    listeners.callbacks = [];
    progress?.end();
    for (const callback of callbacks) this.#call("a done-callback", callback);
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
