// A program of its own, run with --expose-gc: prints what a queued task takes, and how long `submit` takes with few and with many tasks in the queue.
import { ThreadPoolExecutor, tasks } from "../../../dist/futures/index.js";

const [count] = process.argv.slice(2).map(Number);
const { noop } = tasks(new URL("../task.mjs", import.meta.url));
const wait = (gate) => void Atomics.wait(new Int32Array(gate), 0, 0);

const few = Math.min(10_000, count / 10);
const first = await queued(few);
const many = await queued(count);
console.log(JSON.stringify({ bytes: many.bytes, growth: many.ns / first.ns, ns: many.ns }));

/** Behind a worker that is blocked; the futures are kept in an array of the reader's, which is not counted. */
async function queued(tasks) {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  for (let n = 0; n < 20_000; n += 1) pool.submit(noop, n); // the code is warm
  await pool.submit(noop, 0).result();
  const gate = new SharedArrayBuffer(4);
  const blocked = pool.submit(wait, gate);
  while (!blocked.running()) await new Promise(setImmediate);
  const futures = new Array(tasks).fill(undefined);
  gc();
  const before = process.memoryUsage().heapUsed;
  const started = performance.now();
  for (let n = 0; n < tasks; n += 1) futures[n] = pool.submit(noop, n);
  const ns = ((performance.now() - started) * 1e6) / tasks;
  await new Promise(setImmediate);
  gc();
  const bytes = (process.memoryUsage().heapUsed - before) / tasks;
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  if ((await futures[tasks - 1].result()) !== tasks - 1) throw new Error("the last task gave something else");
  await pool.shutdown();
  return { bytes, ns };
}
