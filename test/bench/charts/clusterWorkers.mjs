// @ts-check
import { Queue, QueueEvents } from "bullmq";
import { Place } from "../cluster/server.mjs";
import { WrongResult } from "../harness.mjs";

/** @type {typeof import("../../../src/cluster/index.js")} */
const { ClusterExecutor, generateKeys } = await import(new URL("../../../dist/cluster/index.js", import.meta.url).href);

/** ms that a task waits. */
export const length = 10;
/** Tasks of a round, for each worker. */
const tasks = 200;

/** @typedef {{ run: (count: number) => Promise<number[]>, close: () => Promise<void> }} Cluster */

const wait = (/** @type {number} */ ms, /** @type {number} */ n) => new Promise((resolve) => setTimeout(resolve, ms, n));

/** @param {number} workers @returns {Promise<Cluster>} */
async function openOurs(workers) {
  const place = await Place.open();
  const [mine, its] = [generateKeys("submitter"), generateKeys("worker")];
  const keys = { privateKey: its.privateKey, trusted: mine.publicKey };
  await Promise.all(Array.from({ length: workers }, () => place.worker("bench", ["--threads", "1"], keys)));
  const executor = new ClusterExecutor({ connection: place.url, queue: "bench", key: mine.privateKey, trust: [its.publicKey] });
  return {
    run: (count) => Promise.all(Array.from({ length: count }, (_, n) => /** @type {Promise<number>} */ (executor.submit(wait, length, n).result()))),
    async close() {
      await executor.shutdown();
      await place.close();
    },
  };
}

/** @param {number} workers @returns {Promise<Cluster>} */
async function openBare(workers) {
  const place = await Place.open();
  const { connection } = place;
  await Promise.all(Array.from({ length: workers }, () => place.bareWorker("bench", 1, "loop")));
  const queue = new Queue("bench", { connection });
  const events = new QueueEvents("bench", { connection });
  for (const emitter of [queue, events]) emitter.setMaxListeners(0); // one for each job that is waited for
  await events.waitUntilReady();
  return {
    async run(count) {
      const jobs = await queue.addBulk(Array.from({ length: count }, (_, n) => ({ name: "wait", data: { n, ms: length } })));
      return Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
    },
    async close() {
      await events.close();
      await queue.close();
      await place.close();
    },
  };
}

/**
 * Tasks a second of so many worker processes, each of which takes one task at a time.
 * @param {number} workers
 * @returns {import("../harness.mjs").Measure<Cluster>}
 */
export function clusterWorkers(workers) {
  const close = (/** @type {Cluster} */ opened) => opened.close();
  return {
    name: `cluster, ${workers} workers`,
    figures: [{ id: "rate", title: "cluster", unit: "tasks/s", better: "higher" }],
    contenders: [
      { name: "ClusterExecutor", role: "ours", open: () => openOurs(workers), close },
      { name: "BullMQ", role: "raw", open: () => openBare(workers), close },
    ],
    round: async ({ run }) => {
      const count = tasks * workers;
      const started = performance.now();
      const results = await run(count);
      if (!results.every((result, n) => result === n)) throw new WrongResult("a task gave something else");
      return { rate: (count / (performance.now() - started)) * 1_000 };
    },
  };
}
