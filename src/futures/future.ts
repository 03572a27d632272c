import { inspect } from "node:util";
import { checkTimeout, Deadline } from "./deadline.js";
import { CancelledError, InvalidStateError, TimeoutError } from "./errors.js";

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

let created = 0;

/**
 * The outcome of a call that may not have happened yet. CPython `concurrent.futures.Future`.
 *
 * A future is deliberately not thenable: returned from an async function it stays a future. `await future.result()` gives its value.
 * No promise exists before somebody asks for one, so a failure that nobody reads is never an `unhandledRejection`.
 *
 * Futures are made by executors. Construct one only in an executor of your own, or in a test.
 */
export class Future<T> {
  /** Counts the futures of this process, from 1: for logs and for telling futures apart. */
  readonly id = ++created;
  #state: FutureState = "PENDING";
  #outcome: Outcome<T> | undefined;
  #callbacks: (() => unknown)[] = [];
  #waiters = new Set<Waiter>();

  get state(): FutureState {
    return this.#state;
  }

  /**
   * Cancels the call if its function has not started. Every waiter and callback learns of it at once. CPython `Future.cancel`.
   * @returns true if the future is cancelled now, also if it was before; false if the function has started or is done.
   */
  cancel(): boolean {
    if (this.#state === "CANCELLED") return true;
    if (this.#state !== "PENDING") return false;
    this.#settle("CANCELLED", { kind: "cancelled" });
    return true;
  }

  /** True once the call was cancelled. */
  cancelled(): boolean {
    return this.#state === "CANCELLED";
  }

  /** True from the moment the function has started until it is done. */
  running(): boolean {
    return this.#state === "RUNNING";
  }

  /** True once there is a value or an error, or the call was cancelled. */
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
    return this.#whenDone(timeout, (outcome) => {
      if (outcome.kind === "value") return outcome.value;
      throw outcome.kind === "error" ? outcome.error : new CancelledError(`${this.toString()} was cancelled`);
    });
  }

  /**
   * Waits for the error. CPython `Future.exception`.
   * @param timeout as for {@link result}.
   * @returns a promise of what the task threw, or of `undefined` if it returned. It rejects with {@link CancelledError}, {@link TimeoutError} or TypeError as {@link result} does.
   */
  exception(timeout?: number): Promise<unknown> {
    return this.#whenDone(timeout, (outcome) => {
      if (outcome.kind === "cancelled") throw new CancelledError(`${this.toString()} was cancelled`);
      return outcome.kind === "error" ? outcome.error : undefined;
    });
  }

  /**
   * Calls `callback(future)` when the future is done: synchronously while it settles, in the order added, before any promise of
   * {@link result} continues; at once if it is done already. What a callback throws, or rejects with, becomes a process warning
   * (`process.on("warning")`) of the name `FutureCallbackWarning` and stops no other callback. CPython `Future.add_done_callback`.
   * @throws TypeError if `callback` is no function.
   */
  addDoneCallback(callback: (future: Future<T>) => unknown): void {
    if (typeof callback !== "function") throw new TypeError(`addDoneCallback needs a function, got ${inspect(callback, { depth: 0 })}`);
    const call = (): unknown => callback(this);
    if (this.done()) this.#call(call);
    else this.#callbacks.push(call);
  }

  /**
   * For executors: call before running the function. CPython `Future.set_running_or_notify_cancel`.
   * @returns true if the function is to be run, false if the call was cancelled.
   * @throws InvalidStateError if it is running or finished already.
   */
  setRunningOrNotifyCancel(): boolean {
    if (this.#state === "CANCELLED") return false;
    if (this.#state !== "PENDING") throw new InvalidStateError(`${this.toString()} cannot start: it is ${this.#state}`);
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
    return `<Future #${this.id} ${this.#state}>`;
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
    for (const callback of callbacks) this.#call(callback);
    for (const waiter of waiters) waiter(this);
  }

  #call(callback: () => unknown): void {
    try {
      const returned = callback();
      if (returned instanceof Promise) returned.catch((error: unknown) => this.#warn(error));
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    process.emitWarning(`calling a done-callback of ${this.toString()} failed`, {
      type: "FutureCallbackWarning",
      detail: error instanceof Error ? (error.stack ?? String(error)) : inspect(error),
    });
  }
}

function nameOfType(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return value instanceof Error ? value.name : (value.constructor?.name ?? "object");
}
