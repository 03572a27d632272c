import type { Deadline } from "./deadline.js";
import { TimeoutError } from "./errors.js";
import { addWaiter, type Future, removeWaiter } from "./future.js";

/**
 * The results of `map`, in order. Not an async generator: those start with the first step and end without a word when they throw,
 * while `map` owns its futures from the call on.
 */
export class MapIterator<R> implements AsyncIterableIterator<R> {
  readonly #futures: (Future<R> | undefined)[];
  readonly #deadline: Deadline;
  readonly #timeout: number | undefined;
  #next = 0;
  /** Steps are answered one after another, also when several are asked for at once. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(futures: Future<R>[], deadline: Deadline, timeout: number | undefined) {
    this.#futures = futures;
    this.#deadline = deadline;
    this.#timeout = timeout;
  }

  next(): Promise<IteratorResult<R, undefined>> {
    const step = this.#last.then(() => this.#step());
    this.#last = step.catch(() => {});
    return step;
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    this.#cancelRest();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #step(): Promise<IteratorResult<R, undefined>> {
    const future = this.#futures[this.#next];
    if (!future) return { done: true, value: undefined };
    try {
      const value = await this.#resultOf(future);
      // The iterator must not keep what it has given (CPython bpo-27144).
      this.#futures[this.#next] = undefined;
      this.#next += 1;
      return { done: false, value };
    } catch (error) {
      this.#cancelRest();
      throw error;
    }
  }

  async #resultOf(future: Future<R>): Promise<R> {
    if (!future.done() && !(await this.#doneInTime(future))) {
      throw new TimeoutError(`map has no result ${this.#next + 1} (of ${this.#futures.length}) after ${this.#timeout} ms`);
    }
    return future.result();
  }

  /** By the deadline of the whole map, not by a timeout of this step: a result that is there by then is still given. */
  #doneInTime(future: Future<R>): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (): void => {
        callOff();
        resolve(true);
      };
      const callOff = this.#deadline.whenOver(() => {
        future[removeWaiter](done);
        resolve(false);
      });
      future[addWaiter](done);
    });
  }

  #cancelRest(): void {
    for (const future of this.#futures.splice(this.#next)) future?.cancel();
  }
}
