// @ts-check
// Runs the tests: npm test [-- <suite>... --grep <pattern> --no-build]
//   unit     plain mocha
//   kernel   plain mocha, on real pools and processes
//   cluster  plain mocha, on a real Redis and real workers; skipped where there is no server
//   conformance  plain mocha, on real pools: CPython's own tests, row by row (conformance/table.ts)
//   conformanceCluster  the same rows as far as they can hold on a cluster (conformance/rows/cluster.ts), with a real server and workers
//   faults   plain mocha, on real pools: everything that is known to break pools (faults/table.ts)
//   node24, conformance24  the library's tests of these four, again, on Node 24
//   host     mocha inside the extension host of a real VS Code (host/runHostTests.mjs)
//   e2e      plain mocha; drives a served VS Code in a browser (host/server.mjs, host/window.mjs)
// Without names all of them, and then a suite without tests is a failure. The last line is "N passed, N failed", with ", N skipped" if any was.
// Exit code 0 only if something passed and nothing failed, crashed, hung or left a process behind.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "./host/paths.mjs";
import { countLine } from "./support/report.mjs";
import { runSuite, suiteNames } from "./support/suites.mjs";

const { values, positionals } = readOptions();
const unknown = positionals.filter((name) => !suiteNames.includes(name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(", ")}; there are ${suiteNames.join(", ")}.`);
  process.exit(2);
}

function readOptions() {
  try {
    return parseArgs({ allowPositionals: true, options: { grep: { type: "string" }, "no-build": { type: "boolean" } } });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

/** @returns {string | undefined} The step that failed. */
function build() {
  const steps = [
    ["esbuild.mjs"],
    ["node_modules/typescript/bin/tsc", "-p", "src/futures/tsconfig.json"],
    ["node_modules/typescript/bin/tsc", "-p", "src/cluster/tsconfig.json"],
    ["esbuild.mjs", "--tests"],
  ];
  const failed = steps.find((args) => spawnSync(process.execPath, args, { cwd: projectRoot, stdio: "inherit" }).status !== 0);
  return failed?.join(" ");
}

const failedStep = values["no-build"] ? undefined : build();
if (failedStep) {
  console.error(`The build failed, at "node ${failedStep}"; no test was run.`);
  console.log(countLine({ passed: 0, failed: 1, skipped: 0 }));
  process.exit(1);
}

const reports = mkdtempSync(path.join(tmpdir(), "reports-"));
process.once("exit", () => rmSync(reports, { recursive: true, force: true }));
const summary = [];
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of positionals.length > 0 ? positionals : suiteNames) {
  console.log(`\n=== ${name}`);
  const started = Date.now();
  const outcome = await runSuite(name, path.join(reports, `${name}.ndjson`), values.grep);
  for (const problem of outcome.problems) summary.push(`${name}: ${problem}`);
  summary.push(`${name}: ${countLine(outcome)} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skipped += outcome.skipped;
}
console.log(`\n${summary.join("\n")}`);
console.log(countLine(total));
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
