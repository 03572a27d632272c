// @ts-check
// The floor of a round trip: a thread that sleeps in Atomics.wait, is woken through shared memory, and answers by a message, since the program that asks
// has an event loop to turn. No pool is around it, and such a thread can do nothing else.
import { Worker } from "node:worker_threads";
import { poolContender } from "./pool.mjs";

function open() {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL("../workers/rawSleeper.mjs", import.meta.url), { workerData: words.buffer });
  /** @type {(n: number) => void} */
  let resolve = () => {};
  worker.on("message", (n) => resolve(n));
  /** @param {number} n */
  const one = (n) =>
    new Promise((/** @type {(n: number) => void} */ settle) => {
      resolve = settle;
      words[1] = n;
      Atomics.add(words, 0, 1);
      Atomics.notify(words, 0);
    });
  /** @param {number} count */
  const all = async (count) => {
    const results = [];
    for (let n = 0; n < count; n += 1) results.push(await one(n));
    return results;
  };
  return { one, all, close: () => worker.terminate() };
}

export const threads = poolContender("Atomics.wait, postMessage", "raw", open);
