import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import type { TaskRecord } from "../../../src/extension/tasks/taskRecord.js";
import { activated, Files, hoverAt, positionOf, resultOf, run, running, settled, show, submit, when } from "./support/editor.js";

const settings = vscode.workspace.getConfiguration("futures");
const set = (key: string, value: unknown): Thenable<void> => settings.update(key, value, vscode.ConfigurationTarget.Global);

describe("Interrupt All", () => {
  let files: Files;
  before(async () => {
    files = await Files.create();
  });
  after(() => files.remove());

  it("stops what runs and drops what is pending, and asks nothing", async () => {
    const uri = await files.write("loops.ts", "export function forever(): never {\n  for (;;);\n}\n");
    const first = await submit(uri, "forever");
    await running(first);
    const second = await submit(uri, "forever", "", "processes");
    await running(second);
    await vscode.commands.executeCommand("futures.interruptAll");
    assert.deepEqual([(await settled(first)).state, (await settled(second)).state], ["cancelled", "cancelled"]);
    const { store, messages } = await activated();
    assert.equal(store.open().length, 0);
    const shown: string[] = [];
    const listener = messages.onDidShow(({ text }) => shown.push(text));
    await vscode.commands.executeCommand("futures.interruptAll");
    listener.dispose();
    assert.deepEqual(shown, ["There is nothing to interrupt: no task is open."]);
  });
});

describe("futures.rerunOnSave", () => {
  let files: Files;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
  });
  after(async () => {
    await set("rerunOnSave", undefined);
    await files.remove();
  });

  const latest = (uri: vscode.Uri): TaskRecord | undefined => api.store.all().find((task) => task.uri === uri.toString());
  const saved = async (uri: vscode.Uri, from: string, to: string): Promise<void> => {
    const { document } = await show(uri, from);
    const edit = new vscode.WorkspaceEdit();
    const start = document.positionAt(document.getText().indexOf(from));
    edit.replace(uri, new vscode.Range(start, start.translate(0, from.length)), to);
    await vscode.workspace.applyEdit(edit);
    await document.save();
  };
  const becomes = (uri: vscode.Uri, preview: string): Promise<true> =>
    when(
      (listener) => api.store.onDidChange(listener),
      () => (latest(uri)?.value?.preview === preview ? true : undefined),
      () => JSON.stringify(latest(uri)),
    );

  it("runs functions of the file again, and those of files that import it, and is off by default", async () => {
    const lib = await files.write("lib.ts", "export const factor = 2;\nexport function own() {\n  return factor;\n}\n");
    const user = await files.write("user.ts", 'import { factor } from "./lib";\nexport function times(n: number) {\n  return n * factor;\n}\n');
    const other = await files.write("other.ts", "export function apart() {\n  return 'apart';\n}\n");
    await run(lib, "own");
    await run(user, "times", "21");
    await run(other, "apart");
    const before = api.store.all().length;
    await saved(lib, "factor = 2", "factor = 3");
    assert.equal(api.store.all().length, before, "it ran though the setting is off");
    await set("rerunOnSave", true);
    const apart = latest(other)?.id;
    await saved(lib, "factor = 3", "factor = 4");
    await Promise.all([becomes(lib, "4"), becomes(user, "84")]);
    assert.equal(latest(other)?.id, apart, "a file that does not import it ran too");
    assert.equal(latest(user)?.argumentsText, "21");
  });

  it("cancels a run that is still open, and begins none that the user has stopped", async () => {
    const uri = await files.write("open.ts", "export function loops() {\n  for (;;);\n}\n");
    const first = await submit(uri, "loops");
    await running(first);
    await saved(uri, "for (;;);", "return 'changed';");
    await becomes(uri, "'changed'");
    assert.equal((await settled(first)).state, "cancelled");
    await saved(uri, "return 'changed';", "for (;;);");
    const second = await when(
      (listener) => api.store.onDidChange(listener),
      () => (latest(uri)?.state === "running" ? latest(uri)?.id : undefined),
    );
    await running(second);
    await vscode.commands.executeCommand("futures.cancel", { taskId: second });
    await settled(second);
    await saved(uri, "for (;;);", "return 'again';");
    assert.equal(latest(uri)?.id, second);
  });
});

describe("the list of tasks", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    uri = await files.write("list.ts", "export function good(n: number) {\n  return n;\n}\nexport function bad() {\n  throw new Error('no');\n}\n");
    await vscode.commands.executeCommand("futures.clearTasks");
    await run(uri, "good", "1");
    await run(uri, "bad");
    await run(uri, "good", "2");
  });
  after(async () => {
    await vscode.commands.executeCommand("futures.groupTasks", "none");
    await vscode.commands.executeCommand("futures.clearFilter");
    await files.remove();
  });

  const tree = (): unknown[] => {
    const tasks = api.tree.childrenOf().find(({ kind }) => kind === "tasks");
    const dump = (node: Parameters<typeof api.tree.getTreeItem>[0]): unknown => {
      const { label, description } = api.tree.getTreeItem(node);
      const children = api.tree.childrenOf(node);
      return node.kind === "task" ? label : [`${label} | ${description}`, ...children.map(dump)];
    };
    return tasks ? [dump(tasks)] : [];
  };

  it("can be grouped by state and by function", async () => {
    assert.deepEqual(tree(), [["Tasks | 3 settled", "good(2)", "bad()", "good(1)"]]);
    await vscode.commands.executeCommand("futures.groupTasks", "state");
    assert.deepEqual(tree(), [["Tasks | 3 settled", ["Finished | 2", "good(2)", "good(1)"], ["Failed | 1", "bad()"]]]);
    await vscode.commands.executeCommand("futures.groupTasks", "function");
    assert.deepEqual(tree(), [["Tasks | 3 settled", ["good | list.ts · 2", "good(2)", "good(1)"], ["bad | list.ts · 1", "bad()"]]]);
    const [task] = api.store.all();
    assert.ok(task);
    const node = api.tree.childrenOf(api.tree.childrenOf(api.tree.childrenOf().at(-1))[0])[0];
    assert.equal(node && api.tree.getParent(node)?.kind, "group");
    await vscode.commands.executeCommand("futures.groupTasks", "none");
  });

  it("can be filtered, and says so", async () => {
    await vscode.commands.executeCommand("futures.filterTasks", "error: NO");
    assert.deepEqual(tree(), [["Tasks | 1 settled · filter: error: NO", "bad()"]]);
    await vscode.commands.executeCommand("futures.clearFilter");
    assert.deepEqual(tree(), [["Tasks | 3 settled", "good(2)", "bad()", "good(1)"]]);
  });
});

describe("the runtime", () => {
  let files: Files;
  let api: ExtensionApi;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail("no folder");
  const place = (name: string): vscode.Uri => vscode.Uri.joinPath(folder, name);
  const write = (name: string, text: string): Thenable<void> => vscode.workspace.fs.writeFile(place(name), new TextEncoder().encode(text));
  const restart = (): Promise<unknown> => Promise.all(api.kernels.all().map((kernel) => kernel.restart()));
  before(async () => {
    api = await activated();
    files = await Files.create();
  });
  afterEach(async () => {
    for (const name of [".nvmrc", "host.env"]) await vscode.workspace.fs.delete(place(name)).then(undefined, () => {});
    for (const key of ["envFile", "execArgv"]) await set(key, undefined);
    await restart();
  });
  after(() => files.remove());

  it("is told with its version and how it was found", async () => {
    const uri = await files.write("version.ts", "export function version() {\n  return process.versions.node;\n}\n");
    await restart();
    assert.match(api.kernelStatus.shown.text, /no kernel/);
    const version = (await resultOf(uri, "version")).replaceAll("'", "");
    assert.equal(api.kernelStatus.shown.text, `Futures: Node.js ${version}`);
    assert.match(api.kernelStatus.shown.detail, /, found on PATH, process \d+/);
    await restart();
    await write(".nvmrc", version.split(".")[0] as string);
    await run(uri, "version");
    assert.match(api.kernelStatus.shown.detail, /, the version of \.nvmrc, process \d+/);
    await restart();
    await write(".nvmrc", "v8.1");
    await run(uri, "version");
    assert.match(api.kernelStatus.shown.detail, /found on PATH, process \d+, \.nvmrc asks for Node\.js v8\.1, which was not found/);
  });

  it("has the variables of the environment file, but for NODE_OPTIONS", async () => {
    const uri = await files.write("env.ts", "export function env(name: string) {\n  return process.env[name];\n}\n");
    await write("host.env", "FUTURES_TEST='from the file'\nNODE_OPTIONS=--no-such-option\n");
    await set("envFile", "host.env");
    await restart();
    for (const executor of ["threads", "processes"] as const) {
      assert.equal(await resultOf(uri, "env", '"FUTURES_TEST"', executor), "'from the file'");
      assert.equal(await resultOf(uri, "env", '"NODE_OPTIONS"', executor), "undefined");
    }
  });

  it("fails with the file's name if that is not there", async () => {
    const uri = await files.write("missing.ts", "export function never() {}\n");
    await set("envFile", "missing.env");
    await restart();
    const { error } = await run(uri, "never");
    assert.match(`${error?.source}: ${error?.message}`, /^kernel: The environment file missing\.env of the setting futures\.envFile cannot be read/);
  });

  it("gives the workers the options of futures.execArgv, also while the kernel runs", async () => {
    const uri = await files.write("options.ts", "export function options() {\n  return process.execArgv.join(' ');\n}\n");
    assert.doesNotMatch(await resultOf(uri, "options"), /conditions/);
    await set("execArgv", ["--conditions=futures-test"]);
    for (const executor of ["threads", "processes"] as const) assert.match(await resultOf(uri, "options", "", executor), /--conditions=futures-test/);
  });
});

describe("progress", () => {
  it("stands in the hover and in the tree while the task runs", async () => {
    const files = await Files.create();
    try {
      const { store, tree } = await activated();
      const uri = await files.write(
        "steps.ts",
        "export function* steps() {\n  for (let value = 1; value <= 4; value++) yield { value, total: 4 };\n  for (;;) yield 'the rest';\n}\n",
      );
      const id = await submit(uri, "steps");
      const seen = new Set<string>();
      await when(
        (listener) => store.onDidChange(listener),
        () => {
          const progress = store.get(id)?.progress;
          if (progress) seen.add(progress.text);
          return seen.has("the rest") ? true : undefined;
        },
      );
      const { document } = await show(uri);
      assert.match(await hoverAt(uri, positionOf(document, "function* steps")), /the rest/);
      const tasks = tree.childrenOf(tree.childrenOf().find(({ kind }) => kind === "tasks"));
      assert.match(String(tasks.map((node) => tree.getTreeItem(node).description)), /running.* · the rest/);
      await vscode.commands.executeCommand("futures.cancel", { taskId: id });
      assert.equal((await settled(id)).state, "cancelled");
    } finally {
      await files.remove();
    }
  });
});
