/** What is told and shown beyond the line: the golden texts of hovers, tree and table, the timeline, resolution, the menu. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import { bodyOf } from "../../../src/extension/value/displayPanel.js";
import {
  accept,
  activated,
  extension,
  Files,
  hoverAt,
  positionOf,
  resetSettings,
  run,
  running,
  set,
  settled,
  show,
  submit,
  taskThat,
  when,
} from "./support/editor.js";

const text = `import { factor } from "./golden-lib";
import path from "node:path";

export function value(n: number) {
  return { n, list: [n, n * factor], text: "a\\nb", big: 2n, set: new Set([1]) };
}
export function fails(): never {
  throw new RangeError("outer", { cause: Object.assign(new TypeError("inner"), { code: 7 }) });
}
export function slow() {
  return new Promise((resolve) => setTimeout(resolve, 60_000));
}
export function forever(): never {
  for (;;);
}
export function square(n: number) {
  if (n === 2) throw new Error("two");
  return n * n;
}
export const base = path.basename("/a/b");
export class Page {
  [Symbol.for("Jupyter.display")]() {
    return { "text/html": "<h1 style='color: teal'>hi</h1><script>alert(1)</script>", "text/plain": "a page" };
  }
}
export function page() {
  return new Page();
}
`;

describe("what is told", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    await files.write("golden-lib.ts", "export const factor = 2;\n");
    uri = await files.write("golden.ts", text);
    await Promise.all(api.kernels.all().map((kernel) => kernel.restart()));
    await vscode.commands.executeCommand("futures.clearTasks");
  });
  afterEach(() => resetSettings());
  after(() => files.remove());

  /** Compares with a text that is kept; `UPDATE_GOLDEN=1` writes it anew. What differs from run to run is replaced before. */
  function golden(name: string, told: string): void {
    const file = path.join(extension().extensionPath, "test", "fixtures", "golden", `${name}.txt`);
    const stable = told
      .replaceAll(path.dirname(uri.fsPath), "~")
      .replaceAll(encodeURIComponent(path.dirname(uri.fsPath)), "~")
      .replace(/\\([^\w\s])/g, "$1") // as markdown is read
      .replace(/```typescript\n(?:\(loading\.\.\.\) )?function [\s\S]*?```\n*/g, "") // what TypeScript itself tells
      .replace(/ · (?:memory \+[\d.]+ MB|processor time [\d.]+ m?s)/g, "")
      .replace(/\d+(?:\.\d+)? (?:ms|s)\b/g, "<time>")
      .replace(/\d+:\d+:\d+\s[AP]M/g, "<clock>")
      .replace(/\n{3,}/g, "\n\n")
      .replace(/#\d+/g, "#<id>")
      .replace(/%22taskId%22%3A%22\d+%22/g, "%22taskId%22%3A%22<id>%22")
      .replace(/\b(thread|process)-\d+ \((thread|pid) \d+\)/g, "$1-<n> ($2 <n>)")
      .replaceAll("&nbsp;", " ");
    if (process.env["UPDATE_GOLDEN"]) writeFileSync(file, `${stable.trimEnd()}\n`);
    assert.equal(`${stable.trimEnd()}\n`, readFileSync(file, "utf8"), `${name}.txt`);
  }

  it("in hovers: a value, an error with its cause, a running task, one that was stopped, a map", async () => {
    const { document } = await show(uri);
    const hovers: string[] = [];
    const take = async (name: string): Promise<void> => {
      hovers.push(`=== ${name}\n${await hoverAt(uri, positionOf(document, `function ${name}`))}`);
    };
    await set("maxWorkers", 2);
    await taskThat((await run(uri, "value", "20")).id, ({ worker }) => worker?.threadId !== undefined);
    await take("value");
    await taskThat((await run(uri, "fails")).id, ({ worker }) => worker?.threadId !== undefined);
    await take("fails");
    const slow = await submit(uri, "slow");
    await running(slow);
    await taskThat(slow, ({ worker }) => worker?.threadId !== undefined);
    await take("slow");
    await vscode.commands.executeCommand("futures.cancel", { taskId: slow });
    await settled(slow);
    const forever = await submit(uri, "forever");
    await running(forever);
    await taskThat(forever, ({ worker }) => worker?.threadId !== undefined);
    await vscode.commands.executeCommand("futures.cancel", { taskId: forever });
    await settled(forever);
    await take("forever");
    const map = await vscode.commands.executeCommand<string>("futures.map", {
      uri: uri.toString(),
      functionName: "square",
      inputs: { expression: "[1, 2, 3]" },
    });
    await settled(map);
    await taskThat(map, ({ worker }) => worker?.threadId !== undefined);
    await take("square");
    golden("hovers", hovers.join("\n\n"));
  }).timeout(60_000);

  it("in the tree: every state, and the parts of a value", async () => {
    const lines: string[] = [];
    const tasks = api.tree.childrenOf().find(({ kind }) => kind === "tasks");
    for (const node of api.tree.childrenOf(tasks)) {
      const item = api.tree.getTreeItem(node);
      lines.push(`${item.label} | ${item.description} | ${(item.iconPath as vscode.ThemeIcon).id} | ${item.contextValue}`);
      for (const child of item.collapsibleState ? await api.tree.getChildren(node) : []) {
        const part = api.tree.getTreeItem(child);
        lines.push(`  ${part.label}: ${part.description} | ${(part.iconPath as vscode.ThemeIcon).id}${part.collapsibleState ? " +" : ""}`);
      }
    }
    golden("tree", lines.join("\n"));
  });

  it("in a table: the columns and rows of a map", async () => {
    const map = api.store.all().find(({ functionName }) => functionName === "square") ?? assert.fail("no map");
    const answer = await api.kernels.ask(map, { kind: "page", selection: { filter: "", failedOnly: false }, offset: 0, count: 9 });
    const page = answer.kind === "page" ? answer.page : assert.fail(JSON.stringify(answer));
    golden(
      "table",
      [page.columns.join(" | "), ...page.rows.map(({ cells, failed }) => `${cells.slice(0, -1).join(" | ")}${failed ? " (failed)" : ""}`)].join("\n"),
    );
  });

  it("of a value that shows itself: its HTML in a panel without scripts", async () => {
    const { id, value } = await run(uri, "page");
    assert.equal(value?.preview, "a page");
    await vscode.commands.executeCommand("futures.openValue", { taskId: id });
    const tab = await when(
      (listener) => vscode.window.tabGroups.onDidChangeTabs(listener),
      () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label === `page #${id}`),
    );
    assert.ok(tab.input instanceof vscode.TabInputWebview);
    await vscode.window.tabGroups.close(tab);
    assert.equal(bodyOf({ "text/plain": "<a>", "image/png": 'AA"==' }), '<img alt="&lt;a&gt;" src="data:image/png;base64,AA==">');
    assert.equal(bodyOf({ "application/x": "1 < 2" }), "<pre>1 &lt; 2</pre>");
  });

  it("of time: a trace with a lane for each worker and a bar for each task", async () => {
    await vscode.commands.executeCommand("futures.exportTimeline");
    const { document } = vscode.window.activeTextEditor ?? assert.fail("no editor");
    assert.equal(document.languageId, "json");
    const { traceEvents } = JSON.parse(document.getText()) as {
      traceEvents: { ph: string; name: string; dur?: number; ts?: number; args: Record<string, unknown> }[];
    };
    const bars = traceEvents.filter(({ ph }) => ph === "X");
    assert.deepEqual(
      bars.map(({ name }) => name),
      ["value", "fails", "slow", "forever", "square", "page"],
    );
    assert.deepEqual([...new Set(bars.map(({ args }) => args["state"]))], ["finished", "failed", "cancelled"]);
    assert.ok(bars.every(({ ts = 0, dur = 0 }) => ts > 1e15 && dur >= 1));
    assert.ok(traceEvents.some(({ name, args }) => name === "thread_name" && /^thread-/.test(String(args["name"]))));
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("of imports: which tsconfig.json counts, and where each import leads", async () => {
    await show(uri);
    await vscode.commands.executeCommand("futures.showResolution");
    const { document } = vscode.window.activeTextEditor ?? assert.fail("no editor");
    const told = document.getText();
    assert.match(told, /^\/\/ Module resolution of .*golden\.ts\ntsconfig: /);
    assert.match(told, /'\.\/golden-lib' +=> .*golden-lib\.ts {2}\/\/ part of the program/);
    assert.match(told, /'node:path' +=> node:path {2}\/\/ found by Node\.js when it runs/);
  });

  it("by the menu of the status bar, whose first item is the submission", async () => {
    await show(uri, "export function page");
    const before = api.store.all().length;
    await accept(vscode.commands.executeCommand("futures.showMenu"));
    const [last] = api.store.all();
    assert.equal(api.store.all().length, before + 1);
    assert.equal((await settled(last?.id ?? assert.fail("nothing"))).functionName, "page");
  });

  it("of a kernel that is restarted by command: its task failed for that; and the log has both kernels", async () => {
    const slow = await submit(uri, "slow");
    await running(slow);
    await accept(vscode.commands.executeCommand("futures.restartKernel"));
    const { error } = await settled(slow);
    assert.equal(`${error?.source}: ${error?.message}`, "kernel: the kernel was restarted");
    await vscode.commands.executeCommand("futures.showLog");
    const log = await when(
      (listener) => vscode.window.onDidChangeVisibleTextEditors(listener),
      () => vscode.window.visibleTextEditors.map(({ document }) => document).find((document) => document.uri.scheme === "output"),
    );
    assert.match(log.uri.path, /Concurrent Futures/);
  }).timeout(60_000);
});
