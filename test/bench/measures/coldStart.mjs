// @ts-check
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { taskModule } from "../pools/pool.mjs";

/** @type {typeof import("concurrent-futures")} */
const { ProcessPoolExecutor, tasks, ThreadPoolExecutor } = await import(new URL("../../../dist/futures/index.js", import.meta.url).href);
const { noop } = /** @type {{ noop(n: number): number }} */ (tasks(taskModule));
const firstMessage = (/** @type {string} */ name) => new URL(`../workers/${name}.mjs`, import.meta.url);

/** @typedef {() => Promise<number>} ColdStart Resolves to ms. */

/** @type {(Pool: typeof ThreadPoolExecutor | typeof ProcessPoolExecutor) => ColdStart} */
const ours = (Pool) => async () => {
  const started = performance.now();
  const pool = new Pool({ maxWorkers: 1 });
  await pool.submit(noop, 1).result();
  const time = performance.now() - started;
  await pool.shutdown();
  return time;
};

/** @type {Record<"threads" | "processes", ColdStart>} */
const raw = {
  async threads() {
    const started = performance.now();
    const worker = new Worker(firstMessage("firstPost"));
    await once(worker, "message");
    const time = performance.now() - started;
    await worker.terminate();
    return time;
  },
  async processes() {
    const started = performance.now();
    const child = fork(fileURLToPath(firstMessage("firstMessage")));
    const exited = once(child, "exit");
    await once(child, "message");
    const time = performance.now() - started;
    child.disconnect();
    await exited;
    return time;
  },
};

/**
 * From `new` to the first result, beside a worker that only says that it is there.
 * @param {"threads" | "processes"} kind
 * @returns {import("../harness.mjs").Measure<ColdStart>}
 */
export function coldStart(kind) {
  const id = `coldStart.${kind}`;
  const [Pool, rawName] = kind === "threads" ? [ThreadPoolExecutor, "new Worker, first message"] : [ProcessPoolExecutor, "fork, first message"];
  return {
    name: `${kind}: cold start`,
    figures: [
      {
        id,
        title: `${kind}: cold start, new pool to first result`,
        unit: "ms",
        better: "lower",
        targets: { "": { against: "raw", is: "at most", value: 1.1 } },
      },
    ],
    contenders: [
      { name: Pool.name, role: "ours", open: () => ours(Pool), close: () => {} },
      { name: rawName, role: "raw", open: () => raw[kind], close: () => {} },
    ],
    rounds: (plan) => (plan.rounds > 5 && kind === "threads" ? 5 : 2) * plan.rounds,
    round: async (start) => ({ [id]: await start() }),
  };
}
