import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import type { TreeNode } from "../../../src/extension/views/treeNodes.js";
import { activated, extension, Files, positionOf, run, running, settled, show, submit, when } from "./support/editor.js";

describe("the sidebar", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    uri = await files.write(
      "tree.ts",
      "export function add(a: number, b: number) {\n  return a + b;\n}\nexport function forever(): never {\n  for (;;);\n}\nexport function fails() {\n  throw new Error('no');\n}\n",
    );
    await closeOtherKernels();
    await vscode.commands.executeCommand("futures.clearTasks");
    await run(uri, "add", "1, 1");
  });
  after(() => files.remove());
  afterEach(() => vscode.commands.executeCommand("futures.selectExecutor", { executor: "threads" }));

  /** Other tests have submitted files from elsewhere; their kernels would stand in the tree too. */
  async function closeOtherKernels(): Promise<void> {
    await Promise.all(api.kernels.all().map((kernel) => kernel.restart()));
  }

  const labelled = (node: TreeNode): { label: string; item: vscode.TreeItem } => {
    const item = api.tree.getTreeItem(node);
    return { label: `${item.label} | ${item.description}`, item };
  };
  const top = (): { label: string; item: vscode.TreeItem; node: TreeNode }[] => api.tree.childrenOf().map((node) => ({ ...labelled(node), node }));
  const below = (index: number): { label: string; item: vscode.TreeItem; node: TreeNode }[] =>
    api.tree.childrenOf(top()[index]?.node).map((node) => ({ ...labelled(node), node }));
  const tasks = (): ReturnType<typeof below> => below(2);

  it("has the executors, the selected one marked, and the tasks", async () => {
    assert.match(top()[0]?.label ?? "", /^Threads \| selected · \d of \d+ busy$/);
    assert.match(top()[1]?.label ?? "", /^Processes \| /);
    assert.equal(top()[2]?.label, "Tasks | 1 settled");
    assert.equal(top().length, 3);
    await vscode.commands.executeCommand("futures.selectExecutor", { executor: "processes" });
    assert.match(top()[0]?.label ?? "", /^Threads \| \d of/);
    assert.match(top()[1]?.label ?? "", /^Processes \| selected/);
  });

  it("has workers, busy with a task or idle, with thread or process id", async () => {
    const id = await submit(uri, "forever", "", "processes");
    await running(id);
    const executor = await when(
      (listener) => api.executors.onDidChange(listener),
      () => below(1).find(({ label }) => / busy · forever\(\)$/.test(label)),
      () => JSON.stringify(below(1).map(({ label }) => label)),
    );
    assert.match(executor.label, /^process-\d+ \(pid \d+\) \| busy · forever\(\)$/);
    assert.match(below(0)[0]?.label ?? "", /^thread-\d+ \(thread \d+\) \| idle$/);
    await vscode.commands.executeCommand("futures.cancel", { taskId: id });
    await settled(id);
  });

  it("has tasks, the newest first, with state, result and what can be done with them", async () => {
    const open = await submit(uri, "forever");
    await running(open);
    const failed = await run(uri, "fails");
    const done = await run(uri, "add", "20, 22");
    const [first, second, third] = tasks();
    assert.match(first?.label ?? "", /^add\(20, 22\) \| 42 · [\d.]+ m?s$/);
    assert.equal(second?.label, "fails() | Error: no");
    assert.match(third?.label ?? "", /^forever\(\) \| running \d+ s$/);
    assert.deepEqual(
      [first, second, third].map((entry) => [entry?.item.contextValue, (entry?.item.iconPath as vscode.ThemeIcon | undefined)?.id]),
      [
        ["settledTask", "pass"],
        ["settledTask", "error"],
        ["openTask", "sync~spin"],
      ],
    );
    assert.deepEqual(
      tasks()
        .slice(0, 3)
        .map(({ node }) => "taskId" in node && node.taskId),
      [done.id, failed.id, open],
    );
    // The menus hand the node itself to the command.
    await vscode.commands.executeCommand("futures.cancel", third?.node);
    assert.equal((await settled(open)).state, "cancelled");
    assert.equal(tasks()[2]?.item.contextValue, "settledTask");
    const again = await vscode.commands.executeCommand<string>("futures.submitAgain", first?.node);
    assert.equal((await settled(again)).value?.preview, "42");
  });

  it("leads from a task to its function", async () => {
    const { document } = await show(uri, "export function fails");
    const { command } = tasks().find(({ label }) => label.startsWith("add("))?.item ?? assert.fail("there is no such task");
    await vscode.commands.executeCommand(command?.command as string, ...(command?.arguments ?? []));
    assert.equal(vscode.window.activeTextEditor?.selection.active.line, positionOf(document, "function add").line);
  });

  it("keeps a node's id and object as long as the task is kept, and finds its parent", async () => {
    const before = tasks()[0];
    await run(uri, "add", "2, 2");
    const after = tasks()[1];
    assert.equal(before?.node, after?.node);
    assert.equal(before?.item.id, after?.item.id);
    assert.equal(api.tree.getParent(after?.node as TreeNode), top()[2]?.node);
    const ids = [...top(), ...below(0), ...below(1), ...tasks()].map(({ item }) => item.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("shows a task's hover as its tooltip", () => {
    const { item, node } = tasks()[0] ?? assert.fail("there is no task");
    const tooltip = api.tree.resolveTreeItem(item, node).tooltip as vscode.MarkdownString;
    assert.match(tooltip.value, /\*\*Finished in/);
  });

  it("counts running tasks on its badge", async () => {
    await vscode.commands.executeCommand("futures.tasks.focus");
    const badge = async (value: number | undefined): Promise<void> => {
      await when(
        (listener) => api.tree.onDidChangeTreeData(listener),
        () => (api.tree.view.badge?.value === value ? true : undefined),
        () => `the badge is ${api.tree.view.badge?.value}`,
      );
    };
    const id = await submit(uri, "forever");
    await badge(1);
    await vscode.commands.executeCommand("futures.cancel", { taskId: id });
    await badge(undefined);
  });

  it("has a node for each kernel when there are several", async () => {
    const outside = vscode.Uri.file(path.join(extension().extensionPath, "media", "examples", "fib.ts"));
    const { kernel } = await run(outside, "fib", "5");
    assert.deepEqual(
      top().map(({ node }) => node.kind),
      ["kernel", "kernel", "tasks"],
    );
    const second = top()[1];
    assert.equal(second?.item.label, path.basename(kernel));
    assert.deepEqual(
      below(1).map(({ item }) => item.label),
      ["Threads", "Processes"],
    );
    assert.equal(api.tree.getParent(below(1)[0]?.node as TreeNode), second?.node);
    await api.kernels.get(kernel)?.restart();
    assert.equal(top().length, 3);
    assert.equal(top()[0]?.node.kind, "executor");
  });

  it("forgets finished tasks on demand and keeps the open ones", async () => {
    const id = await submit(uri, "forever");
    await running(id);
    await vscode.commands.executeCommand("futures.clearTasks");
    assert.deepEqual(
      tasks().map(({ label }) => label.replace(/\d+ s$/, "")),
      ["forever() | running "],
    );
    await vscode.commands.executeCommand("futures.cancel", { taskId: id });
    await settled(id);
  });
});
