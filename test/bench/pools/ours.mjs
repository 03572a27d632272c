// @ts-check
// The pools of this project, as a program uses them: `submit`, then `result()` of each future.
import { allOf, poolContender, taskModule, workers } from "./pool.mjs";

/** @type {typeof import("concurrent-futures")} */
const { ProcessPoolExecutor, tasks, ThreadPoolExecutor } = await import(new URL("../../../dist/futures/index.js", import.meta.url).href);

const functions = /** @type {{ noop(n: number): number, busy(n: number): number }} */ (tasks(taskModule));
const { noop } = functions;

/** @param {import("concurrent-futures").PoolExecutor} pool */
function asContender(pool) {
  const one = (/** @type {number} */ n) => pool.submit(noop, n).result();
  return { one, all: allOf(one), close: () => pool.shutdown() };
}

const openThreads = () => new ThreadPoolExecutor({ maxWorkers: workers });
const openProcesses = () => new ProcessPoolExecutor({ maxWorkers: workers });

export const threads = poolContender("ThreadPoolExecutor", "ours", () => asContender(openThreads()));
export const processes = poolContender("ProcessPoolExecutor", "ours", () => asContender(openProcesses()));

/** @param {() => import("concurrent-futures").PoolExecutor} open */
const mapOf = (open) => () => {
  const pool = open();
  return {
    map: (/** @type {readonly number[]} */ items, /** @type {import("concurrent-futures").MapOptions} */ options) => pool.map(noop, items, options),
    close: () => pool.shutdown(),
  };
};
export const map = { threads: mapOf(openThreads), processes: mapOf(openProcesses) };

/** @param {() => import("concurrent-futures").PoolExecutor} open */
const callsOf = (open) => () => {
  const pool = open();
  return {
    call: (/** @type {"busy"} */ name, /** @type {number} */ n) => pool.submit(functions[name], n).result(),
    close: () => pool.shutdown(),
  };
};
export const calls = { threads: callsOf(openThreads), processes: callsOf(openProcesses) };
