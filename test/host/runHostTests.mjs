// @ts-check
// Runs the host tests (out/test/host/suite) through @vscode/test-electron, in mocha inside the extension host of a real VS Code:
// - desktop VS Code, which test-electron downloads, where there are a display and the network;
// - elsewhere the served one, through the stand-in for its executable (code.mjs).
// VSCODE_TEST_DOWNLOAD=1 or =0 decides for one of them. VSCODE_TEST_VERSION names the version to download, default "stable".
// Exit code 0 only if tests ran, all of them passed and the run came to its end.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { countLine, judge, readReport } from "../support/report.mjs";
import { installHost } from "./install.mjs";
import { hostFolder, projectRoot, stateFolder } from "./paths.mjs";
import { testSettings, writeSettings } from "./settings.mjs";
import { copyWorkspace } from "./workspaces.mjs";

// Longer than any test may take; only an extension host that is stuck in an endless loop, or never starts, is as silent as that.
const silenceLimit = Number(process.env.FUTURES_TEST_SILENCE ?? 180_000);

/**
 * Decides for an editor, and says for which and why.
 * @returns {Promise<string>} Its executable.
 */
async function chooseEditor() {
  const why = await reasonForTheServedOne();
  if (why === undefined) {
    console.log("host tests: in desktop VS Code, which @vscode/test-electron downloads");
    return downloadAndUnzipVSCode({ version: process.env.VSCODE_TEST_VERSION ?? "stable", cachePath: stateFolder });
  }
  console.log(`host tests: in the served VS Code, as ${why}`);
  await installHost();
  return path.join(hostFolder, "code.mjs");
}

/** @returns {Promise<string | undefined>} Undefined: the desktop one is to be had. */
async function reasonForTheServedOne() {
  const wish = process.env.VSCODE_TEST_DOWNLOAD;
  if (wish === "1") return undefined;
  if (wish === "0") return "VSCODE_TEST_DOWNLOAD is 0";
  if (process.platform !== "linux" || process.arch !== "x64") return undefined; // The served one runs on Linux x64 only.
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return "there is no display for a desktop one";
  try {
    const answer = await fetch("https://update.code.visualstudio.com/api/releases/stable", { signal: AbortSignal.timeout(3000) });
    return answer.ok ? undefined : `the download server answers with ${answer.status}`;
  } catch {
    return "the download server of the desktop one cannot be reached";
  }
}

/**
 * Ends the editor when the tests report nothing for too long.
 * @param {string} reportFile
 * @returns {{ hung: () => boolean, end: () => void }}
 */
function watchForSilence(reportFile) {
  let hung = false;
  const timer = setInterval(() => {
    if (Date.now() - statSync(reportFile).mtimeMs < silenceLimit || hung) return;
    hung = true;
    console.error(`The extension host has been silent for ${silenceLimit} ms; ending it.`);
    // test-electron keeps the editor's process to itself, but ends it on Ctrl-C: gently at first, by force the second time.
    process.emit("SIGINT");
    setTimeout(() => process.emit("SIGINT"), 15_000).unref();
  }, 500);
  return { hung: () => hung, end: () => clearInterval(timer) };
}

/**
 * Runs the tests in the editor.
 * @param {string} vscodeExecutablePath
 * @param {string} reportFile
 * @returns {Promise<{ exitCode: number, hung: boolean }>}
 */
async function runIn(vscodeExecutablePath, reportFile) {
  const folder = mkdtempSync(path.join(tmpdir(), "host-")); // Short, as the editor's sockets lie in it.
  const userData = path.join(folder, "user");
  const workspace = copyWorkspace("media/examples");
  writeSettings(userData, testSettings);
  const silence = watchForSilence(reportFile);
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: process.env.FUTURES_TEST_EXTENSION ?? projectRoot,
      extensionTestsPath: path.join(hostFolder, "suite.cjs"),
      extensionTestsEnv: { FUTURES_TEST_REPORT: reportFile },
      launchArgs: [workspace, `--user-data-dir=${userData}`, `--extensions-dir=${path.join(folder, "extensions")}`],
    });
    return { exitCode: 0, hung: silence.hung() };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { exitCode: 1, hung: silence.hung() };
  } finally {
    silence.end();
    for (const used of [folder, workspace]) rmSync(used, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

process.on("SIGINT", () => {}); // test-electron handles it; without this it would end us before we have cleaned up.
const reportFolder = mkdtempSync(path.join(tmpdir(), "report-"));
const reportFile = process.env.FUTURES_TEST_REPORT ?? path.join(reportFolder, "report.ndjson");
const editor = await chooseEditor();
writeFileSync(reportFile, "");
const { exitCode, hung } = await runIn(editor, reportFile);
const outcome = judge(readReport(reportFile), exitCode, { hung: hung ? "without a word" : undefined, mayBeEmpty: !!process.env.FUTURES_TEST_GREP });
rmSync(reportFolder, { recursive: true, force: true });
for (const problem of outcome.problems) console.error(`host tests: ${problem}`);
console.log(`host tests: ${countLine(outcome)}`);
process.exitCode = outcome.failed > 0 ? 1 : 0;
