// @ts-check
import { WrongResult } from "../harness.mjs";

const large = 64 * 1024 * 1024;
const small = 64 * 1024;

/**
 * Two ways to have a worker do something with large data.
 * @typedef {object} DataPool
 * @property {(buffer: ArrayBuffer | SharedArrayBuffer, transfer: boolean) => Promise<number>} size Resolves to the length that the worker sees.
 * @property {() => Promise<{ n: number }[]>} records Resolves to an object of about 1 MB.
 * @property {() => unknown} close
 */

/**
 * @param {DataPool} pool
 * @param {() => ArrayBuffer | SharedArrayBuffer} make
 * @param {boolean} transfer
 */
async function msFor(pool, make, transfer) {
  const times = [];
  for (let n = 0; n < 15; n += 1) {
    const buffer = make();
    const { byteLength } = buffer;
    const started = performance.now();
    const seen = await pool.size(buffer, transfer);
    times.push(performance.now() - started);
    if (seen !== byteLength) throw new WrongResult(`a buffer of ${byteLength} bytes arrived as ${seen}`);
  }
  return Math.min(...times); // a collection of the buffers before counts against nobody
}

/**
 * How many times as long a buffer of 64 MB takes as one of 64 KB: once if nothing is copied.
 * @param {readonly import("../harness.mjs").Contender<DataPool>[]} contenders
 * @returns {import("../harness.mjs").Measure<DataPool>}
 */
export function transfer(contenders) {
  /** What V8 does when so much memory comes to a thread, raw has to bear as well. @type {Record<string, import("../harness.mjs").Target>} */
  const targets = { "": { against: "nothing", is: "at most", value: 1.5 }, ".overRaw": { against: "raw", is: "at most", value: 1.25 } };
  return {
    name: "threads: buffers without a copy",
    figures: [
      { id: "transfer.arrayBuffer", title: "threads: ArrayBuffer by `transfer`, 64 MB to 64 KB", unit: "times the time", better: "lower", targets },
      { id: "transfer.sharedArrayBuffer", title: "threads: SharedArrayBuffer, 64 MB to 64 KB", unit: "times the time", better: "lower", targets },
    ],
    contenders,
    round: async (pool) => {
      const owned = (await msFor(pool, () => new ArrayBuffer(large), true)) / (await msFor(pool, () => new ArrayBuffer(small), true));
      const shared = { large: new SharedArrayBuffer(large), small: new SharedArrayBuffer(small) };
      const ratio = (await msFor(pool, () => shared.large, false)) / (await msFor(pool, () => shared.small, false));
      return { "transfer.arrayBuffer": owned, "transfer.sharedArrayBuffer": ratio };
    },
  };
}

/**
 * @param {readonly import("../harness.mjs").Contender<DataPool>[]} contenders
 * @returns {import("../harness.mjs").Measure<DataPool>}
 */
export function largeResults(contenders) {
  return {
    name: "threads: large results",
    figures: [
      {
        id: "largeResults.threads",
        title: "threads: results of 1 MB",
        unit: "ms",
        better: "lower",
        targets: { "": { against: "raw", is: "at most", value: 1.1 } },
      },
    ],
    contenders,
    round: async (pool) => {
      const count = 5;
      const started = performance.now();
      for (let n = 0; n < count; n += 1) {
        const records = await pool.records();
        if (records.length !== 8000 || records[7999]?.n !== 1) throw new WrongResult(`${records.length} records`);
      }
      return { "largeResults.threads": (performance.now() - started) / count };
    },
  };
}
