// @ts-check
import { WrongResult } from "../harness.mjs";
import { python } from "../pools/python.mjs";

/** @typedef {{ map(items: readonly number[], options: import("concurrent-futures").MapOptions): AsyncIterable<number>, close(): unknown }} MapPool */

/**
 * Items a second of `map` with `chunksize: "auto"`, read by `for await`.
 * @param {"threads" | "processes"} kind
 * @param {() => MapPool} open Ours.
 * @returns {import("../harness.mjs").Measure<{ rate: (items: number) => Promise<number>, close: () => unknown }>}
 */
export function map(kind, open) {
  const id = `map.${kind}`;
  return {
    name: `${kind}: map`,
    figures: [
      {
        id,
        title: `${kind}: map of tiny items, chunksize "auto"`,
        unit: "items/s",
        better: "higher",
        targets: { "": { against: "peers", is: "at least", value: 2 } },
      },
    ],
    contenders: [{ name: "map", role: "ours", open: () => ours(open()), close: (opened) => opened.close() }, python],
    rounds: (plan) => Math.ceil(plan.rounds / 2),
    round: async ({ rate }, { items }) => ({ [id]: await rate(items) }),
  };
}

/** @param {MapPool} pool */
function ours(pool) {
  return {
    /** @param {number} count */
    async rate(count) {
      const items = Array.from({ length: count }, (_, n) => n);
      const started = performance.now();
      let next = 0;
      for await (const value of pool.map(items, { chunksize: "auto" })) {
        if (value !== next) throw new WrongResult(`item ${next} gave ${value}`);
        next += 1;
      }
      if (next !== count) throw new WrongResult(`${next} results of ${count}`);
      return (count / (performance.now() - started)) * 1000;
    },
    close: () => pool.close(),
  };
}
