// A program of its own: prints how many ms it takes to submit many tasks at once, in one turn of the event loop, so that all of them wait.
import { ProcessPoolExecutor, ThreadPoolExecutor, tasks } from "../../../dist/futures/index.js";

const [kind, count] = process.argv.slice(2);
const { noop } = tasks(new URL("../task.mjs", import.meta.url));
const pool = new { threads: ThreadPoolExecutor, processes: ProcessPoolExecutor }[kind]({ maxWorkers: 2 });
await Promise.all(Array.from({ length: 20_000 }, (_, n) => pool.submit(noop, n).result())); // the code is warm
const futures = new Array(Number(count)).fill(undefined);
const started = performance.now();
for (let n = 0; n < futures.length; n += 1) futures[n] = pool.submit(noop, n);
const ms = performance.now() - started;
const last = futures.length - 1;
if (pool.stats().queued !== futures.length) throw new Error(`${pool.stats().queued} of ${count} tasks are waiting`);
if ((await futures[last].result()) !== last) throw new Error("the last task gave something else");
await pool.shutdown();
console.log(JSON.stringify({ ms }));
