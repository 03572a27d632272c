// A program of its own: prints the CPU time of a pool that has worked and is left alone, in percent, workers included, and how many timers it has.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { ProcessPoolExecutor, ThreadPoolExecutor, tasks } from "../../../dist/futures/index.js";

const [kind, seconds] = process.argv.slice(2);
const { noop } = tasks(new URL("../task.mjs", import.meta.url));
const pool = new { threads: ThreadPoolExecutor, processes: ProcessPoolExecutor }[kind]({ maxWorkers: 2 });
await Promise.all(Array.from({ length: 10_000 }, (_, n) => pool.submit(noop, n).result()));
await delay(500); // compilation and collection in the background come to their end
// What it takes to ask for the workers' time is no part of it.
const [workersBefore, ownBefore] = [workersTime(), ownTime()];
await delay(seconds * 1000);
const own = ownTime() - ownBefore;
const percent = (own + workersTime() - workersBefore) / (seconds * 10);
const inWorkers = await Promise.all(pool.workers().map(() => pool.submit(() => process.getActiveResourcesInfo()).result()));
const timers = [process.getActiveResourcesInfo(), ...inWorkers].flat().filter((name) => name === "Timeout").length;
console.log(JSON.stringify({ percent, timers }));
await pool.shutdown();

/** ms of this process, threads included. */
function ownTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** ms of worker processes. */
function workersTime() {
  return pool
    .workers()
    .flatMap(({ pid }) => (pid === undefined ? [] : [timeOf(pid)]))
    .reduce((sum, time) => sum + time, 0);
}

/** ms of a process by the scheduler's count, which only Linux has. */
function timeOf(pid) {
  if (!existsSync(`/proc/${pid}/task`)) return 0;
  const times = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  return times.reduce((sum, time) => sum + Number(time) / 1e6, 0);
}
