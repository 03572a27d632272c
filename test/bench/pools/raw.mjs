// @ts-check
// The floor: what Node's own messages cost, one message a task and one a result, with no pool around them.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { poolContender } from "./pool.mjs";

const workerModule = (/** @type {string} */ name) => new URL(`../workers/${name}.mjs`, import.meta.url);

/**
 * A pair of numbers: which task, and its argument or result.
 * @typedef {[number, number]} Message
 */

/**
 * @typedef {object} Channel
 * @property {(message: Message) => void} send
 * @property {() => unknown} close
 */

/** Tasks go to the workers in turn, without waiting. There are no promises but one a call. */
class RawPool {
  /** @type {Channel[]} */
  channels = [];
  /** @type {number[]} */
  #results = [];
  #open = 0;
  /** @type {(results: number[]) => void} */
  #done = () => {};

  /** @param {Message} message */
  take = ([task, result]) => {
    this.#results[task] = result;
    this.#open -= 1;
    if (this.#open === 0) this.#done(this.#results);
  };

  /** @param {number} count */
  all = (count) =>
    new Promise((/** @type {(results: number[]) => void} */ resolve) => {
      this.#results = new Array(count);
      this.#open = count;
      this.#done = resolve;
      for (let n = 0; n < count; n += 1) this.channels[n % this.channels.length]?.send([n, n]);
    });

  /** @param {number} n */
  one = (n) =>
    new Promise((/** @type {(result: number) => void} */ resolve) => {
      this.#results = [];
      this.#open = 1;
      this.#done = ([result]) => resolve(/** @type {number} */ (result));
      this.channels[0]?.send([0, n]);
    });

  close = () => Promise.all(this.channels.map((channel) => channel.close()));
}

/** @param {number} workers */
function openThreads(workers) {
  const pool = new RawPool();
  for (let n = 0; n < workers; n += 1) {
    const worker = new Worker(workerModule("rawThread"));
    worker.on("message", pool.take);
    worker.on("error", throwIt);
    pool.channels.push({ send: (message) => worker.postMessage(message), close: () => worker.terminate() });
  }
  return pool;
}

/**
 * @param {number} workers
 * @param {"json" | "advanced"} serialization
 */
function openProcesses(workers, serialization) {
  const pool = new RawPool();
  for (let n = 0; n < workers; n += 1) {
    const child = fork(fileURLToPath(workerModule("rawProcess")), { serialization });
    child.on("message", (message) => pool.take(/** @type {Message} */ (message)));
    child.on("error", throwIt);
    pool.channels.push({
      send: (message) => child.send(message),
      close: () => {
        const ended = child.exitCode === null ? once(child, "exit") : undefined;
        if (child.connected) child.disconnect();
        return ended;
      },
    });
  }
  return pool;
}

/** @param {unknown} error */
function throwIt(error) {
  throw error;
}

export const threads = poolContender("postMessage", "raw", openThreads);
/** Node's default, and the fastest for plain small data; it loses `undefined`, Map, Date, BigInt and the like. */
export const processes = poolContender("process.send (json)", "raw", (workers) => openProcesses(workers, "json"));
/** What ours uses, to lose nothing. */
export const processesByClone = poolContender("process.send (advanced)", "reference", (workers) => openProcesses(workers, "advanced"));
