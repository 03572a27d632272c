// @ts-check
import { appendFileSync } from "node:fs";
import Mocha from "mocha";

const { Spec } = Mocha.reporters;
const { EVENT_RUN_END, EVENT_TEST_BEGIN, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/**
 * Mocha's spec output, with the reasons of skipped tests. With FUTURES_TEST_REPORT it also writes one line of JSON an event into that file,
 * at once, so that nothing is lost when the process crashes or hangs; `readReport` reads it.
 */
export class Reporter extends Spec {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.FUTURES_TEST_REPORT;
    const note = (/** @type {string} */ event, /** @type {Mocha.Runnable} */ test, /** @type {unknown} */ error = undefined) => {
      const line = { event, title: test.titlePath().join(" > "), told: toldOf(test), why: error && String(error) };
      if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
    };
    runner.on(EVENT_TEST_BEGIN, (test) => note("start", test));
    runner.on(EVENT_TEST_PASS, (test) => note("pass", test));
    runner.on(EVENT_TEST_FAIL, (test, error) => note("fail", test, error));
    runner.on(EVENT_TEST_PENDING, (test) => {
      note("skip", test);
      console.log(`      skipped: ${reasonOf(test) ?? "no reason is given"}`);
    });
    runner.once(EVENT_RUN_END, () => {
      if (file) appendFileSync(file, `${JSON.stringify({ event: "end", title: "" })}\n`);
    });
  }
}

/**
 * @param {Mocha.Runnable} test
 * @returns {unknown} What `tell` of support/tableText.ts left at the test.
 */
function toldOf(test) {
  return /** @type {any} */ (test).told;
}

/**
 * @param {Mocha.Test} test
 * @returns {string | undefined} What `skip` of support/skip.ts left at the test or around it.
 */
function reasonOf(test) {
  /** @type {any} */
  let item = test;
  while (item && item.skipReason === undefined) item = item.parent;
  return item?.skipReason;
}

// Mocha takes a reporter module's default export.
export default Reporter;
