// @ts-check
// The pools of this project, as a program uses them: `submit`, then `result()` of each future.
import { allOf, poolContender, taskModule, workers } from "./pool.mjs";

/** @type {typeof import("concurrent-futures")} */
const { ProcessPoolExecutor, tasks, ThreadPoolExecutor } = await import(new URL("../../../dist/futures/index.js", import.meta.url).href);

const { noop } = /** @type {{ noop(n: number): number }} */ (tasks(taskModule));

/** @param {import("concurrent-futures").PoolExecutor} pool */
function asContender(pool) {
  const one = (/** @type {number} */ n) => pool.submit(noop, n).result();
  return { one, all: allOf(one), close: () => pool.shutdown() };
}

export const threads = poolContender("ThreadPoolExecutor", "ours", () => asContender(new ThreadPoolExecutor({ maxWorkers: workers })));
export const processes = poolContender("ProcessPoolExecutor", "ours", () => asContender(new ProcessPoolExecutor({ maxWorkers: workers })));
