// @ts-check
// What the charts show: each a figure that is measured again and again while one thing changes.

import { serverProgram } from "../cluster/server.mjs";
import { runMeasure } from "../harness.mjs";
import { submitted } from "../measures/programs.mjs";
import { throughput } from "../measures/throughput.mjs";
import * as jestWorker from "../pools/jestWorker.mjs";
import * as ours from "../pools/ours.mjs";
import * as piscina from "../pools/piscina.mjs";
import * as poolifier from "../pools/poolifier.mjs";
import { python } from "../pools/python.mjs";
import * as raw from "../pools/raw.mjs";
import * as workerpool from "../pools/workerpool.mjs";
import { batches } from "./batches.mjs";
import { clusterWorkers, length } from "./clusterWorkers.mjs";
import { taskLengths } from "./taskLengths.mjs";

/** @import { Plan, Result } from "../harness.mjs" */

/**
 * @typedef {object} Point
 * @property {number} x
 * @property {number} y
 * @property {string} series
 */

/**
 * @typedef {object} Curve
 * @property {string} id Name of its file.
 * @property {string} title
 * @property {string} x What changes, with its unit.
 * @property {string} y What is measured, with its unit.
 * @property {boolean} logarithmicY
 * @property {readonly number[]} values Of x.
 * @property {(x: number, plan: Plan) => Promise<Result[]>} measure
 * @property {{ readonly name: string, readonly at: (x: number) => number }} [ideal] What nobody can surpass.
 * @property {() => boolean} [isPossible] Whether this machine has what it takes.
 */

const threadPools = [ours.threads, piscina.threadsSendingAhead, jestWorker.threads, poolifier.threads];
const pools = [ours.threads, ours.processes, piscina.threadsSendingAhead, jestWorker.threads, workerpool.threads];

/** @type {readonly Curve[]} */
export const curves = [
  {
    id: "batch",
    title: "map of tiny items, by chunksize",
    x: "chunksize (items in a chunk)",
    y: "items a second",
    logarithmicY: true,
    values: [1, 4, 16, 64, 256, 1024],
    measure: (chunksize, plan) => runMeasure(batches(chunksize, [ours.map.threads, ours.map.processes], python), plan),
  },
  {
    id: "task-length",
    title: "Tasks a second, by the length of a task",
    x: "length of a task (µs of work)",
    y: "tasks a second",
    logarithmicY: true,
    values: [1, 10, 30, 100, 300, 1000],
    measure: (length, plan) => runMeasure(taskLengths(length, pools), plan),
    ideal: { name: "two workers, no overhead", at: (length) => 2e6 / length },
  },
  {
    id: "workers",
    title: "No-op tasks a second, by workers",
    x: "workers",
    y: "tasks a second",
    logarithmicY: false,
    values: [1, 2, 4, 8],
    measure: (workers, plan) =>
      runMeasure(
        throughput(
          "threads",
          [...threadPools, raw.threads].map((pool) => pool.withWorkers(workers)),
        ),
        plan,
      ),
  },
  {
    id: "submit",
    title: "Time to submit many tasks at once, all of them waiting",
    x: "tasks submitted",
    y: "ms for all",
    logarithmicY: true,
    values: [1_000, 10_000, 100_000, 1_000_000],
    measure: (tasks, plan) => runMeasure(submitted(tasks), plan),
  },
  {
    id: "cluster-workers",
    title: "Tasks of 10 ms a second on a cluster, by worker processes",
    x: "worker processes",
    y: "tasks a second",
    logarithmicY: false,
    values: [1, 2, 4, 8],
    measure: (workers, plan) => runMeasure(clusterWorkers(workers), plan),
    ideal: { name: "no overhead", at: (workers) => (workers * 1_000) / length },
    isPossible: () => serverProgram() !== undefined,
  },
];
