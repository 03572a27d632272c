// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startGuarded } from "../host/guarded.mjs";
import { installHost } from "../host/install.mjs";
import { hostNode, projectRoot } from "../host/paths.mjs";
import { judge, readReport } from "./report.mjs";

/**
 * @typedef {object} Suite
 * @property {string[]} built Where its built tests lie; folders that are not there are passed over.
 * @property {number} timeout Milliseconds for a test that sets no limit of its own.
 * @property {boolean} inEditor Whether it runs inside VS Code.
 * @property {boolean} needsHost Whether it needs what the nested host installs: the served VS Code, Node 24, a browser.
 * @property {Record<string, string>} [env] Environment variables for it.
 * @property {string} [node] The Node it runs on, if not this one.
 */

/** What is tested on a second Node too: all that a user of the library meets, and the sessions of notebooks. */
const libraryTests = ["unit/futures", "kernel/futures", "kernel/package", "kernel/notebook", "faults"].map((folder) => `out/test/${folder}`);

/** Node 24, or the one that FUTURES_HOST_NODE names. */
const onSecondNode = { needsHost: !process.env["FUTURES_HOST_NODE"], node: hostNode };

/** @type {Record<string, Suite>} */
const suites = {
  unit: { built: ["out/test/unit"], timeout: 10_000, inEditor: false, needsHost: false },
  kernel: { built: ["out/test/kernel"], timeout: 30_000, inEditor: false, needsHost: false },
  cluster: { built: ["out/test/cluster"], timeout: 60_000, inEditor: false, needsHost: false },
  conformance: { built: ["out/test/conformance"], timeout: 30_000, inEditor: false, needsHost: false },
  faults: { built: ["out/test/faults"], timeout: 30_000, inEditor: false, needsHost: false },
  conformanceCluster: {
    built: ["out/test/conformance"],
    timeout: 30_000,
    inEditor: false,
    needsHost: false,
    env: { FUTURES_CONFORMANCE: "cluster" },
  },
  node24: { built: libraryTests, timeout: 30_000, inEditor: false, ...onSecondNode },
  // By itself, since its table tells of every test beside it.
  conformance24: { built: ["out/test/conformance"], timeout: 30_000, inEditor: false, ...onSecondNode },
  host: { built: ["out/test/host/suite"], timeout: 60_000, inEditor: true, needsHost: false },
  e2e: { built: ["out/test/e2e"], timeout: 60_000, inEditor: false, needsHost: true },
};

/** The suites, in the order in which they run: the quick ones first. */
export const suiteNames = Object.keys(suites);

// No test is silent for as long; a process that is, is in an endless loop.
const silenceLimit = Number(process.env.FUTURES_TEST_SILENCE ?? 180_000);
// When mocha has told its counts, its process ends by itself unless a test left something open.
const endLimit = 15_000;

/**
 * Runs the built tests of a suite in a process of their own.
 * @param {string} name One of `suiteNames`.
 * @param {string} reportFile A file to write; see `Reporter`.
 * @param {string} [grep] Runs only tests whose titles match this regular expression.
 * @param {"inherit" | number} [output] Where its output goes: to ours, or to an open file.
 * @returns {Promise<import("./report.mjs").Outcome>}
 */
export async function runSuite(name, reportFile, grep, output = "inherit") {
  const suite = suites[name];
  if (!suite) throw new Error(`There is no suite ${name}`);
  if (!hasTests(suite)) return { passed: 0, failed: 1, skipped: 0, problems: [`there are no tests in ${suite.built.join(", ")}`] };
  try {
    if (suite.needsHost) await installHost();
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, problems: [error instanceof Error ? error.message : String(error)] };
  }

  writeFileSync(reportFile, "");
  const node = suite.node ?? process.execPath;
  if (suite.node) console.log(`on Node ${spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim()}`);
  const running = startGuarded(node, suite.inEditor ? hostArguments : mochaArguments(suite, grep), {
    cwd: projectRoot,
    env: { ...process.env, ...suite.env, FUTURES_TEST_REPORT: reportFile, ...(grep && { FUTURES_TEST_GREP: grep }) },
    output,
    grace: 8000, // More than a guard inside of it has for a server.
  });
  const interrupted = () => void running.end().then(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupted);
  const watch = watchForHanging(reportFile, running.end);
  const exitCode = await running.exited;
  watch.end();
  for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupted);
  return judge(readReport(reportFile), exitCode, { hung: watch.hung(), mayBeEmpty: grep !== undefined });
}

const hostArguments = ["test/host/runHostTests.mjs"];

/**
 * @param {Suite} suite
 * @param {string | undefined} grep
 */
function mochaArguments({ built, timeout }, grep) {
  const options = ["--reporter", "test/support/reporter.mjs", "--timeout", String(timeout), ...(process.env.CI ? ["--forbid-only"] : [])];
  return [
    "node_modules/mocha/bin/mocha.js",
    ...options,
    ...(grep ? ["--grep", grep] : []),
    ...built.filter(hasTestsIn).map((folder) => `${folder}/**/*.test.mjs`),
  ];
}

/** @param {Suite} suite */
function hasTests({ built }) {
  return built.some(hasTestsIn);
}

/** @param {string} built */
function hasTestsIn(built) {
  const folder = path.join(projectRoot, built);
  return existsSync(folder) && readdirSync(folder, { recursive: true, encoding: "utf8" }).some((name) => /\.test\.[cm]js$/.test(name));
}

/**
 * @param {string} reportFile
 * @param {() => unknown} end
 * @returns {{ hung: () => string | undefined, end: () => void }}
 */
function watchForHanging(reportFile, end) {
  /** @type {string | undefined} */
  let hung;
  const timer = setInterval(() => {
    if (hung) return;
    const silentFor = Math.round(Date.now() - statSync(reportFile).mtimeMs);
    // The editor's run watches over itself first: it knows how to end an editor gently.
    if (silentFor > silenceLimit + 30_000) hung = `without a word for ${silentFor} ms`;
    else if (silentFor > endLimit && readReport(reportFile).ended) hung = "after its last test, as something was left open";
    if (hung) end();
  }, 1000);
  return { hung: () => hung, end: () => clearInterval(timer) };
}
