// @ts-check
import { Queue, QueueEvents } from "bullmq";
import { Place } from "../cluster/server.mjs";
import { WrongResult } from "../harness.mjs";
import { taskModule } from "../pools/pool.mjs";
import { percentile } from "../statistics.mjs";

/** @type {typeof import("concurrent-futures")} */
const { tasks } = await import(new URL("../../../dist/futures/index.js", import.meta.url).href);
/** @type {typeof import("../../../src/cluster/index.js")} */
const { ClusterExecutor, generateKeys } = await import(new URL("../../../dist/cluster/index.js", import.meta.url).href);
const { noop } = /** @type {{ noop(n: number): number }} */ (tasks(taskModule));

/**
 * @typedef {object} Cluster
 * @property {(n: number) => Promise<unknown>} one
 * @property {(items: readonly number[]) => Promise<number>} all Resolves to the sum of the results.
 * @property {number} items How many a round takes.
 * @property {() => Promise<void>} close
 */

/** @param {number} slots @returns {Promise<Cluster>} */
async function openOurs(slots, items = 100_000) {
  const place = await Place.open();
  const [mine, its] = [generateKeys("submitter"), generateKeys("worker")];
  await place.worker("bench", ["--threads", String(slots)], { privateKey: its.privateKey, trusted: mine.publicKey });
  const executor = new ClusterExecutor({ connection: place.url, queue: "bench", key: mine.privateKey, trust: [its.publicKey] });
  await executor.workers(); // chunks are made for as many as there are
  return {
    one: (n) => executor.submit(noop, n).result(),
    async all(numbers) {
      let sum = 0;
      for await (const value of executor.map(noop, numbers, { chunksize: "auto" })) sum += value;
      return sum;
    },
    items,
    async close() {
      await executor.shutdown();
      await place.close();
    },
  };
}

/**
 * One job an item, and the results by BullMQ's own events.
 * @param {number} concurrency
 * @param {"loop" | "threads"} place
 * @returns {Promise<Cluster>}
 */
async function openBare(concurrency, place = "loop", items = 5_000) {
  const server = await Place.open();
  const { connection } = server;
  await server.bareWorker("bench", concurrency, place);
  const queue = new Queue("bench", { connection });
  // So long that none is lost: BullMQ's own answer to that is not what is measured.
  const events = new QueueEvents("bench", { connection });
  for (const emitter of [queue, events]) emitter.setMaxListeners(0); // one for each job that is waited for
  await events.waitUntilReady();
  return {
    async one(n) {
      const job = await queue.add("noop", { n }, { removeOnComplete: { count: 1_000 } });
      return job.waitUntilFinished(events);
    },
    async all(numbers) {
      let sum = 0;
      for (let start = 0; start < numbers.length; start += 1_000) {
        const part = numbers.slice(start, start + 1_000);
        const jobs = await queue.addBulk(part.map((n) => ({ name: "noop", data: { n } })));
        for (const value of await Promise.all(jobs.map((job) => job.waitUntilFinished(events)))) sum += Number(value);
      }
      return sum;
    },
    items,
    async close() {
      await events.close();
      await queue.close();
      await server.close();
    },
  };
}

/**
 * @param {(opened: Cluster) => Promise<void>} close
 * @param {number} slots
 */
const contenders = (slots, close = (/** @type {Cluster} */ opened) => opened.close()) => [
  { name: "ClusterExecutor", role: /** @type {const} */ ("ours"), open: () => openOurs(slots), close },
  { name: "BullMQ", role: /** @type {const} */ ("raw"), open: () => openBare(slots), close },
];

/**
 * From `submit` to the result, one task outstanding, with a worker that takes one at a time.
 * @type {import("../harness.mjs").Measure<Cluster>}
 */
export const clusterRoundTrip = {
  name: "cluster: round trip",
  figures: [
    {
      id: "cluster.roundTrip",
      title: "cluster: round trip of a no-op task, p50",
      unit: "ms",
      better: "lower",
      targets: { "": { against: "raw", is: "at most", value: 1.15 } },
    },
  ],
  contenders: [
    ...contenders(1),
    // As ours does, and as its documentation advises for jobs that compute: not in the loop that has to keep them held.
    {
      name: "BullMQ, sandboxed",
      role: /** @type {const} */ ("reference"),
      open: () => openBare(1, "threads"),
      close: (/** @type {Cluster} */ opened) => opened.close(),
    },
  ],
  round: async ({ one }, { roundTrips }) => {
    const times = [];
    for (let n = 0; n < Math.min(roundTrips / 2, 300); n += 1) {
      const started = performance.now();
      const result = await one(n);
      times.push(performance.now() - started);
      if (result !== n) throw new WrongResult(`task ${n} gave ${result}`);
    }
    return { "cluster.roundTrip": percentile(times, 0.5) };
  },
};

/**
 * A map over many small items by automatic chunks, beside one job an item.
 * @type {import("../harness.mjs").Measure<Cluster>}
 */
export const clusterMap = {
  name: "cluster: map",
  figures: [
    {
      id: "cluster.map",
      title: 'cluster: map of 100,000 small items, chunksize: "auto"',
      unit: "items/s",
      better: "higher",
      targets: { "": { against: "raw", is: "at least", value: 20 } },
    },
  ],
  rounds: (plan) => Math.ceil(plan.rounds / 2),
  warmUp: (plan) => (plan.rounds > 5 ? plan.warmUp : 0),
  contenders: contenders(2),
  round: async ({ all, items }) => {
    const numbers = Array.from({ length: items }, (_, n) => n);
    const started = performance.now();
    const sum = await all(numbers);
    if (sum !== (items * (items - 1)) / 2) throw new WrongResult(`the sum is ${sum}`);
    return { "cluster.map": (items / (performance.now() - started)) * 1_000 };
  },
};

/**
 * From the start of a worker to the result of the first task, which waits for it in the queue.
 * @type {import("../harness.mjs").Measure<undefined>}
 */
export const clusterStart = {
  name: "cluster: start of a worker",
  figures: [
    {
      id: "cluster.start",
      title: "cluster: start of a worker to its first result",
      unit: "ms",
      better: "lower",
      targets: { "": { against: "nothing", is: "below", value: 1_000 } },
    },
  ],
  rounds: (plan) => Math.ceil(plan.rounds / 2),
  contenders: [{ name: "futures worker", role: "ours", open: () => undefined, close: () => {} }],
  round: async () => {
    const place = await Place.open();
    const [mine, its] = [generateKeys("submitter"), generateKeys("worker")];
    const executor = new ClusterExecutor({ connection: place.url, queue: "bench", key: mine.privateKey, trust: [its.publicKey] });
    try {
      const first = executor.submit(noop, 7);
      await executor.workers(); // it is connected
      const started = performance.now();
      const ready = place.worker("bench", ["--threads", "1"], { privateKey: its.privateKey, trusted: mine.publicKey });
      if ((await first.result()) !== 7) throw new WrongResult("the first task gave something else");
      const time = performance.now() - started;
      await ready;
      return { "cluster.start": time };
    } finally {
      await executor.shutdown();
      await place.close();
    }
  },
};
