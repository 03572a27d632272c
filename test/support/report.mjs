// @ts-check
import { existsSync, readFileSync } from "node:fs";

/**
 * What a run of tests has reported so far.
 * @typedef {object} Report
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {boolean} ended Whether mocha came to its end; false after a crash.
 * @property {string} last The test or hook that was last heard of.
 * @property {string[]} failures Each failed test's title, and the beginning of what it said.
 */

/**
 * Reads what `Reporter` wrote.
 * @param {string} file May be missing: nothing has been reported then.
 * @returns {Report}
 */
export function readReport(file) {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  const events = lines.map((line) => /** @type {{ event: string, title: string, why?: string }} */ (JSON.parse(line)));
  const count = (/** @type {string} */ name) => events.filter(({ event }) => event === name).length;
  return {
    passed: count("pass"),
    failed: count("fail"),
    skipped: count("skip"),
    ended: count("end") > 0,
    last: events.findLast(({ title }) => title !== "")?.title ?? "the loading of the test files",
    failures: events.filter(({ event }) => event === "fail").map(({ title, why }) => `${title}: ${(why ?? "no reason was given").slice(0, 500)}`),
  };
}

/**
 * The outcome of a run: its counts, in which a run that went wrong as a whole counts as one more failure, and what went wrong: in single
 * tests, and with the run as a whole.
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} problems
 */

/**
 * Judges a run by its report and its exit code; neither alone can be trusted (a crashed extension host ends with code 0).
 * @param {Report} report
 * @param {number} exitCode 75 is the guard's (host/guard.mjs).
 * @param {object} [circumstances]
 * @param {string | undefined} [circumstances.hung] What it was doing when it had to be ended, if so.
 * @param {boolean} [circumstances.mayBeEmpty] Whether a run without a test is fine, as when tests are chosen by title.
 * @returns {Outcome}
 */
export function judge(report, exitCode, { hung, mayBeEmpty = false } = {}) {
  const problems = [];
  if (hung) problems.push(`it hung ${hung}, and was ended; last heard of: ${report.last}`);
  else if (!report.ended) problems.push(`it ended too early, with exit code ${exitCode}; last heard of: ${report.last}`);
  else if (exitCode === 75 && report.failed === 0) problems.push("it left processes behind; they are named above");
  else if (exitCode !== 0 && report.failed === 0) problems.push(`no test failed, but its exit code is ${exitCode}`);
  else if (report.passed + report.failed === 0 && !mayBeEmpty) problems.push("it ran no test");
  const { passed, skipped, failures } = report;
  return { passed, failed: report.failed + (problems.length > 0 ? 1 : 0), skipped, problems: [...failures, ...problems] };
}

/**
 * The line that closes a run; nothing else is on it, so that other programs can read it.
 * @param {{ passed: number, failed: number, skipped: number }} counts
 * @returns {string} "12 passed, 0 failed", and ", 1 skipped" if any was.
 */
export function countLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
