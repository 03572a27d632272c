import type { Chunk, ChunkOutcomes } from "./chunk.js";
import { Deadline } from "./deadline.js";
import { CancelledError, QueueFullError, TimeoutError } from "./errors.js";
import { Fifo } from "./fifo.js";
import { addWaiter, type Future, removeWaiter } from "./future.js";
import type { ChunkReader } from "./mapInput.js";
import type { MapOptions } from "./mapOptions.js";

/** What `map` submits at once. */
export type Unit = { readonly calls: number } & (
  | { readonly isChunk: false; readonly future: Future<unknown> }
  | { readonly isChunk: true; readonly future: Future<ChunkOutcomes> }
);

/** Where `map` submits. */
export interface UnitSink {
  /** @throws QueueFullError when there is no room; ShutdownError or BrokenExecutor when there never will be. */
  submit(chunk: Chunk): Unit;
  /** Resolves when there is room again; rejects when there never will be. */
  room(): Promise<void>;
}

interface Failure {
  readonly error: unknown;
}

/**
 * The results of `map`. Not an async generator: those start with the first step and end without a word when they throw,
 * while `map` owns its futures from the call on.
 */
export class MapIterator<R> implements AsyncIterableIterator<R> {
  /** Where the calls come from and go to; let go of when the inputs have ended, since an executor that nobody else holds is to end then. */
  #feeder: { readonly reader: ChunkReader; readonly sink: UnitSink } | undefined;
  readonly #options: MapOptions;
  readonly #deadline: Deadline;
  /** Units submitted and not taken yet. */
  readonly #units = new Set<Unit>();
  /** The same in order of the input; or if order does not matter, those that are done. */
  readonly #next = new Fifo<Unit>();
  /** Of the unit that is being given: the values that are left, the next one last, and what tells the error in a place if there are any. */
  #values: unknown[] = [];
  #errorAt: ((place: number) => Failure | undefined) | undefined;
  #calls = 0;
  /** Units that may be submitted yet. */
  #credit: number;
  #feeding = false;
  /** What reading or submitting threw; it comes after the results that are on their way. */
  #failure: Failure | undefined;
  #ended = false;
  #submitted = 0;
  #given = 0;
  #wake: (() => void) | undefined;
  /** The last step of those that have to wait: steps are answered one after another, also when several are asked for at once. */
  #last: Promise<unknown> | undefined;

  constructor(reader: ChunkReader, options: MapOptions, sink: UnitSink) {
    this.#feeder = { reader, sink };
    this.#options = options;
    this.#deadline = new Deadline(options.timeout);
    this.#credit = options.buffersize ?? Number.POSITIVE_INFINITY;
    this.#feed();
    if (this.#failure) {
      this.#end();
      throw this.#failure.error;
    }
  }

  next(): Promise<IteratorResult<R, undefined>> {
    if (!this.#last && this.#hasNext()) return this.#giveAtOnce();
    const step = this.#last ? this.#last.then(() => (this.#hasNext() ? this.#give() : this.#giveLater())) : this.#giveLater();
    // The iterator must not keep what it has given (CPython bpo-27144).
    const done = (): void => {
      if (this.#last === last) this.#last = undefined;
    };
    const last = step.then(done, done);
    this.#last = last;
    return step;
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether a result can be given without waiting. */
  #hasNext(): boolean {
    if (this.#values.length > 0) return true;
    if (this.#ended) return false;
    // As CPython does: one more is submitted before the oldest is waited for.
    if (this.#options.buffersize !== undefined) this.#credit += 1;
    this.#feed();
    return this.#open();
  }

  #giveAtOnce(): Promise<IteratorResult<R, undefined>> {
    try {
      return Promise.resolve(this.#give());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @throws what the call threw, if it is not to be given as a result. */
  #give(): IteratorResult<R, undefined> {
    const place = this.#calls - this.#values.length;
    const value = this.#values.pop();
    const failure = this.#errorAt?.(place);
    this.#given += 1;
    if (!failure) return { done: false, value: value as R };
    if (this.#options.returnExceptions) return { done: false, value: failure.error as R };
    if (this.#options.onError !== "continue") this.#end();
    throw failure.error;
  }

  /** Every result has been given: the end, or what ended the inputs. */
  #finish(): IteratorResult<R, undefined> {
    const failure = this.#ended ? undefined : this.#failure;
    this.#end();
    if (failure) throw failure.error;
    return { done: true, value: undefined };
  }

  /** Waits for the next result, if any will come. One that is there in time is given also when the deadline is over since. */
  async #giveLater(): Promise<IteratorResult<R, undefined>> {
    while (!this.#ended && (this.#units.size > 0 || this.#feeder || this.#feeding)) {
      const isOver = await this.#change();
      if (this.#open()) return this.#give();
      if (isOver) {
        const { timeout } = this.#options;
        const total = !this.#feeder && !this.#feeding ? ` (of ${this.#submitted})` : "";
        this.#end();
        throw new TimeoutError(`map has no result ${this.#given + 1}${total} after ${timeout} ms`);
      }
    }
    return this.#finish();
  }

  /** Takes the outcomes of the next unit. @returns false if it is not done yet, or there is none. */
  #open(): boolean {
    const unit = this.#ended ? undefined : this.#ready();
    const outcome = unit?.future.peek();
    if (!unit || !outcome) return false;
    this.#next.shift();
    this.#units.delete(unit);
    this.#calls = unit.calls;
    this.#errorAt = undefined;
    if (outcome.kind !== "value") {
      this.#values = new Array(unit.calls).fill(undefined);
      this.#errorAt = () => ({ error: outcome.kind === "error" ? outcome.error : new CancelledError("a call of map was cancelled") });
    } else if (unit.isChunk) {
      const { values, errors } = outcome.value as ChunkOutcomes;
      this.#values = values.slice().reverse();
      if (errors && errors.size > 0) this.#errorAt = (place) => (errors.has(place) ? { error: errors.get(place) } : undefined);
    } else {
      this.#values.push(outcome.value);
    }
    return true;
  }

  #ready(): Unit | undefined {
    const { first } = this.#next;
    return first?.future.done() ? first : undefined;
  }

  /** Resolves to false when the unit that is waited for is done or one has come, to true at the deadline. */
  #change(): Promise<boolean> {
    return new Promise((resolve) => {
      const { first } = this.#next;
      const end = (over: boolean): void => {
        this.#wake = undefined;
        callOff();
        first?.future[removeWaiter](wake);
        resolve(over);
      };
      const wake = (): void => end(false);
      const callOff = this.#deadline.whenOver(() => end(true));
      this.#wake = wake;
      first?.future[addWaiter](wake);
    });
  }

  /** Submits as much as may be. What is asynchronous in it, an input or a full queue, goes on by itself. */
  #feed(): void {
    if (this.#feeding) return;
    try {
      while (this.#credit > 0 && this.#feeder) {
        const { reader, sink } = this.#feeder;
        const chunk = reader.next();
        if (chunk instanceof Promise) return void this.#feedLater(chunk, sink);
        if (!chunk) this.#feeder = undefined;
        else if (!this.#submit(chunk, sink)) return void this.#feedLater(chunk, sink);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param next is being read, or found no room. */
  async #feedLater(next: Chunk | Promise<Chunk | undefined>, sink: UnitSink): Promise<void> {
    this.#feeding = true;
    try {
      const chunk = await next;
      if (chunk) while (!this.#ended && !this.#submit(chunk, sink)) await sink.room();
      else this.#feeder = undefined;
    } catch (error) {
      this.#fail(error);
    }
    this.#feeding = false;
    this.#wake?.();
    this.#feed();
  }

  /** @returns false if there is no room. @throws what `submit` throws otherwise. */
  #submit(chunk: Chunk, sink: UnitSink): boolean {
    let unit: Unit;
    try {
      unit = sink.submit(chunk);
    } catch (error) {
      if (error instanceof QueueFullError) return false;
      throw error;
    }
    this.#credit -= 1;
    this.#submitted += unit.calls;
    this.#units.add(unit);
    if (this.#options.ordered !== false) this.#next.push(unit);
    else
      unit.future[addWaiter](() => {
        this.#next.push(unit);
        this.#wake?.();
      });
    return true;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#feeder?.reader.close();
    this.#feeder = undefined;
  }

  /** Lets go of the inputs, and cancels what has not started. */
  #end(): void {
    this.#ended = true;
    this.#feeder?.reader.close();
    this.#feeder = undefined;
    const units = [...this.#units];
    this.#units.clear();
    this.#next.clear();
    this.#values = [];
    this.#errorAt = undefined;
    for (const unit of units) unit.future.cancel();
    this.#wake?.();
  }
}
