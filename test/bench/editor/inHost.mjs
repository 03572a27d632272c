// @ts-check
// What the measures do in the extension host of the window; each function is sent there as text, and `require` is there.

/**
 * @param {typeof import("vscode")} vscode
 * @param {string} file
 */
export async function coldStart(vscode, file) {
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
export async function submitToRunning(vscode, file, times) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  /** @type {number[]} */
  const taken = [];
  for (let i = 0; i < times; i += 1) {
    // As a person submits: one after a while, and not so many that the kernel has to hold back what it tells.
    await new Promise((resolve) => setTimeout(resolve, 250));
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
export async function codeLens(vscode, file) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  if (api.codeLenses.provideCodeLenses(document).length < 10_000) throw new Error("lenses are missing");
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(1, 2), " ");
  await vscode.workspace.applyEdit(edit);
  const start = performance.now();
  api.codeLenses.provideCodeLenses(document);
  const time = performance.now() - start;
  // What the edit has put off until the user pauses, the analysis of a large file, is no part of the next measure.
  /** @type {import("vscode").Disposable | undefined} */
  let listener;
  await new Promise((resolve) => {
    listener = api.codeLenses.onDidChangeCodeLenses(resolve);
    setTimeout(resolve, 2_000); // a machine so quick that nothing is put off
  });
  listener?.dispose();
  api.codeLenses.provideCodeLenses(document);
  return time;
}

/**
 * @param {typeof import("vscode")} vscode
 * @param {string} file
 */
export async function mapWithoutBlock(vscode, file) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  const { monitorEventLoopDelay } = require("node:perf_hooks");
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let updates = 0;
  const listener = api.store.onDidChange(() => (updates += 1));
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
 * @param {string} tasksFile
 */
export async function scrollPastTasks(vscode, file, tasksFile) {
  const api = await vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.activate();
  const editor = await vscode.window.showTextDocument(vscode.Uri.file(tasksFile), { preview: false });
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
export async function editAndSubmit(vscode, file, count) {
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
