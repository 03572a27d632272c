// @ts-check
import { WrongResult } from "../harness.mjs";

/** @import { MapPool } from "../measures/map.mjs" */
/** @import { Contender, Measure } from "../harness.mjs" */

/** @typedef {{ rate: (items: number, chunksize?: number) => Promise<number>, close: () => unknown }} Mapper */

/**
 * Items a second of `map` with a given chunksize; as many items as make some hundred chunks.
 * @param {number} chunksize
 * @param {readonly { readonly name: string, readonly open: () => MapPool }[]} pools Ours.
 * @param {Contender<Mapper>} python
 * @returns {Measure<Mapper>}
 */
export function batches(chunksize, pools, python) {
  const items = Math.min(Math.max(4_000, 400 * chunksize), 400_000);
  return {
    name: `map, chunksize ${chunksize}`,
    figures: [{ id: "rate", title: "map", unit: "items/s", better: "higher" }],
    contenders: [
      ...pools.map(({ name, open }) => ({
        name,
        role: /** @type {const} */ ("ours"),
        open: () => ours(open()),
        close: (/** @type {Mapper} */ opened) => opened.close(),
      })),
      { ...python, name: "CPython ProcessPoolExecutor" },
    ],
    round: async ({ rate }) => ({ rate: await rate(items, chunksize) }),
  };
}

/**
 * @param {MapPool} pool
 * @returns {Mapper}
 */
function ours(pool) {
  return {
    async rate(count, chunksize) {
      const items = Array.from({ length: count }, (_, n) => n);
      const started = performance.now();
      let next = 0;
      for await (const value of pool.map(items, { chunksize })) {
        if (value !== next) throw new WrongResult(`item ${next} gave ${value}`);
        next += 1;
      }
      if (next !== count) throw new WrongResult(`${next} results of ${count}`);
      return (count / (performance.now() - started)) * 1000;
    },
    close: () => pool.close(),
  };
}
