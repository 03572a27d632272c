// @ts-check
// Runs one measure: opens every contender, warms it up, then lets all of them run in turn, round after round, in this one process.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { median } from "./statistics.mjs";

/**
 * Who takes part. "ours" and "raw" must work, or the run fails; a "peer" that hangs or throws is reported and the others go on;
 * a "reference" is shown beside them but is not compared with.
 * @typedef {"ours" | "raw" | "peer" | "reference"} Role
 */

/**
 * @template T
 * @typedef {object} Contender
 * @property {string} name
 * @property {Role} role
 * @property {() => T | Promise<T>} open Starts it; called once a measure.
 * @property {(opened: T) => unknown} close Ends it and everything it started.
 */

/**
 * One number that a round of a measure yields.
 * @typedef {object} Figure
 * @property {string} id Key in the JSON output.
 * @property {string} title
 * @property {string} unit
 * @property {"higher" | "lower"} better
 * @property {Record<string, Target> | undefined} [targets] By what is added to the id in the JSON output, nothing for the first.
 */

/**
 * What a figure is to reach: the ratio to the best peer or to raw; or itself, against nothing.
 * @typedef {object} Target
 * @property {"peers" | "raw" | "nothing"} against
 * @property {"at least" | "at most" | "above" | "below"} is
 * @property {number} value
 */

/**
 * @template T
 * @typedef {object} Measure
 * @property {string} name For progress.
 * @property {readonly Figure[]} figures
 * @property {readonly Contender<T>[]} contenders
 * @property {(opened: T, plan: Plan) => Promise<Record<string, number>>} round Yields a number for every figure, by its id.
 * @property {(plan: Plan) => number} [rounds] Instead of the plan's, for a measure whose rounds are shorter or longer than others'.
 * @property {(plan: Plan) => number} [warmUp] Instead of the plan's. 0: none, as each round begins anew, or is so long that it warms up by itself.
 */

/**
 * How much is measured.
 * @typedef {object} Plan
 * @property {number} rounds Recorded rounds.
 * @property {number} warmUp ms of rounds before them that are not recorded, for each contender; one round at least.
 * @property {number} tasks Tasks submitted at once, for throughput.
 * @property {number} roundTrips Round trips in a round.
 * @property {number} items Items of a map.
 * @property {number} mixedTasks Tasks of a mixed load.
 * @property {number} queuedTasks Tasks in a queue.
 * @property {number} submissions Submissions to a warm kernel, in a round.
 * @property {number} limit ms that one round of one contender may take, and its opening and closing.
 */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {Role} role
 * @property {number | null} value Median of the rounds; null if it failed.
 * @property {number | null} min
 * @property {number | null} max
 * @property {string} [failure] Why there is no value.
 */

/** @typedef {{ figure: Figure, rounds: number, rows: Row[] }} Result */

/** A task came back with another value than it should have: the run has failed, whoever it was. */
export class WrongResult extends Error {
  /** @override */
  name = "WrongResult";
}

/** @type {((error: unknown) => void) | undefined} */
let blame;

/**
 * Errors that escape a contender's own promises count against the contender that is at work, instead of ending the run.
 * @param {(error: unknown) => void} otherwise Takes those that come while none is.
 */
export function catchStrayErrors(otherwise) {
  process.on("uncaughtException", (error) => (blame ?? otherwise)(error));
}

/**
 * @template T
 * @param {Measure<T>} measure
 * @param {Plan} plan
 * @param {(text: string) => void} [say] Takes a line of progress.
 * @returns {Promise<Result[]>} One for each figure. Never rejects for a contender's fault: see {@link Row.failure} and {@link failsTheRun}.
 */
export async function runMeasure(measure, plan, say = () => {}) {
  const rounds = measure.rounds?.(plan) ?? plan.rounds;
  const entries = measure.contenders.map((contender) => new Entry(contender, plan.limit, say));
  for (const entry of entries) {
    await entry.open();
  }
  const warmUp = measure.warmUp?.(plan);
  for (const entry of warmUp === 0 ? [] : entries) {
    // By time, not by rounds: the same for all, and as long as compilers take.
    const end = performance.now() + (warmUp ?? plan.warmUp);
    do await entry.turn("warming up", (it) => measure.round(it, plan));
    while (entry.opened && performance.now() < end);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const entry of rotated(entries, round)) {
      // Nobody pays for what another one left. Twice: the first goes on beside the program, on its processors, until another begins.
      collectGarbage();
      collectGarbage();
      await entry.turn(`in round ${round + 1}`, async (it) => entry.record(measure.figures, await measure.round(it, plan)));
    }
  }
  for (const entry of entries) await entry.close();
  return measure.figures.map((figure) => ({ figure, rounds, rows: entries.map((entry) => entry.row(figure)) }));
}

/**
 * @param {readonly Result[]} results
 * @returns {string[]} What makes the run a failed one: any wrong result, and any failure but a peer's. Empty if there is none.
 */
export function failsTheRun(results) {
  const rows = results.flatMap(({ rows }) => rows).filter((row) => row.failure && (row.role !== "peer" || row.failure.startsWith("WrongResult")));
  return [...new Set(rows.map((row) => `${row.name}: ${row.failure}`))];
}

/** @template T */
class Entry {
  /** @type {{ it: T } | undefined} */
  opened;
  /** @type {string | undefined} */
  #failure;
  /** @type {Map<string, number[]>} */
  #values = new Map();

  /**
   * @param {Contender<T>} contender
   * @param {number} limit
   * @param {(text: string) => void} say
   */
  constructor(contender, limit, say) {
    this.contender = contender;
    this.limit = limit;
    this.say = say;
  }

  async open() {
    await this.attempt("starting", async () => {
      this.opened = { it: await this.contender.open() };
    });
  }

  /**
   * One turn, if it is open; afterwards it is closed unless that went well.
   * @param {string} doing
   * @param {(it: T) => Promise<unknown>} work
   */
  async turn(doing, work) {
    if (!this.opened) return;
    const { it } = this.opened;
    if (!(await this.attempt(doing, async () => void (await work(it))))) await this.close();
  }

  /**
   * Does it within the time limit; the first thing that goes wrong is kept as the reason why there is no value.
   * @param {string} doing
   * @param {() => Promise<void>} work
   * @returns {Promise<boolean>} Whether it went well.
   */
  async attempt(doing, work) {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    try {
      await Promise.race([
        work(),
        new Promise((_, reject) => {
          blame = reject;
          timer = setTimeout(() => reject(new Error(`no end after ${this.limit / 1000} s`)), this.limit);
        }),
      ]);
      return true;
    } catch (error) {
      const failure = `${error instanceof Error ? `${error.name}: ${error.message}` : String(error)} (${doing})`;
      this.#failure ??= failure;
      this.say(`${this.contender.name}: ${failure}`);
      return false;
    } finally {
      blame = undefined;
      clearTimeout(timer);
    }
  }

  /**
   * @param {readonly Figure[]} figures
   * @param {Record<string, number>} values
   */
  record(figures, values) {
    for (const { id } of figures) {
      const value = values[id];
      if (value === undefined || !Number.isFinite(value)) throw new WrongResult(`the measure gave ${value} for ${id}`);
      this.#values.set(id, [...(this.#values.get(id) ?? []), value]);
    }
  }

  async close() {
    const { opened } = this;
    this.opened = undefined;
    if (opened) await this.attempt("closing", async () => void (await this.contender.close(opened.it)));
  }

  /**
   * @param {Figure} figure
   * @returns {Row}
   */
  row({ id }) {
    const { name, role } = this.contender;
    if (this.#failure) return { name, role, value: null, min: null, max: null, failure: this.#failure };
    const values = this.#values.get(id) ?? [];
    return { name, role, value: median(values), min: Math.min(...values), max: Math.max(...values) };
  }
}

/**
 * Each round begins with another contender, so that none is always the one after the slowest.
 * @template T
 * @param {readonly T[]} list
 * @param {number} by
 * @returns {T[]}
 */
function rotated(list, by) {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

setFlagsFromString("--expose-gc");
/** @type {() => void} */
const collectGarbage = runInNewContext("gc");
