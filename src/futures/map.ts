import { Deadline } from "./deadline.js";
import { CancelledError, QueueFullError, TimeoutError } from "./errors.js";
import { addWaiter, type Future, type Outcome, removeWaiter } from "./future.js";
import type { Batch, BatchReader } from "./mapInput.js";
import type { MapOptions } from "./mapOptions.js";

/** What `map` submits at once: one call, or a chunk of them. */
export interface Unit<R> {
  readonly future: Future<unknown>;
  /** An outcome for each call, in order; of a future that is done. */
  outcomes(): Outcome<R>[];
}

/** Where `map` submits. */
export interface UnitSink<R> {
  /** @throws QueueFullError when there is no room; ShutdownError or BrokenExecutor when there never will be. */
  submit(calls: Batch): Unit<R>;
  /** Resolves when there is room again; rejects when there never will be. */
  room(): Promise<void>;
}

/**
 * The results of `map`. Not an async generator: those start with the first step and end without a word when they throw,
 * while `map` owns its futures from the call on.
 */
export class MapIterator<R> implements AsyncIterableIterator<R> {
  /** Where the calls come from and go to; let go of when the inputs have ended, since an executor that nobody else holds is to end then. */
  #feeder: { readonly reader: BatchReader; readonly sink: UnitSink<R> } | undefined;
  readonly #options: MapOptions;
  readonly #deadline: Deadline;
  /** Units submitted and not taken yet, in order of the input. */
  readonly #units = new Set<Unit<R>>();
  /** Those of them that are done, in order of completion; only if order does not matter. */
  readonly #done: Unit<R>[] = [];
  /** Outcomes of the unit that is being given, the next one last. */
  #outcomes: Outcome<R>[] = [];
  /** Units that may be submitted yet. */
  #credit: number;
  #feeding = false;
  /** What reading or submitting threw; it comes after the results that are on their way. */
  #failure: { readonly error: unknown } | undefined;
  #ended = false;
  #submitted = 0;
  #given = 0;
  #wake: (() => void) | undefined;
  /** Steps are answered one after another, also when several are asked for at once. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(reader: BatchReader, options: MapOptions, sink: UnitSink<R>) {
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
    const step = this.#last.then(() => this.#step());
    // The iterator must not keep what it has given (CPython bpo-27144).
    const done = (): void => {};
    this.#last = step.then(done, done);
    return step;
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #step(): Promise<IteratorResult<R, undefined>> {
    if (this.#outcomes.length === 0) await this.#takeUnit();
    const outcome = this.#outcomes.pop();
    if (!outcome) return this.#finish();
    this.#given += 1;
    if (outcome.kind === "value") return { done: false, value: outcome.value };
    const error = outcome.kind === "error" ? outcome.error : new CancelledError("a call of map was cancelled");
    if (this.#options.returnExceptions) return { done: false, value: error as R };
    if (this.#options.onError !== "continue") this.#end();
    throw error;
  }

  /** Every result has been given: the end, or what ended the inputs. */
  #finish(): IteratorResult<R, undefined> {
    const failure = this.#ended ? undefined : this.#failure;
    this.#end();
    if (failure) throw failure.error;
    return { done: true, value: undefined };
  }

  /** Waits for the next unit, if any will come, and takes its outcomes. A result that is there in time is given also when the deadline is over since. */
  async #takeUnit(): Promise<void> {
    // As CPython does: one more is submitted before the oldest is waited for.
    if (this.#options.buffersize !== undefined) this.#credit += 1;
    this.#feed();
    while (!this.#ended) {
      const unit = this.#ready();
      if (unit) {
        this.#units.delete(unit);
        this.#outcomes = unit.outcomes().reverse();
        return;
      }
      if (this.#units.size === 0 && !this.#feeder && !this.#feeding) return;
      if (await this.#change()) {
        const { timeout } = this.#options;
        const total = !this.#feeder && !this.#feeding ? ` (of ${this.#submitted})` : "";
        this.#end();
        throw new TimeoutError(`map has no result ${this.#given + 1}${total} after ${timeout} ms`);
      }
    }
  }

  #ready(): Unit<R> | undefined {
    if (this.#options.ordered === false) return this.#done.shift();
    const [oldest] = this.#units;
    return oldest?.future.done() ? oldest : undefined;
  }

  /** Resolves to false when the unit that is waited for is done or one has come, to true at the deadline. */
  #change(): Promise<boolean> {
    return new Promise((resolve) => {
      const [oldest] = this.#units;
      const end = (over: boolean): void => {
        this.#wake = undefined;
        callOff();
        oldest?.future[removeWaiter](wake);
        resolve(over);
      };
      const wake = (): void => end(false);
      const callOff = this.#deadline.whenOver(() => end(true));
      this.#wake = wake;
      if (this.#options.ordered !== false) oldest?.future[addWaiter](wake);
    });
  }

  /** Submits as much as may be. What is asynchronous in it, an input or a full queue, goes on by itself. */
  #feed(): void {
    if (this.#feeding) return;
    try {
      while (this.#credit > 0 && this.#feeder) {
        const { reader, sink } = this.#feeder;
        const batch = reader.next();
        if (batch instanceof Promise) return void this.#feedLater(batch, sink);
        if (!batch) this.#feeder = undefined;
        else if (!this.#submit(batch, sink)) return void this.#feedLater(batch, sink);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param next is being read, or found no room. */
  async #feedLater(next: Batch | Promise<Batch | undefined>, sink: UnitSink<R>): Promise<void> {
    this.#feeding = true;
    try {
      const batch = await next;
      if (batch) while (!this.#ended && !this.#submit(batch, sink)) await sink.room();
      else this.#feeder = undefined;
    } catch (error) {
      this.#fail(error);
    }
    this.#feeding = false;
    this.#wake?.();
    this.#feed();
  }

  /** @returns false if there is no room. @throws what `submit` throws otherwise. */
  #submit(batch: Batch, sink: UnitSink<R>): boolean {
    let unit: Unit<R>;
    try {
      unit = sink.submit(batch);
    } catch (error) {
      if (error instanceof QueueFullError) return false;
      throw error;
    }
    this.#credit -= 1;
    this.#submitted += batch.length;
    this.#units.add(unit);
    if (this.#options.ordered === false)
      unit.future[addWaiter](() => {
        this.#done.push(unit);
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
    this.#done.length = 0;
    this.#outcomes = [];
    for (const unit of units) unit.future.cancel();
    this.#wake?.();
  }
}
