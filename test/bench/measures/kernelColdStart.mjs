// @ts-check
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Kernel } from "../kernel/kernel.mjs";

const emptyProgram = fileURLToPath(new URL("../workers/firstMessage.mjs", import.meta.url));

/** Each gives the ms from the fork on. */
const ours = async () => {
  const started = performance.now();
  const kernel = new Kernel();
  try {
    await kernel.submitExample();
    return performance.now() - started;
  } finally {
    await kernel.close();
  }
};
const raw = async () => {
  const started = performance.now();
  const child = fork(emptyProgram, { serialization: "advanced" });
  const exited = once(child, "exit");
  await once(child, "message");
  const time = performance.now() - started;
  child.disconnect();
  await exited;
  return time;
};

/**
 * From the fork of a kernel to the first result of a function in a file, beside a forked Node that only says that it is there.
 * @type {import("../harness.mjs").Measure<() => Promise<number>>}
 */
export const kernelColdStart = {
  name: "kernel: cold start",
  figures: [{ id: "kernel.coldStart", title: "kernel: cold start, fork to first result", unit: "ms", better: "lower" }],
  rounds: (plan) => Math.ceil(plan.rounds / 2),
  contenders: [
    { name: "kernel, fib(1)", role: "ours", open: () => ours, close: () => {} },
    { name: "fork, first message", role: "raw", open: () => raw, close: () => {} },
  ],
  round: async (coldStart) => ({ "kernel.coldStart": await coldStart() }),
};
