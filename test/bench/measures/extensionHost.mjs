// @ts-check
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { launchBrowser } from "../../host/browser.mjs";
import { startServer } from "../../host/server.mjs";
import { openWindow } from "../../host/window.mjs";

/** @import { Target } from "../harness.mjs" */
/** @typedef {Awaited<ReturnType<typeof openEditor>>} Editor */

const text =
  "export function nothing() {}\nexport function fib(n: number): number {\n  return n < 2 ? n : fib(n - 1) + fib(n - 2);\n}\nexport const edits = 0;\n";

/** A window of the real VS Code with the extension installed, and a folder with a file. */
async function openEditor() {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bench-editor-"));
  writeFileSync(path.join(folder, "bench.ts"), text);
  writeFileSync(
    path.join(folder, "many.ts"),
    Array.from({ length: 5_000 }, (_, i) => `export function f${i}(n: number): number {\n  return n + ${i};\n}\n`).join(""),
  );
  writeFileSync(
    path.join(folder, "tasks.ts"),
    Array.from({ length: 100 }, (_, i) => `export function f${i}(n: number): number {\n  return n + ${i};\n}\n`).join(""),
  );
  const server = await startServer({ mode: "product" });
  const browser = await launchBrowser();
  const window = await openWindow(server, browser, { folder });
  await window.evaluate(
    async (vscode, file) => {
      await vscode.workspace.getConfiguration("files").update("autoSave", "off", vscode.ConfigurationTarget.Global);
      await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    },
    path.join(folder, "bench.ts"),
  );
  return { folder, server, browser, window };
}

/** @param {Editor} editor */
async function closeEditor({ folder, server, browser, window }) {
  await window.close();
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** @type {(is: Target["is"], value: number) => Record<string, Target>} */
const absolute = (is, value) => ({ "": { against: "nothing", is, value } });

/**
 * What a person waits for, and what the editor must not: times in the extension host of a real window.
 * @type {import("../harness.mjs").Measure<Editor>}
 */
export const extensionHost = {
  name: "extension: in the window",
  figures: [
    { id: "extension.submit", title: "extension: warm submit to running, p50", unit: "ms", better: "lower", targets: absolute("below", 30) },
    {
      id: "extension.coldStart",
      title: "extension: kernel cold start to first result",
      unit: "ms",
      better: "lower",
      targets: absolute("below", 500),
    },
    {
      id: "extension.codeLens",
      title: "extension: CodeLens of 5,000 functions after an edit",
      unit: "ms",
      better: "lower",
      targets: absolute("below", 50),
    },
    {
      id: "extension.map.block",
      title: "extension: longest block of the host in a map of 100,000",
      unit: "ms",
      better: "lower",
      targets: absolute("at most", 50),
    },
    {
      id: "extension.map.updates",
      title: "extension: updates a second in a map of 100,000",
      unit: "/s",
      better: "lower",
      targets: absolute("at most", 20),
    },
    {
      id: "extension.tasks.block",
      title: "extension: longest block of the host while scrolling a file with 1,000 finished tasks",
      unit: "ms",
      better: "lower",
      targets: absolute("at most", 50),
    },
  ],
  rounds: (plan) => (plan.rounds > 5 ? 5 : 1),
  isWarm: () => true,
  contenders: [{ name: "extension", role: "ours", open: openWarmEditor, close: closeEditor }],
  round: async (editor, { submissions }) => ({
    ...(await workInEditor(editor, Math.max(6, submissions))),
    "extension.tasks.block": await editor.window.evaluate(scrollPastTasks, path.join(editor.folder, "bench.ts")),
  }),
};

/** Warmed up by everything but the thousand tasks, which take as long as all the rest. */
async function openWarmEditor() {
  const editor = await openEditor();
  await workInEditor(editor, 3);
  return editor;
}

/**
 * @param {Editor} editor
 * @param {number} submissions
 */
async function workInEditor({ window, folder }, submissions) {
  const file = path.join(folder, "bench.ts");
  return {
    "extension.coldStart": await window.evaluate(coldStart, file),
    "extension.submit": await window.evaluate(submitToRunning, file, submissions),
    "extension.codeLens": await window.evaluate(codeLens, path.join(folder, "many.ts")),
    ...(await window.evaluate(mapWithoutBlock, file)),
  };
}

/**
 * Edit a file, run it again, and see the result: warm in the editor, and by `npx tsx`, which starts anew each time.
 * @type {import("../harness.mjs").Measure<Editor | string>}
 */
export const rerun = {
  name: "extension: rerun of an edited file",
  figures: [
    {
      id: "extension.rerun",
      title: "extension: rerun of an edited file",
      unit: "ms",
      better: "lower",
      targets: { "": { against: "peers", is: "at most", value: 0.1 } },
    },
  ],
  rounds: (plan) => (plan.rounds > 5 ? 7 : 3),
  isWarm: (plan) => plan.rounds <= 5,
  contenders: [
    { name: "extension, submit again", role: "ours", open: openEditor, close: (opened) => closeEditor(/** @type {Editor} */ (opened)) },
    {
      name: "npx tsx",
      role: "peer",
      open: () => {
        // Beside the peers, where npx finds it.
        const folder = mkdtempSync(path.join(path.dirname(createRequire(import.meta.url).resolve("tsx/package.json")), "..", "..", "rerun-"));
        return folder;
      },
      close: (folder) => rmSync(/** @type {string} */ (folder), { recursive: true, force: true }),
    },
  ],
  round: async (opened) => ({ "extension.rerun": typeof opened === "string" ? await rerunByTsx(opened) : await rerunInEditor(opened) }),
};

let edits = 0;

/** @param {string} folder */
async function rerunByTsx(folder) {
  edits += 1;
  const file = path.join(folder, "rerun.ts");
  const start = performance.now();
  writeFileSync(file, `${text.replace("edits = 0", `edits = ${edits}`)}console.log(fib(10));\n`);
  const { stdout } = await promisify(execFile)("npx", ["tsx", file], { cwd: folder });
  if (stdout.trim() !== "55") throw new Error(`tsx gave ${stdout}`);
  return performance.now() - start;
}

/** @param {Editor} editor */
async function rerunInEditor({ window, folder }) {
  edits += 1;
  const time = () => window.evaluate(editAndSubmit, path.join(folder, "bench.ts"), edits);
  await time(); // warm
  edits += 1;
  return time();
}

/**
 * These run in the extension host.
 * @param {typeof import("vscode")} vscode
 * @param {string} file
 */
async function coldStart(vscode, file) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  await Promise.all(api.kernels.all().map((/** @type {{ restart(): Promise<void> }} */ kernel) => kernel.restart()));
  const start = performance.now();
  const id = await vscode.commands.executeCommand("futures.submit", {
    uri: vscode.Uri.file(file).toString(),
    functionName: "fib",
    argumentsText: "10",
  });
  await new Promise((resolve) => {
    const look = () => api.store.get(id)?.settledAt !== undefined && resolve(undefined);
    api.store.onDidChange(look);
    look();
  });
  if (api.store.get(id).value?.preview !== "55") throw new Error(JSON.stringify(api.store.get(id).error));
  return performance.now() - start;
}

/**
 * @param {typeof import("vscode")} vscode
 * @param {string} file
 * @param {number} times
 */
async function submitToRunning(vscode, file, times) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  /** @type {number[]} */
  const taken = [];
  for (let i = 0; i < times; i += 1) {
    // As a person submits: one after a while, and not so many that the kernel has to hold back what it tells.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const start = performance.now();
    const id = await vscode.commands.executeCommand("futures.submit", {
      uri: vscode.Uri.file(file).toString(),
      functionName: "fib",
      argumentsText: "1",
    });
    await new Promise((resolve) => {
      const look = () => {
        if (api.store.get(id)?.startedAt !== undefined) resolve(undefined);
      };
      api.store.onDidChange(look);
      look();
    });
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  return /** @type {number} */ (taken[taken.length >> 1]);
}

/**
 * @param {typeof import("vscode")} vscode
 * @param {string} file
 */
async function codeLens(vscode, file) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  if (api.codeLenses.provideCodeLenses(document).length < 10_000) throw new Error("lenses are missing");
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(1, 2), " ");
  await vscode.workspace.applyEdit(edit);
  const start = performance.now();
  api.codeLenses.provideCodeLenses(document);
  return performance.now() - start;
}

/**
 * @param {typeof import("vscode")} vscode
 * @param {string} file
 */
async function mapWithoutBlock(vscode, file) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  const { monitorEventLoopDelay } = require("node:perf_hooks");
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let updates = 0;
  const listener = api.store.onDidChange(() => (updates += 1));
  // What the edit of the measure before has put off until the user pauses, the analysis of a large file, is no part of this one.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  delay.enable();
  const start = performance.now();
  updates = 0;
  const inputs = { expression: "Array.from({ length: 100_000 }, (_, i) => i)" };
  const id = await vscode.commands.executeCommand("futures.map", { uri: vscode.Uri.file(file).toString(), functionName: "nothing", inputs });
  await new Promise((resolve) => {
    const look = () => api.store.get(id)?.settledAt !== undefined && resolve(undefined);
    api.store.onDidChange(look);
    look();
  });
  const seconds = Math.max(1, (performance.now() - start) / 1000);
  delay.disable();
  listener.dispose();
  return { "extension.map.block": delay.max / 1e6, "extension.map.updates": updates / seconds };
}

/**
 * @param {typeof import("vscode")} vscode
 * @param {string} file
 */
async function scrollPastTasks(vscode, file) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  const editor = await vscode.window.showTextDocument(vscode.Uri.file(file.replace("bench.ts", "tasks.ts")), { preview: false });
  const uri = editor.document.uri.toString();
  /** @type {string[]} */
  const ids = [];
  for (let i = 0; i < 1_000; i += 50) {
    const batch = Array.from({ length: 50 }, (_, n) => ({ uri, functionName: `f${(i + n) % 100}`, argumentsText: "1" }));
    /** @type {Thenable<string>[]} */
    const submitted = batch.map((submission) => vscode.commands.executeCommand("futures.submit", submission));
    ids.push(...(await Promise.all(submitted)));
  }
  await new Promise((resolve) => {
    const look = () => ids.every((id) => api.store.get(id)?.settledAt !== undefined || !api.store.get(id)) && resolve(undefined);
    api.store.onDidChange(look);
    look();
  });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const { monitorEventLoopDelay } = require("node:perf_hooks");
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let line = 0; line < 300; line += 6) {
    editor.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.AtTop);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  delay.disable();
  await vscode.commands.executeCommand("futures.clearTasks");
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
  return delay.max / 1e6;
}

/**
 * @param {typeof import("vscode")} vscode
 * @param {string} file
 * @param {number} count
 */
async function editAndSubmit(vscode, file, count) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  const start = performance.now();
  const line = document.lineCount - 2;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, document.lineAt(line).range, `export const edits = ${count};`);
  await vscode.workspace.applyEdit(edit);
  const id = await vscode.commands.executeCommand("futures.submit", { uri: document.uri.toString(), functionName: "fib", argumentsText: "10" });
  await new Promise((resolve) => {
    const look = () => api.store.get(id)?.settledAt !== undefined && resolve(undefined);
    api.store.onDidChange(look);
    look();
  });
  if (api.store.get(id).value?.preview !== "55") throw new Error(JSON.stringify(api.store.get(id).error));
  return performance.now() - start;
}
