// @ts-check
// The benchmarks: see README.md.
//   npm run bench                        all measures, as a table
//   npm run bench -- --quick             the same in less than two minutes
//   npm run bench -- threads processes   the measures whose names begin so
//   npm run -s bench -- --quick --json   one JSON object on stdout, nothing else
//   npm run bench -- --charts            the charts of the README instead, into media/bench/; with --redraw from what was measured last
//   --no-build                           measures dist/ as it is
import os from "node:os";
import { parseArgs } from "node:util";
import { catchStrayErrors, failsTheRun } from "./harness.mjs";
import { build, hostObstacle, installPeers } from "./prepare.mjs";
import { summarize, table, verdicts } from "./report.mjs";

/** @import { Plan, Result } from "./harness.mjs" */

/** @type {Plan} */
const quickPlan = {
  rounds: 5,
  warmUp: 150,
  tasks: 3_000,
  roundTrips: 300,
  items: 200_000,
  mixedTasks: 300,
  queuedTasks: 200_000,
  submissions: 3,
  limit: 60_000,
};
/** @type {Plan} */
const fullPlan = {
  rounds: 11,
  warmUp: 2_000,
  tasks: 20_000,
  roundTrips: 1_000,
  items: 1_000_000,
  mixedTasks: 3_000,
  queuedTasks: 1_000_000,
  submissions: 20,
  limit: 120_000,
};

/** For each point of a chart. @type {Plan} */
const chartPlan = { ...quickPlan, warmUp: 500, tasks: 10_000 };

const say = (/** @type {string} */ text) => console.error(`bench: ${text}`);
const print = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);
// Only results go to stdout; what others say, such as the installation of the editor, does not.
console.log = console.error;

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      "no-build": { type: "boolean", default: false },
      charts: { type: "boolean", default: false },
      redraw: { type: "boolean", default: false },
    },
  });
  if (!values["no-build"]) build();
  installPeers(say);
  if (values.charts || values.redraw) {
    const { drawCharts, measureCharts } = await import("./charts/run.mjs");
    if (values.charts) await measureCharts(chartPlan, say, positionals);
    else drawCharts();
    return;
  }
  const { endSuite, suite } = await import("./suite.mjs");
  const chosen = suite.filter(({ ids }) => positionals.length === 0 || ids.some((id) => positionals.some((wanted) => id.startsWith(wanted))));
  if (chosen.length === 0) {
    throw new Error(`no measure is called ${positionals.join(" or ")}; there are ${suite.flatMap(({ ids }) => ids).join(", ")}`);
  }
  catchStrayErrors((error) => {
    say(`an error that nobody caught: ${error instanceof Error ? error.stack : error}`);
    process.exitCode = 1;
  });
  if (!values.json) print(`${os.availableParallelism()} cores, Node ${process.version}, ${process.platform} ${process.arch}; two workers a pool\n`);
  /** @type {Result[]} */
  const results = [];
  for (const measure of chosen) {
    say(measure.name);
    const obstacle = measure.needsHost ? await hostObstacle() : undefined;
    if (obstacle) {
      say(`left out: ${obstacle}`);
      continue;
    }
    const measured = await measure.run(values.quick ? quickPlan : fullPlan, say);
    results.push(...measured);
    if (!values.json) print(`${measured.map((result) => `${table(result)}\n${verdicts(result)}`).join("\n")}`);
  }
  if (values.json) print(JSON.stringify(Object.fromEntries(results.flatMap(summarize))));
  const faults = failsTheRun(results);
  for (const fault of faults) say(`FAILED: ${fault}`);
  await endSuite(); // after all is told: it may fail where the editor has
  if (faults.length > 0) process.exitCode = 1;
  // What hangs may hold this process open; without it, an end by itself is part of the proof that nothing is left behind.
  if (results.some(({ rows }) => rows.some((row) => row.failure))) process.stdout.write("", () => process.exit());
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
