// A program of its own: prints the CPU time of a pool that has worked and is left alone, in percent, workers included, and how many timers it has.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { ProcessPoolExecutor, ThreadPoolExecutor, tasks } from "../../../dist/futures/index.js";

const [kind, seconds] = process.argv.slice(2);
const { noop } = tasks(new URL("../task.mjs", import.meta.url));
const pool = new { threads: ThreadPoolExecutor, processes: ProcessPoolExecutor }[kind]({ maxWorkers: 2 });
await Promise.all(Array.from({ length: 10_000 }, (_, n) => pool.submit(noop, n).result()));
await delay(500); // compilation and collection in the background come to their end
const before = cpuTime();
await delay(seconds * 1000);
const percent = (cpuTime() - before) / (seconds * 10);
const inWorkers = await Promise.all(pool.workers().map(() => pool.submit(() => process.getActiveResourcesInfo()).result()));
const timers = [process.getActiveResourcesInfo(), ...inWorkers].flat().filter((name) => name === "Timeout").length;
console.log(JSON.stringify({ percent, timers }));
await pool.shutdown();

/** ms of this process and of its workers. */
function cpuTime() {
  const { user, system } = process.cpuUsage();
  const pids = pool.workers().flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  return (user + system) / 1000 + pids.reduce((sum, pid) => sum + timeOf(pid), 0);
}

/** ms of a process by the scheduler's count, which only Linux has. */
function timeOf(pid) {
  if (!existsSync(`/proc/${pid}/task`)) return 0;
  const times = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  return times.reduce((sum, time) => sum + Number(time) / 1e6, 0);
}
