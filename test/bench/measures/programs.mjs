// @ts-check
// What is measured in a program of its own, whose memory and time are nobody else's.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** @typedef {import("../harness.mjs").Figure & { read: (printed: any) => number }} ProgramFigure */

/**
 * @param {string} name
 * @param {string} program
 * @param {(plan: import("../harness.mjs").Plan) => (string | number)[]} args
 * @param {readonly ProgramFigure[]} figures
 * @returns {import("../harness.mjs").Measure<string>}
 */
function measure(name, program, args, figures) {
  return {
    name,
    figures,
    contenders: [{ name: "ours", role: "ours", open: () => program, close: () => {} }],
    rounds: (plan) => (plan.rounds > 5 ? 3 : 1),
    warmUp: () => 0, // each is another process
    async round(_, plan) {
      const printed = await print(program, args(plan));
      return Object.fromEntries(figures.map(({ id, read }) => [id, read(printed)]));
    },
  };
}

/**
 * @param {string} program
 * @param {readonly (string | number)[]} args
 */
async function print(program, args) {
  const file = fileURLToPath(new URL(`../programs/${program}.mjs`, import.meta.url));
  const { stdout } = await run(process.execPath, ["--expose-gc", file, ...args.map(String)], { maxBuffer: 1e6 });
  return JSON.parse(stdout);
}

/** The memory of queued tasks, and whether a submission takes longer the more are queued. */
export const queued = measure("threads: queued tasks", "queued", ({ queuedTasks }) => [queuedTasks], [
  {
    id: "memory.queuedTask",
    title: "threads: memory of a queued task",
    unit: "bytes",
    better: "lower",
    targets: { "": { against: "nothing", is: "at most", value: 250 } },
    read: ({ bytes }) => bytes,
  },
  {
    id: "submit.linear",
    title: "threads: time of a submission with many tasks queued, to that with few",
    unit: "times",
    better: "lower",
    targets: { "": { against: "nothing", is: "at most", value: 2 } },
    read: ({ growth }) => growth,
  },
]);

/** @param {"threads" | "processes"} kind */
export const idle = (kind) =>
  measure(`${kind}: idle pool`, "idle", () => [kind, 1], [
    {
      id: `idle.${kind}.cpu`,
      title: `${kind}: CPU time of an idle pool`,
      unit: "%",
      better: "lower",
      targets: { "": { against: "nothing", is: "below", value: 0.1 } },
      read: ({ percent }) => percent,
    },
    {
      id: `idle.${kind}.timers`,
      title: `${kind}: timers of an idle pool`,
      unit: "timers",
      better: "lower",
      targets: { "": { against: "nothing", is: "at most", value: 0 } },
      read: ({ timers }) => timers,
    },
  ]);

/**
 * For a chart: the time of so many submissions at once.
 * @param {number} tasks
 * @returns {import("../harness.mjs").Measure<"threads" | "processes">}
 */
export const submitted = (tasks) => ({
  name: `${tasks} submissions`,
  figures: [{ id: "ms", title: "submissions", unit: "ms", better: "lower" }],
  contenders: [
    { name: "ThreadPoolExecutor", role: "ours", open: () => "threads", close: () => {} },
    { name: "ProcessPoolExecutor", role: "ours", open: () => "processes", close: () => {} },
  ],
  round: async (kind) => ({ ms: (await print("submit", [kind, tasks])).ms }),
});
