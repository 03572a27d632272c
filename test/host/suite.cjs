// @ts-check
// Runs in the extension host, of desktop VS Code or of the served one, as `extensionTestsPath`: the built host tests, in mocha.
const { existsSync, readdirSync } = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "../..");

/**
 * Runs every `*.test.cjs` under out/test/host/suite. FUTURES_TEST_FILES names another folder, FUTURES_TEST_GREP chooses tests by their titles.
 * @returns {Promise<void>} Rejects when a test fails or none is there, and so gives the editor its exit code.
 */
exports.run = async () => {
  const folder = path.resolve(root, process.env.FUTURES_TEST_FILES ?? "out/test/host/suite");
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const files = names.filter((name) => name.endsWith(".test.cjs")).sort();
  if (files.length === 0) throw new Error(`There are no tests in ${folder}; "node esbuild.mjs --tests" builds them`);

  // import(), as mocha and the reporter are ES modules.
  const { default: Mocha } = await import("mocha");
  const { Reporter } = await import("../support/reporter.mjs");
  const grep = process.env.FUTURES_TEST_GREP;
  const mocha = new Mocha({ ui: "bdd", timeout: 60_000, reporter: Reporter, forbidOnly: !!process.env.CI, ...(grep && { grep: new RegExp(grep) }) });
  for (const name of files) mocha.addFile(path.join(folder, name));
  await mocha.loadFilesAsync();
  const failures = await new Promise((resolve) => void mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} of the host tests failed`);
};
