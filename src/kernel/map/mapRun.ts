import { performance } from "node:perf_hooks";
import { CancelledError } from "../../futures/index.js";
import type { FailedCall, MapOutcome } from "../../programs/callSupport.js";
import type { MapProgress } from "../../protocol/values.js";
import type { TaskExecutor } from "../taskExecutor.js";
import { columnsOf, isRecord, type RowSource } from "../values/table.js";

/** ms that a chunk should take: so often the count moves, and so long a cancel waits for a call that heeds it. */
const chunkTime = 50;
/** Inputs of a chunk at most. */
const longestChunk = 1_000;
/** Chunks of one input that are run first, to know how long one takes; so many for each worker. */
const probesPerWorker = 4;
/** ms over which the rate is told. */
const rateWindow = 2_000;

export interface MapOrder {
  readonly executor: TaskExecutor;
  /** Calls that it runs at a time. */
  readonly slots: number;
  /** See `CallProgram`. */
  readonly one: (item: readonly [number, unknown]) => unknown;
  readonly signal: AbortSignal;
  /** More is done. */
  changed(): void;
  /** Does what makes futures. */
  within<T>(act: () => T): T;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly chunksize: number;
}

/** A function on its way over many inputs. */
export class MapRun {
  readonly inputs: readonly unknown[];
  readonly #outcomes: (MapOutcome | undefined)[];
  readonly #marks: { readonly at: number; readonly done: number }[] = [];
  #done = 0;
  #failed = 0;

  constructor(inputs: readonly unknown[]) {
    this.inputs = inputs;
    this.#outcomes = new Array(inputs.length).fill(undefined);
  }

  /**
   * Runs it; resolves when there is an outcome of every input, or the signal was aborted.
   * @throws what breaks the pool.
   */
  async run(how: MapOrder): Promise<void> {
    const { slots, signal } = how;
    const probes = Math.min(this.inputs.length, probesPerWorker * slots);
    this.#mark();
    await this.#stretch(how, { from: 0, to: probes, chunksize: 1 });
    if (signal.aborted) return;
    let time = 0;
    for (let i = 0; i < probes; i += 1) time += this.#outcomes[i]?.[3] ?? 0;
    const chunksize = Math.max(1, Math.min(longestChunk, Math.floor(chunkTime / Math.max(0.001, time / Math.max(1, probes)))));
    const rest = this.inputs.length - probes;
    const even = Math.ceil(rest / (4 * slots)); // so that no worker is left with nothing to do
    await this.#stretch(how, { from: probes, to: this.inputs.length, chunksize: Math.max(1, Math.min(chunksize, even)) });
  }

  get progress(): MapProgress {
    const total = this.inputs.length;
    const first = this.#marks[0];
    const elapsed = first ? (performance.now() - first.at) / 1000 : 0;
    const rate = first && elapsed > 0 ? (this.#done - first.done) / elapsed : 0;
    const left = rate > 0 ? { left: ((total - this.#done) / rate) * 1000 } : {};
    return { total, done: this.#done, failed: this.#failed, rate, ...left };
  }

  /** The results by the places of their inputs; of what failed or was not done, `undefined`. */
  get results(): unknown[] {
    return this.#outcomes.map((outcome) => (outcome?.[1] ? outcome[2] : undefined));
  }

  /** What failed or was not done. */
  get unsuccessful(): unknown[] {
    return this.inputs.filter((_, i) => !this.#outcomes[i]?.[1]);
  }

  /** The first failure. */
  get firstFailure(): FailedCall | undefined {
    return this.#outcomes.find((outcome) => outcome?.[1] === false)?.[2] as FailedCall | undefined;
  }

  /** As a table: number, input, result, error and time; records in columns of their own. */
  get rows(): RowSource {
    const { inputs } = this;
    const outcomes = this.#outcomes;
    const results = outcomes.flatMap((outcome) => (outcome?.[1] ? [outcome[2]] : [])).slice(0, 100);
    const ofInputs = inputs.length > 0 && inputs.slice(0, 100).every(isRecord) ? columnsOf(inputs) : undefined;
    const ofResults = results.length > 0 && results.every(isRecord) ? columnsOf(results) : undefined;
    const part = (value: unknown, keys: readonly string[] | undefined): unknown[] =>
      keys ? keys.map((key) => (isRecord(value) ? value[key] : undefined)) : [value];
    const columns = [
      "#",
      ...(ofInputs?.map((key) => `input.${key}`) ?? ["input"]),
      ...(ofResults?.map((key) => `result.${key}`) ?? ["result"]),
      "error",
      "ms",
    ];
    const cells = (index: number): unknown[] => {
      const [, ok, content, ms] = outcomes[index] ?? [];
      const failure = ok === false ? (content as FailedCall) : undefined;
      const error = failure && (failure.message === "" ? failure.name : `${failure.name}: ${failure.message}`);
      const time = ms === undefined ? undefined : Math.round(ms * 1000) / 1000;
      return [index + 1, ...part(inputs[index], ofInputs), ...part(ok ? content : undefined, ofResults), error, time];
    };
    return { columns, length: inputs.length, version: this.#done, cells, failed: (index) => outcomes[index]?.[1] === false };
  }

  async #stretch({ executor, one, signal, changed, within }: MapOrder, { from, to, chunksize }: Stretch): Promise<void> {
    const items = this.inputs.slice(from, to).map((input, i) => [from + i, input] as const);
    // What cannot be sent, or died with its worker, does not say which input it was of: one of those of which nothing else comes.
    const strays: unknown[] = [];
    const outcomes = within(() => executor.map(one, items, { chunksize, signal, ordered: false, returnExceptions: true }));
    for await (const outcome of outcomes) {
      if (signal.aborted || outcome instanceof CancelledError) continue; // what is given now was stopped
      if (Array.isArray(outcome) && outcome.length === 4) this.#take(outcome as unknown as MapOutcome);
      else strays.push(outcome);
      changed();
    }
    for (let place = from; place < to && strays.length > 0; place += 1)
      if (!this.#outcomes[place]) this.#take([place, false, failureOf(strays.shift()), 0]);
    changed();
  }

  #take(outcome: MapOutcome): void {
    const [place, ok] = outcome;
    if (this.#outcomes[place]) return;
    this.#outcomes[place] = outcome;
    this.#done += 1;
    if (!ok) this.#failed += 1;
    this.#mark();
  }

  #mark(): void {
    const now = performance.now();
    const last = this.#marks.at(-1);
    if (last && now - last.at < rateWindow / 20) return;
    this.#marks.push({ at: now, done: this.#done });
    while (this.#marks.length > 2 && now - (this.#marks[0]?.at ?? now) > rateWindow) this.#marks.shift();
  }
}

function failureOf(error: unknown): FailedCall {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: String(error.stack) };
  return { name: "thrown value", message: String(error), stack: "" };
}
