// @ts-check
import { WrongResult } from "../harness.mjs";

/** @import { Measure } from "../harness.mjs" */
/** @import { OpenPool, PoolContender } from "../pools/pool.mjs" */

/** µs of work in a round, of both workers together. */
const work = 200_000;

/**
 * Tasks a second that each work for so many µs; all are submitted at once.
 * @param {number} length µs
 * @param {readonly PoolContender[]} contenders
 * @returns {Measure<OpenPool>}
 */
export function taskLengths(length, contenders) {
  const tasks = Math.min(Math.max(200, work / length), 5_000);
  return {
    name: `tasks of ${length} µs`,
    figures: [{ id: "rate", title: "tasks", unit: "tasks/s", better: "higher" }],
    contenders,
    async round({ busy }) {
      if (!busy) throw new Error("this pool cannot run busy");
      const open = [];
      const started = performance.now();
      for (let n = 0; n < tasks; n += 1) open.push(busy(length));
      for (const result of await Promise.all(open)) if (result !== length) throw new WrongResult(`a task of ${length} µs gave ${result}`);
      return { rate: (tasks / (performance.now() - started)) * 1000 };
    },
  };
}
