// @ts-check
/** @import { OpenPool, PoolContender } from "../pools/pool.mjs" */
import { checkAll } from "../pools/pool.mjs";

/** @type {Record<string, Record<string, import("../harness.mjs").Target>>} */
const targets = {
  threads: { "": { against: "peers", is: "at least", value: 10 }, ".overRaw": { against: "raw", is: "at least", value: 1.5 } },
  processes: { "": { against: "peers", is: "at least", value: 5 }, ".overRaw": { against: "raw", is: "above", value: 1 } },
};

/**
 * How many tasks a second: all submitted at once, all results awaited.
 * @param {"threads" | "processes"} kind
 * @param {readonly PoolContender[]} contenders
 * @returns {import("../harness.mjs").Measure<OpenPool>}
 */
export function throughput(kind, contenders) {
  const id = `${kind}.throughput`;
  return {
    name: `${kind}: throughput`,
    figures: [{ id, title: `${kind}: throughput of a no-op task`, unit: "tasks/s", better: "higher", targets: targets[kind] }],
    contenders,
    warmUp: (plan) => Math.max(plan.warmUp, 300), // so long that what thousands of tasks a turn run is compiled well
    round: async (pool, plan) => {
      const tasks = Math.ceil(plan.tasks * (pool.share ?? 1));
      const started = performance.now();
      const results = await pool.all(tasks);
      const seconds = (performance.now() - started) / 1000;
      if (results.length !== tasks) throw new Error(`${results.length} results of ${tasks} tasks`);
      checkAll(results);
      return { [id]: tasks / seconds };
    },
  };
}
