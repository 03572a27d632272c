// @ts-check
// The pools of this project, as a program uses them: `submit`, then `result()` of each future.
import { allOf, poolContender, taskModule, usualWorkers } from "./pool.mjs";

/** @type {typeof import("concurrent-futures")} */
const { ProcessPoolExecutor, tasks, ThreadPoolExecutor } = await import(new URL("../../../dist/futures/index.js", import.meta.url).href);

const functions = /** @type {{ noop(n: number): number, busy(n: number): number }} */ (tasks(taskModule));
const { noop } = functions;

/** @param {import("concurrent-futures").PoolExecutor} pool */
function asContender(pool) {
  const one = (/** @type {number} */ n) => pool.submit(noop, n).result();
  const busy = (/** @type {number} */ us) => pool.submit(functions.busy, us).result();
  return { one, busy, all: allOf(one), close: () => pool.shutdown() };
}

const openThreads = (maxWorkers = usualWorkers) => new ThreadPoolExecutor({ maxWorkers });
const openProcesses = (maxWorkers = usualWorkers) => new ProcessPoolExecutor({ maxWorkers });

export const threads = poolContender("ThreadPoolExecutor", "ours", (workers) => asContender(openThreads(workers)));
export const processes = poolContender("ProcessPoolExecutor", "ours", (workers) => asContender(openProcesses(workers)));

/**
 * @param {string} name
 * @param {() => import("concurrent-futures").PoolExecutor} start
 */
const mapOf = (name, start) => {
  const open = () => {
    const pool = start();
    return {
      map: (/** @type {readonly number[]} */ items, /** @type {import("concurrent-futures").MapOptions} */ options) => pool.map(noop, items, options),
      close: () => pool.shutdown(),
    };
  };
  return { name, open };
};
export const map = { threads: mapOf("ThreadPoolExecutor", openThreads), processes: mapOf("ProcessPoolExecutor", openProcesses) };

/** @param {() => import("concurrent-futures").PoolExecutor} open */
const callsOf = (open) => () => {
  const pool = open();
  return {
    call: (/** @type {"busy"} */ name, /** @type {number} */ n) => pool.submit(functions[name], n).result(),
    close: () => pool.shutdown(),
  };
};
export const calls = { threads: callsOf(openThreads), processes: callsOf(openProcesses) };
