// @ts-check
// The least that a pool can be which never sends ahead: a queue, and one task at a time for each worker.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { usualWorkers } from "./pool.mjs";

const workerModule = (/** @type {string} */ name) => new URL(`../workers/${name}.mjs`, import.meta.url);

/** @typedef {{ send: (message: unknown) => void, close: () => unknown, resolve: (value: number) => void }} FifoWorker */

class FifoPool {
  /** @type {FifoWorker[]} */
  all = [];
  /** @type {FifoWorker[]} */
  #idle = [];
  /** @type {{ message: unknown, resolve: (value: number) => void }[]} */
  #queue = [];

  /**
   * @param {(answer: (value: number) => void) => { send: (message: unknown) => void, close: () => unknown }} start
   */
  constructor(start) {
    for (let n = 0; n < usualWorkers; n += 1) {
      /** @type {FifoWorker} */
      const worker = { ...start((value) => this.#answered(worker, value)), resolve: () => {} };
      this.all.push(worker);
      this.#idle.push(worker);
    }
  }

  /**
   * @param {string} name
   * @param {number} n
   */
  call = (name, n) =>
    new Promise((/** @type {(value: number) => void} */ resolve) => {
      this.#queue.push({ message: [name, n], resolve });
      this.#next();
    });

  close = () => Promise.all(this.all.map((worker) => worker.close()));

  #next() {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop();
      if (!worker) return;
      const { message, resolve } = /** @type {{ message: unknown, resolve: (value: number) => void }} */ (this.#queue.shift());
      worker.resolve = resolve;
      worker.send(message);
    }
  }

  /**
   * @param {FifoWorker} worker
   * @param {number} value
   */
  #answered(worker, value) {
    worker.resolve(value);
    this.#idle.push(worker);
    this.#next();
  }
}

export const openThreads = () =>
  new FifoPool((answer) => {
    const worker = new Worker(workerModule("fifoThread"));
    worker.on("message", answer);
    return { send: (message) => worker.postMessage(message), close: () => worker.terminate() };
  });

export const openProcesses = () =>
  new FifoPool((answer) => {
    const child = fork(fileURLToPath(workerModule("fifoProcess")));
    child.on("message", (value) => answer(/** @type {number} */ (value)));
    return {
      send: (message) => child.send(/** @type {import("node:child_process").Serializable} */ (message)),
      close: () => {
        const ended = child.exitCode === null ? once(child, "exit") : undefined;
        if (child.connected) child.disconnect();
        return ended;
      },
    };
  });
