// @ts-check
import { setTimeout as delay } from "node:timers/promises";
import { WrongResult } from "../harness.mjs";
import { openDeno, openTslab } from "../kernel/jupyter.mjs";
import { NodeRepl, NotebookKernel } from "../kernel/notebook.mjs";
import { percentile } from "../statistics.mjs";

/** ms between cells: people pause, and the kernel's limit of 20 messages a second is then not felt from the cell before. */
const pause = 100;
/** Cells of a round, at most. */
const mostCells = 15;
/** A function with a loop, called often enough to be compiled well, and its time. */
const loop =
  "(() => { const a = new Float64Array(1024); const f = () => { let s = 0; for (let i = 0; i < 1e6; i++) s += Math.sqrt(a[i & 1023] + i); return s; }; const run = (n) => { const start = performance.now(); for (let i = 0; i < n; i++) f(); return performance.now() - start; }; run(50); return run(200); })()";

/** @param {number} seed @returns {string} 1,000 lines of a cell, others for each seed. */
function thousandLines(seed) {
  const lines = Array.from(
    { length: 249 },
    (_, i) => `const a${i} = ${seed + i};\nfunction f${i}(n: number): number {\n  return n * a${i} + ${i};\n}`,
  );
  return `${lines.join("\n")}\nlet total = 0;\nfor (const f of [f1, f2, f3]) total += f(1);\n// the end\ntotal;\n`;
}

/**
 * Cells, beside other kernels, and Node's own prompt, which takes JavaScript by the line. A round is the life of one session.
 * @type {import("../harness.mjs").Measure<import("../kernel/notebook.mjs").Sessions>}
 */
export const notebook = {
  name: "notebook: cells",
  figures: [
    {
      id: "notebook.coldStart",
      title: "notebook: cold start, from the start of the process to the output of the first cell",
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
  rounds: (plan) => (plan.rounds > 5 ? Math.ceil(plan.rounds / 2) : 1),
  warmUp: (plan) => (plan.rounds > 5 ? plan.warmUp : 0), // each round is another kernel
  contenders: [
    { name: "notebook", role: "ours", open: () => ({ start: () => new NotebookKernel(), close: () => {} }), close: () => {} },
    { name: "node -i", role: "raw", open: () => ({ start: () => new NodeRepl(), close: () => {} }), close: () => {} },
    { name: "tslab", role: "peer", open: openTslab, close: (kernels) => kernels.close() },
    { name: "Deno's kernel", role: "peer", open: openDeno, close: (kernels) => kernels.close() },
  ],
  round: async ({ start }, { submissions }) => {
    const begun = performance.now();
    const session = start();
    const sum = async () => {
      const { output, outputAt } = await session.run("1 + 1");
      if (output !== "2") throw new WrongResult(`1 + 1 gave ${output}`);
      return outputAt;
    };
    try {
      const coldStart = (await sum()) - begun;
      const warm = [];
      for (let n = 0; n < Math.min(submissions, mostCells); n += 1) {
        await delay(pause);
        const sent = performance.now();
        warm.push((await sum()) - sent);
      }
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
