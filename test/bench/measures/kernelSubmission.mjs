// @ts-check
/** @import { Figure } from "../harness.mjs" */
import { setTimeout as delay } from "node:timers/promises";
import { Kernel } from "../kernel/kernel.mjs";
import { percentile } from "../statistics.mjs";

/** ms between submissions: people pause, and the kernel's limit of 20 messages a second is then not felt from the task before. */
const pause = 100;

const states = {
  cold: "first submission, kernel not yet there",
  warm: "the same again, p50",
  edited: "after an edit, p50",
};

/** @type {{ key: "toRunning" | "toStart" | "build", id: string, title: string }[]} */
const parts = [
  { key: "toRunning", id: "kernel.submitToRunning", title: "kernel: submit until the editor shows running" },
  { key: "toStart", id: "kernel.submitToStart", title: "kernel: submit until the function starts" },
  { key: "build", id: "kernel.bundle", title: "kernel: bundle of an example" },
];

/** @type {Figure[]} */
const figures = parts.flatMap((part) =>
  Object.entries(states).map(([state, words]) => ({
    id: `${part.id}.${state}`,
    title: `${part.title}, ${words}`,
    unit: "ms",
    better: /** @type {const} */ ("lower"),
  })),
);

/**
 * The way of a submission through the kernel; a round is the life of one kernel, with an empty store.
 * @type {import("../harness.mjs").Measure<undefined>}
 */
export const kernelSubmission = {
  name: "kernel: submissions",
  figures,
  rounds: (plan) => Math.ceil(plan.rounds / 2),
  warmUp: (plan) => (plan.rounds > 5 ? plan.warmUp : 0), // each round is another kernel
  contenders: [{ name: "kernel, fib(1)", role: "ours", open: () => undefined, close: () => {} }],
  round: async (_, { submissions }) => {
    const kernel = new Kernel();
    try {
      const cold = [await kernel.submitExample()];
      const warm = await again(submissions, () => kernel.submitExample());
      const edited = await again(submissions, (edit) => kernel.submitExample({ edit }));
      const middles = Object.entries({ cold, warm, edited }).flatMap(([state, list]) =>
        parts.map(({ key, id }) => {
          const times = list.map((submission) => submission[key]);
          return [`${id}.${state}`, percentile(times, 0.5)];
        }),
      );
      return Object.fromEntries(middles);
    } finally {
      await kernel.close();
    }
  },
};

/**
 * @template T
 * @param {number} count
 * @param {(n: number) => Promise<T>} submit
 * @returns {Promise<T[]>} One after the other.
 */
async function again(count, submit) {
  const results = [];
  for (let n = 0; n < count; n += 1) {
    await delay(pause);
    results.push(await submit(n));
  }
  return results;
}
