// @ts-check
// Ours and raw for large data.
import { Worker } from "node:worker_threads";
import { taskModule } from "./pool.mjs";

/** @import { DataPool } from "../measures/largeData.mjs" */
/** @type {typeof import("concurrent-futures")} */
const { tasks, ThreadPoolExecutor } = await import(new URL("../../../dist/futures/index.js", import.meta.url).href);
const { large, size } = /** @type {{ large(n: number): { n: number }[], size(buffer: ArrayBuffer | SharedArrayBuffer): number }} */ (
  tasks(taskModule)
);

/** @type {import("../harness.mjs").Contender<DataPool>} */
const ours = {
  name: "ThreadPoolExecutor",
  role: "ours",
  async open() {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    await pool.submit(large, 1).result();
    return {
      size: (buffer, transfer) => pool.schedule(size, [buffer], transfer ? { transfer: [buffer] } : {}).result(),
      records: () => pool.submit(large, 1).result(),
      close: () => pool.shutdown(),
    };
  },
  close: (pool) => pool.close(),
};

/** @type {import("../harness.mjs").Contender<DataPool>} */
const raw = {
  name: "postMessage",
  role: "raw",
  async open() {
    const worker = new Worker(new URL("../workers/fifoThread.mjs", import.meta.url));
    const ask = (/** @type {unknown} */ message, /** @type {ArrayBuffer[]} */ transfer = []) =>
      new Promise((/** @type {(answer: any) => void} */ resolve) => {
        worker.once("message", resolve);
        worker.postMessage(message, transfer);
      });
    await ask(["large", 1]);
    return {
      size: (buffer, transfer) => ask(["size", buffer], transfer ? [/** @type {ArrayBuffer} */ (buffer)] : []),
      records: () => ask(["large", 1]),
      close: () => worker.terminate(),
    };
  },
  close: (pool) => pool.close(),
};

export const contenders = [ours, raw];
