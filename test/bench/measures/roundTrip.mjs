// @ts-check
/** @import { OpenPool, PoolContender } from "../pools/pool.mjs" */
import { WrongResult } from "../harness.mjs";
import { percentile } from "../statistics.mjs";

/** @typedef {Record<string, import("../harness.mjs").Target>} Targets */

/** @type {Record<string, { p50: Targets, p99?: Targets }>} */
const targets = {
  threads: {
    p50: { "": { against: "raw", is: "at most", value: 1.25 }, ".overPeers": { against: "peers", is: "below", value: 1 } },
    p99: { "": { against: "peers", is: "below", value: 1 } },
  },
  processes: { p50: { "": { against: "raw", is: "at most", value: 1.2 } } },
};

/**
 * From `submit` to the result in hand, one task outstanding.
 * @param {"threads" | "processes"} kind
 * @param {readonly PoolContender[]} contenders
 * @returns {import("../harness.mjs").Measure<OpenPool>}
 */
export function roundTrip(kind, contenders) {
  const p50 = `${kind}.roundTrip.p50`;
  const p99 = `${kind}.roundTrip.p99`;
  return {
    name: `${kind}: round trip`,
    figures: [
      { id: p50, title: `${kind}: round trip of a no-op task, p50`, unit: "µs", better: "lower", targets: targets[kind]?.p50 },
      { id: p99, title: `${kind}: round trip of a no-op task, p99`, unit: "µs", better: "lower", targets: targets[kind]?.p99 },
    ],
    contenders,
    // Short turns: the time that a sleeping core takes to wake changes from second to second, and should be the same for all.
    rounds: (plan) => (plan.rounds > 5 ? 3 : kind === "threads" ? 2 : 1) * plan.rounds,
    round: async (pool, { roundTrips }) => {
      /** @type {number[]} */
      const times = new Array(roundTrips);
      for (let n = 0; n < roundTrips; n += 1) {
        const started = performance.now();
        const result = await pool.one(n);
        times[n] = (performance.now() - started) * 1000;
        if (result !== n) throw new WrongResult(`task ${n} gave ${result}`);
      }
      return { [p50]: percentile(times, 0.5), [p99]: percentile(times, 0.99) };
    },
  };
}
