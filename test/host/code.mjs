#!/usr/bin/env node
// @ts-check
// Stands in for the desktop's `code` executable where there is none: takes its arguments for a run of tests in the extension host, runs them in the
// served VS Code, passes on what they print and ends with their exit code. @vscode/test-electron starts it as `vscodeExecutablePath`.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { launchBrowser } from "./browser.mjs";
import { follow } from "./follow.mjs";
import { installHost } from "./install.mjs";
import { hostFolder, vscodeFolder } from "./paths.mjs";
import { startServer } from "./server.mjs";
import { openWindow } from "./window.mjs";

/** @type {{ type: "string", multiple: true }} */
const texts = { type: "string", multiple: true };
/** @type {{ type: "boolean" }} */
const flag = { type: "boolean" };
const { values, positionals } = parseArgs({
  strict: false, // Whatever else desktop VS Code takes is let through, and does nothing here.
  allowPositionals: true,
  options: {
    version: { ...flag, short: "v" },
    extensionDevelopmentPath: texts,
    extensionTestsPath: texts,
    "folder-uri": texts,
    "user-data-dir": texts,
    "extensions-dir": texts,
    "disable-workspace-trust": flag,
  },
});

/**
 * @param {string} name
 * @returns {string | undefined} The path that an option names, as a path or as a file: address.
 */
function pathOption(name) {
  const given = values[name];
  const text = Array.isArray(given) ? given.at(-1) : undefined;
  if (typeof text !== "string") return undefined;
  return path.resolve(text.startsWith("file:") ? fileURLToPath(text) : text);
}

async function printVersion() {
  await installHost();
  const { version } = JSON.parse(readFileSync(path.join(vscodeFolder, "package.json"), "utf8"));
  const product = JSON.parse(readFileSync(path.join(vscodeFolder, "product.json"), "utf8"));
  console.log(`${version}\n${product.commit ?? "unknown"}\n${process.arch}`);
}

/**
 * @param {string} tests
 * @returns {Promise<number>} The exit code.
 */
async function runTests(tests) {
  if (Array.isArray(values.extensionDevelopmentPath) && values.extensionDevelopmentPath.length > 1) {
    throw new Error("code.mjs: the served VS Code takes one --extensionDevelopmentPath only");
  }
  const userData = pathOption("user-data-dir");
  const extensionsFolder = pathOption("extensions-dir");
  const server = await startServer({
    mode: "dev",
    bridge: false,
    trust: !values["disable-workspace-trust"],
    extension: pathOption("extensionDevelopmentPath") ?? false,
    ...(userData && { userData }),
    ...(extensionsFolder && { extensionsFolder }),
  });
  const stop = () => server.stop();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop().finally(() => process.exit(130)));
  try {
    return await runInWindow(server, tests);
  } finally {
    await stop();
  }
}

/**
 * @param {import("./server.mjs").EditorServer} server
 * @param {string} tests
 * @returns {Promise<number>} The exit code.
 */
async function runInWindow(server, tests) {
  const entry = path.join(server.folder, "entry.cjs");
  const outputFile = path.join(server.folder, "output.txt");
  const verdictFile = path.join(server.folder, "verdict.txt");
  writeFileSync(outputFile, "");
  writeFileSync(entry, entryModule({ capture: path.join(hostFolder, "capture.cjs"), tests, outputFile, verdictFile }));

  const endOutput = follow(outputFile, (text) => void process.stdout.write(text));
  const browser = await launchBrowser({ handleSIGINT: false, handleSIGTERM: false }); // Both are handled above.
  /** @type {string[]} */
  let log = [];
  let code = 1;
  try {
    const opened = pathOption("folder-uri") ?? (positionals[0] && path.resolve(positionals[0]));
    const what = !opened ? {} : opened.endsWith(".code-workspace") ? { workspaceFile: opened } : { folder: opened };
    const window = await openWindow(server, browser, { ...what, tests: entry });
    log = window.log;
    code = await Promise.race([window.testsEnded, server.exited.then(() => 1)]);
  } finally {
    endOutput();
    await browser.close();
  }
  // The window also reports 0 when the extension host crashed; only the tests themselves can say that they came to their end.
  const verdict = existsSync(verdictFile) ? readFileSync(verdictFile, "utf8") : "";
  if (verdict === "") {
    const lines = log.map((entry) => entry.split("\n", 1)[0]?.slice(0, 200));
    console.error(`The extension host ended before the tests did. The end of the window's log:\n${lines.slice(-10).join("\n")}`);
  }
  return verdict === "passed" ? code : code || 1;
}

/**
 * The module that runs in the extension host around the tests.
 * @param {{ capture: string, tests: string, outputFile: string, verdictFile: string }} names
 */
function entryModule(names) {
  return `const names = ${JSON.stringify(names)};
require(names.capture).capture(names.outputFile);
const { writeFileSync } = require("node:fs");
exports.run = async () => {
  try {
    await require(names.tests).run();
    writeFileSync(names.verdictFile, "passed");
  } catch (error) {
    writeFileSync(names.verdictFile, "failed");
    throw error; // VS Code prints it.
  }
};
`;
}

const tests = pathOption("extensionTestsPath");
if (values.version) await printVersion();
else if (tests) process.exit(await runTests(tests));
else {
  console.error('code.mjs: only runs of tests are supported (--extensionTestsPath=...); "npm start" opens an editor');
  process.exitCode = 2;
}
