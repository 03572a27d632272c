import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import type { TaskRecord } from "../../../src/extension/tasks/taskRecord.js";
import type { TreeNode } from "../../../src/extension/views/treeNodes.js";
import {
  accept,
  activated,
  closeEditors,
  Files,
  hoverAt,
  messagesOf,
  positionOf,
  run,
  running,
  settled,
  show,
  taskThat,
  when,
} from "./support/editor.js";

const text = `export const inputs = [3, 4, 5];
export function square(n: number) {
  if (n === 4) throw new RangeError("no fours");
  return n * n;
}
export function hangs(n: number) {
  for (; n > 0; );
  return n;
}
export function people() {
  return [{ name: "Ada", age: 36 }, { name: "Bob", age: 7 }];
}
export function wave() {
  return Array.from({ length: 100 }, (_, i) => Math.sin(i / 10));
}
class Dot {
  [Symbol.for("Jupyter.display")]() {
    return { "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><circle r='4' cx='4' cy='4'/></svg>", "text/plain": "a dot" };
  }
}
export function dot() {
  return new Dot();
}
export function nested() {
  return { list: Array.from({ length: 250 }, (_, i) => ({ i })), map: new Map([["key", "value"]]) };
}
`;

describe("Map over…", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    uri = await files.write("map.ts", text);
  });
  after(() => files.remove());

  const map = async (functionName: string, inputs: Record<string, string>, more = {}): Promise<string> => {
    const id = await vscode.commands.executeCommand<string | undefined>("futures.map", { uri: uri.toString(), functionName, inputs, ...more });
    return id ?? assert.fail("nothing was mapped");
  };
  const select = async (place: vscode.Uri, what: string, length = what.length, viewColumn?: vscode.ViewColumn): Promise<void> => {
    const document = await vscode.workspace.openTextDocument(place);
    const start = positionOf(document, what);
    const selection = new vscode.Range(start, document.positionAt(document.offsetAt(start) + length));
    await vscode.window.showTextDocument(document, { selection, preview: false, ...(viewColumn && { viewColumn }) });
  };
  const counts = ({ mapProgress }: TaskRecord): unknown => mapProgress && [mapProgress.total, mapProgress.done, mapProgress.failed];

  it("runs a function over what an expression gives, as one task, on either executor", async () => {
    for (const executor of ["threads", "processes"]) {
      const task = await settled(await map("square", { expression: "inputs" }, { executor }));
      assert.equal(task.value?.preview, "[ 9, undefined, 25 ]");
      assert.deepEqual(counts(task), [3, 3, 1]);
      assert.equal(task.value?.tabular, true);
    }
  });

  it("takes a file, its unsaved text, and a text", async () => {
    const json = await files.write("inputs.json", "[1, 2]");
    assert.equal((await settled(await map("square", { file: json.toString() }))).value?.preview, "[ 1, 4 ]");
    const { document } = await show(json);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(json, document.positionAt(1), "10, ");
    await vscode.workspace.applyEdit(edit);
    assert.equal((await settled(await map("square", { file: json.toString() }))).value?.preview, "[ 100, 1, 4 ]");
    assert.equal((await settled(await map("square", { text: "6\n7" }))).value?.preview, "[ 36, 49 ]");
  });

  it("asks for the inputs, and remembers the expression", async () => {
    await settled(await map("square", { expression: "[8]" }));
    await show(uri, "function square");
    const id = await accept(vscode.commands.executeCommand<string | undefined>("futures.map"));
    assert.equal((await settled(id ?? assert.fail("left"))).value?.preview, "[ 64 ]");
  }).timeout(60_000);

  it("stands on the line, in the hover and in the tree, and is submitted again as it was", async () => {
    const id = await map("square", { expression: "[1, 4]" });
    await settled(id);
    const { document } = await show(uri, "function square");
    const hover = await hoverAt(uri, positionOf(document, "function square"));
    assert.match(hover, /square over \[1, 4\]/);
    assert.match(hover, /Show as Table/);
    assert.match(hover, /Rerun Failed/);
    const again = await vscode.commands.executeCommand<string>("futures.submitAgain", { taskId: id });
    assert.deepEqual(counts(await settled(again)), [2, 2, 1]);
  });

  it("runs only the failures again", async () => {
    const id = await map("square", { expression: "[3, 4, 4]" });
    await settled(id);
    const again = await vscode.commands.executeCommand<string>("futures.rerunFailed", { taskId: id });
    assert.deepEqual(counts(await settled(again)), [2, 2, 2]);
    const clean = await map("square", { expression: "[3]" });
    await settled(clean);
    const [message] = await messagesOf(() => vscode.commands.executeCommand("futures.rerunFailed", { taskId: clean }));
    assert.match(message?.text ?? "", /Nothing failed in task #\d+, or it is no map/);
  });

  it("is cancelled in an endless loop, shows where that was, and keeps what was done", async () => {
    const id = await map("hangs", { expression: "[0, 0, 0, 1]" });
    await taskThat(id, ({ mapProgress }) => (mapProgress?.done ?? 0) >= 2);
    await vscode.commands.executeCommand("futures.cancel", { taskId: id });
    const task = await settled(id);
    assert.equal(task.state, "cancelled");
    assert.match(task.error?.frames[0]?.functionName ?? "", /hangs/);
    assert.ok((task.mapProgress?.done ?? 0) >= 2);
  });

  it("says what is wrong with an expression before anything runs", async () => {
    const before = api.store.all().length;
    const shown = await messagesOf(() =>
      vscode.commands.executeCommand("futures.map", { uri: uri.toString(), functionName: "square", inputs: { expression: "[1," } }),
    );
    assert.match(shown[0]?.text ?? "", /The inputs of the map are no expression: /);
    assert.equal(api.store.all().length, before);
  });

  it("takes the selection, with the function around it or one that is asked for, and one beside a file of inputs", async () => {
    // The first is accepted of whatever is asked: the function, and the selection before other inputs.
    const chosen = async (): Promise<TaskRecord> =>
      settled((await accept(vscode.commands.executeCommand<string | undefined>("futures.map"))) ?? assert.fail("left"));
    await closeEditors();
    await select(uri, "4) throw", 1);
    assert.deepEqual(counts(await chosen()), [1, 1, 1]);
    await select(uri, "[3, 4, 5]");
    const task = await chosen();
    assert.deepEqual([task.functionName, task.value?.preview], ["square", "[ 9, undefined, 25 ]"]);
    await show(uri);
    const inputs = await files.write("lines.txt", "6\n7\n8\n");
    await select(inputs, "6\n7", undefined, vscode.ViewColumn.Beside);
    const beside = await chosen();
    assert.deepEqual([beside.uri, beside.value?.preview], [uri.toString(), "[ 36, 49 ]"]);
    await closeEditors();
  }).timeout(60_000);

  it("goes through 100,000 inputs with few changes on the way", async () => {
    let changes = 0;
    const listener = api.store.onDidChange(() => (changes += 1));
    const start = Date.now();
    const task = await settled(await map("square", { expression: "Array.from({ length: 100_000 }, (_, i) => i)" }));
    listener.dispose();
    assert.deepEqual(counts(task), [100_000, 100_000, 1]);
    assert.ok(changes <= 25 * ((Date.now() - start) / 1000 + 1), `${changes} changes`);
  });

  it("has a table in a panel of its own, with the words of the page and no second one", async () => {
    const id = await map("square", { expression: "inputs" });
    await settled(id);
    await vscode.commands.executeCommand("futures.showTable", { taskId: id });
    await vscode.commands.executeCommand("futures.showTable", { taskId: id });
    assert.deepEqual(
      api.tables.openTasks.filter((open) => open === id),
      [id],
    );
    const tab = await when(
      (listener) => vscode.window.tabGroups.onDidChangeTabs(listener),
      () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label === `square #${id}`),
    );
    assert.ok(tab.input instanceof vscode.TabInputWebview);
    await vscode.window.tabGroups.close(tab);
    assert.deepEqual(api.tables.openTasks, []);
    const number = await run(uri, "hangs", "0");
    const [message] = await messagesOf(() => vscode.commands.executeCommand("futures.showTable", { taskId: number.id }));
    assert.match(message?.text ?? "", /is no table: that takes a map, or an array of records/);
  });
});

describe("the value of a task", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    uri = await files.write("values.ts", text);
  });
  after(() => files.remove());

  const below = async (node: TreeNode): Promise<{ node: TreeNode; label: string; item: vscode.TreeItem }[]> =>
    (await api.tree.getChildren(node)).map((child) => {
      const item = api.tree.getTreeItem(child);
      return { node: child, label: `${item.label}: ${item.description}`, item };
    });
  const nodeOf = async (name: string): Promise<TreeNode> => {
    const { id } = await run(uri, name);
    const tasks = api.tree.childrenOf().find(({ kind }) => kind === "tasks");
    return api.tree.childrenOf(tasks).find((node) => node.kind === "task" && node.taskId === id) ?? assert.fail("no node");
  };

  it("unfolds below the task, part by part", async () => {
    const node = await nodeOf("nested");
    assert.equal(api.tree.getTreeItem(node).collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    const [list, map] = await below(node);
    assert.match(list?.label ?? "", /^list: \[ \{ i: 0 \}/);
    assert.equal(map?.label, "map: Map(1) { 'key' => 'value' }");
    const stretches = await below(list?.node ?? assert.fail());
    assert.deepEqual(
      stretches.map(({ label }) => label),
      ["[0 … 99]: ", "[100 … 199]: ", "[200 … 249]: "],
    );
    const items = await below(stretches[2]?.node ?? assert.fail());
    assert.equal(items[3]?.label, "[203]: { i: 203 }");
    assert.equal((await below(items[3]?.node ?? assert.fail()))[0]?.label, "i: 203");
    const ids = [list, map, ...stretches, ...items].map((entry) => entry?.item.id);
    assert.equal(new Set(ids).size, ids.length);
    await vscode.commands.executeCommand("futures.copyNodeValue", items[3]?.node);
    assert.equal(await vscode.env.clipboard.readText(), "{ i: 203 }");
  });

  it("says so when the kernel that had it is gone", async () => {
    const node = await nodeOf("nested");
    await Promise.all(api.kernels.all().map((kernel) => kernel.restart()));
    assert.deepEqual(
      (await below(node)).map(({ label }) => label),
      [": no longer kept: the kernel that had it has ended"],
    );
  });

  it("is copied as JSON", async () => {
    const { id } = await run(uri, "people");
    await vscode.commands.executeCommand("futures.copyJson", { taskId: id });
    assert.deepEqual(JSON.parse(await vscode.env.clipboard.readText()), [
      { name: "Ada", age: 36 },
      { name: "Bob", age: 7 },
    ]);
  });

  it("is a table, a plot or an image in the hover", async () => {
    const { document } = await show(uri, "function people");
    const hoverOf = async (name: string): Promise<string> => {
      await run(uri, name);
      return hoverAt(uri, positionOf(document, `function ${name}`));
    };
    assert.match(await hoverOf("people"), /Show as Table/);
    assert.match(await hoverOf("wave"), /!\[A line of 100 numbers from \\-0\\\.999923 to 0\\\.999574\]\(data:image\/svg\+xml;base64,[\w+/=]+\)/);
    assert.match(await hoverOf("dot"), /!\[a dot\]\(data:image\/svg\+xml;base64,/);
  });

  it("opens as a document with colours of its own language", async () => {
    const { id } = await run(uri, "people");
    await vscode.commands.executeCommand("futures.openValue", { taskId: id });
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.languageId, "futures-value");
    assert.match(document?.getText() ?? "", /^\/\/ people\(\) #\d+\n\[ \{ name: 'Ada', age: 36 \}/);
  });

  it("opens as a whole, also where line and hover have only its beginning", async () => {
    const long = await files.write("long.ts", "export function long() {\n  return Array.from({ length: 20_000 }, (_, i) => `item ${i}`);\n}\n");
    const { id, value } = await run(long, "long");
    assert.equal(value?.truncated, true);
    await vscode.commands.executeCommand("futures.openValue", { taskId: id });
    const text = vscode.window.activeTextEditor?.document.getText() ?? "";
    assert.match(text, /'item 19999'/);
    assert.doesNotMatch(text, /left out/);
    await vscode.commands.executeCommand("futures.copyValue", { taskId: id });
    assert.match(await vscode.env.clipboard.readText(), /'item 19999'\n?\]$/);
  });

  it("is running until it is there", async () => {
    const id = await vscode.commands.executeCommand<string>("futures.submit", { uri: uri.toString(), functionName: "hangs", argumentsText: "1" });
    await running(id);
    const [message] = await messagesOf(() => vscode.commands.executeCommand("futures.copyJson", { taskId: id }));
    assert.match(message?.text ?? "", /hangs\(1\) has no value yet/);
    await vscode.commands.executeCommand("futures.cancel", { taskId: id });
    await settled(id);
  });
});
