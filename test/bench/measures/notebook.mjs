// @ts-check
import { setTimeout as delay } from "node:timers/promises";
import { WrongResult } from "../harness.mjs";
import { NodeRepl, NotebookKernel } from "../kernel/notebook.mjs";
import { percentile } from "../statistics.mjs";

/** ms between cells: people pause, and the kernel's limit of 20 messages a second is then not felt from the cell before. */
const pause = 100;
/** Cells of a round. */
const cells = 15;
/** A function with a loop, called often enough to be compiled well, and its time. */
const loop =
  "(() => { const a = new Float64Array(1024); const f = () => { let s = 0; for (let i = 0; i < 1e6; i++) s += Math.sqrt(a[i & 1023] + i); return s; }; const run = () => { const start = performance.now(); for (let i = 0; i < 200; i++) f(); return performance.now() - start; }; run(); return run(); })()";

/** @param {number} seed @returns {string} 1,000 lines of a cell, others for each seed. */
function thousandLines(seed) {
  const lines = Array.from(
    { length: 249 },
    (_, i) => `const a${i} = ${seed + i};\nfunction f${i}(n: number): number {\n  return n * a${i} + ${i};\n}`,
  );
  return `${lines.join("\n")}\nlet total = 0;\nfor (const f of [f1, f2, f3]) total += f(1);\n// the end\ntotal;\n`;
}

/**
 * Cells, beside Node's own prompt, which takes JavaScript by the line. A round is the life of one session.
 * @type {import("../harness.mjs").Measure<() => import("../kernel/notebook.mjs").CellRunner>}
 */
export const notebook = {
  name: "notebook: cells",
  figures: [
    {
      id: "notebook.coldStart",
      title: "notebook: cold start, fork to the output of the first cell",
      unit: "ms",
      better: "lower",
      targets: { "": { against: "nothing", is: "below", value: 600 } },
    },
    {
      id: "notebook.warm",
      title: "notebook: 1+1 in a warm session, p50",
      unit: "ms",
      better: "lower",
      targets: { "": { against: "nothing", is: "below", value: 15 } },
    },
    { id: "notebook.loop", title: "notebook: a loop of arithmetic, 200,000,000 turns, which can be interrupted", unit: "ms", better: "lower" },
  ],
  rounds: (plan) => Math.ceil(plan.rounds / 2),
  contenders: [
    { name: "notebook", role: "ours", open: () => () => new NotebookKernel(), close: () => {} },
    { name: "node -i", role: "raw", open: () => () => new NodeRepl(), close: () => {} },
  ],
  round: async (start) => {
    const begun = performance.now();
    const session = start();
    try {
      const first = await session.run("1 + 1");
      const coldStart = performance.now() - begun;
      if (first.output !== "2") throw new WrongResult(`1 + 1 gave ${first.output}`);
      const warm = [];
      for (let n = 0; n < cells; n += 1) {
        await delay(pause);
        const sent = performance.now();
        await session.run("1 + 1");
        warm.push(performance.now() - sent);
      }
      await session.run(loop);
      const loopTime = Number((await session.run(loop)).output);
      return {
        "notebook.coldStart": coldStart,
        "notebook.warm": percentile(warm, 0.5),
        "notebook.loop": loopTime,
      };
    } finally {
      await session.close();
    }
  },
};

/**
 * The way of a long cell to its first instruction: what is compiled is another text each time.
 * @type {import("../harness.mjs").Measure<NotebookKernel>}
 */
export const longCell = {
  name: "notebook: a long cell",
  figures: [
    {
      id: "notebook.compile",
      title: "notebook: a cell of 1,000 lines until its code runs, p50",
      unit: "ms",
      better: "lower",
      targets: { "": { against: "nothing", is: "below", value: 50 } },
    },
  ],
  rounds: (plan) => Math.ceil(plan.rounds / 2),
  contenders: [{ name: "notebook", role: "ours", open: () => new NotebookKernel(), close: (kernel) => kernel.close() }],
  round: async (kernel, { submissions }) => {
    const times = [];
    for (let n = 0; n < submissions; n += 1) {
      await delay(pause);
      times.push((await kernel.run(thousandLines(performance.now()))).toStart);
    }
    return { "notebook.compile": percentile(times, 0.5) };
  },
};
