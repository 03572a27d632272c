// @ts-check
// Runs the tests of a table and prints it. Exit code 0 only if every test that the table asks for has passed; what went wrong is told on standard error.
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { projectRoot } from "../host/paths.mjs";
import { runSuite } from "./suites.mjs";

/**
 * Prints to standard output, in markdown with `--markdown` among the arguments of the program, and sets its exit code.
 * @param {"conformance" | "faults"} suite Its folder under test/ has `print.ts`, which makes text of results.
 */
export async function printTable(suite) {
  const { values } = parseArgs({ options: { markdown: { type: "boolean" } } });

  for (const args of [["esbuild.mjs"], ["esbuild.mjs", "--tests"]]) {
    const { status } = spawnSync(process.execPath, args, { cwd: projectRoot, stdio: ["ignore", 2, 2] });
    if (status !== 0) {
      console.error(`The build failed, at "node ${args.join(" ")}"; no test was run.`);
      process.exit(1);
    }
  }

  const folder = mkdtempSync(path.join(tmpdir(), `${suite}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const report = path.join(folder, "report.ndjson");
  const log = path.join(folder, "log.txt");
  const printer = path.join(folder, "print.mjs");

  const output = openSync(log, "w");
  const outcome = await runSuite(suite, report, undefined, output);
  closeSync(output);

  await build({ absWorkingDir: projectRoot, entryPoints: [`test/${suite}/print.ts`], bundle: true, format: "esm", outfile: printer });
  /** @type {typeof import("../conformance/print.js") & typeof import("../faults/print.js")} */
  const { allPassed, asMarkdown, asText, resultsOf } = await import(printer);
  const results = resultsOf(readFileSync(report, "utf8"));
  console.log(values.markdown ? asMarkdown(results) : asText(results));

  if (outcome.failed > 0) {
    // Mocha's summary with the errors comes last; without one, the run has crashed and all of it may tell why.
    const told = readFileSync(log, "utf8");
    console.error(`\n${told.slice(Math.max(0, told.search(/^ +\d+ passing/m)))}`);
    for (const problem of outcome.problems) console.error(problem);
  }
  process.exitCode = outcome.failed === 0 && allPassed(results) ? 0 : 1;
}
