import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import {
  activated,
  extension,
  Files,
  failureOf,
  hoverAt,
  positionOf,
  replace,
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

const source = `import { check } from "./check.js";
export function list(length: number) {
  return Array.from({ length }, (_, index) => ({ index, text: "item " + index }));
}

/** Says so. */
async function hidden(text = "[evil](command:workbench.action.quit) \`\`\`") {
  return text;
}

export function fails(n: number) {
  return check(n);
}
export function forever(): never {
  for (;;);
}
const notAFunction = 1;
`;

describe("the editor", () => {
  let files: Files;
  let uri: vscode.Uri;
  let checkUri: vscode.Uri;
  let document: vscode.TextDocument;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    checkUri = await files.write("check.ts", "export function check(n: number) {\n  throw new RangeError(`${n} is wrong`);\n}\n");
    uri = await files.write("editor.ts", source);
    document = (await show(uri)).document;
  });
  after(() => files.remove());
  afterEach(resetSettings);

  it("has every command that the manifest declares", async () => {
    const declared = (extension().packageJSON.contributes.commands as { command: string }[]).map(({ command }) => command);
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      declared.filter((command) => !known.has(command)),
      [],
    );
  });

  describe("CodeLens", () => {
    const lenses = async (): Promise<string[]> => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri, 100);
      const ours = found.filter(({ command }) => command?.command.startsWith("futures."));
      return ours.map(({ range, command }) => `${range.start.line} ${command?.title} ${command?.arguments?.[0].functionName}`);
    };

    it("offers Submit, Debug and Cancel above every function", async () => {
      const expected = (["list", "hidden", "fails", "forever"] as const).flatMap((name) => {
        const { line } = positionOf(document, `function ${name}`);
        return ["Submit", "Debug", "Cancel"].map((title) => `${line} ${title} ${name}`);
      });
      assert.deepEqual(await lenses(), expected);
    });

    it("submits and cancels by what it hands to the commands", async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri, 100);
      const commands = found.map(({ command }) => command).filter((command) => command?.arguments?.[0].functionName === "forever");
      const [submitLens, , cancelLens] = commands as [vscode.Command, vscode.Command, vscode.Command];
      const id = await vscode.commands.executeCommand<string>(submitLens.command, ...(submitLens.arguments ?? []));
      await running(id);
      await vscode.commands.executeCommand(cancelLens.command, ...(cancelLens.arguments ?? []));
      assert.equal((await settled(id)).state, "cancelled");
    });

    it("can be turned off", async () => {
      await set("codeLens.enabled", false);
      assert.deepEqual(await lenses(), []);
      await resetSettings();
      assert.equal((await lenses()).length, 12);
    });

    it("knows every function of a large file", async () => {
      const large = Array.from({ length: 2_000 }, (_, index) => `export function f${index}(n: number) {\n  return n + ${index};\n}`).join("\n");
      const largeUri = await files.write("large.ts", large);
      await vscode.workspace.openTextDocument(largeUri);
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", largeUri);
      const submits = found.filter(({ command }) => command?.command === "futures.submit");
      assert.deepEqual(
        submits.map(({ command }) => (command?.arguments?.[0] as { functionName: string } | undefined)?.functionName),
        Array.from({ length: 2_000 }, (_, index) => `f${index}`),
      );
    });
  });

  describe("hover", () => {
    const commandsOf = (trust: vscode.MarkdownString["isTrusted"]): readonly string[] => (typeof trust === "object" ? trust.enabledCommands : []);
    const at = (name: string): Promise<string> => hoverAt(uri, positionOf(document, `function ${name}`).translate(0, 9));

    it("tells value, call, executor, worker and times of the newest task", async () => {
      await run(uri, "list", "3");
      const { id } = await run(uri, "list", "2", "processes");
      const { worker } = await taskThat(id, (record) => record.worker?.pid !== undefined);
      const text = await at("list");
      for (const part of [
        "**Finished in",
        "list(2)",
        "{ index: 1, text: 'item 1' }",
        "Processes",
        `pid ${worker?.pid}`,
        "waited",
        "ran",
        "submitted",
      ]) {
        assert.ok(text.replaceAll("\\", "").includes(part), `${part} is not in ${text}`);
      }
      assert.ok(!text.includes("list(3)"));
      assert.match(text, /\[Submit Again\]\(command:futures\.submitAgain\?/);
      assert.match(text, /\[Open Value\]\(command:futures\.openValue\?/);
    });

    it("puts what a program made into code blocks only, and links nothing but commands of ours", async () => {
      const id = await submit(uri, "hidden");
      await settled(id);
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", uri, positionOf(document, "hidden"));
      // The editor's own language support has hovers of its own.
      const ours = hovers
        .flatMap(({ contents }) => contents as vscode.MarkdownString[])
        .filter(({ isTrusted }) => commandsOf(isTrusted).includes("futures.cancel"));
      assert.ok(ours.length > 0);
      const text = ours.map(({ value }) => value).join("\n");
      assert.ok(text.includes("evil"));
      // A code block ends only at a fence as long as the one it begins with; what is left outside of blocks is ours.
      const outside = text.replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, "");
      assert.ok(!outside.includes("evil"), outside);
      for (const { isTrusted } of ours) {
        assert.ok(commandsOf(isTrusted).every((command) => command.startsWith("futures.")));
      }
    });

    it("tells an error with its stack, at the function and at the line that threw, in whichever file that is", async () => {
      const { id, error } = await failureOf(uri, "fails", "-1");
      const expected = [/RangeError: -1 is wrong/, /check\.ts:2:9/, /editor\.ts:12:10/, /Open Error/].map(String);
      const check = await vscode.workspace.openTextDocument(checkUri);
      for (const text of [await at("fails"), await hoverAt(checkUri, positionOf(check, "throw new"))]) {
        const plain = text.replaceAll("\\", "");
        assert.deepEqual(
          expected.filter((pattern) => !new RegExp(pattern.slice(1, -1)).test(plain)),
          [],
          plain,
        );
      }
      const frame = error.frames.findIndex(({ file }) => file === checkUri.fsPath);
      await vscode.commands.executeCommand("futures.openFrame", { taskId: id, frame });
      const editor = vscode.window.activeTextEditor;
      assert.deepEqual(
        [editor?.document.uri.toString(), editor?.selection.active.line, editor?.selection.active.character],
        [checkUri.toString(), 1, 8],
      );
      await show(uri);
    });

    it("tells a timeout, that the task still runs, and offers to cancel it", async () => {
      await set("resultTimeout", 200);
      const id = await submit(uri, "forever");
      await taskThat(id, ({ timedOut }) => timedOut !== undefined);
      const text = await at("forever");
      assert.match(text, /\*\*Running for \d+ s/);
      assert.match(text, /TimeoutError: no result within 200 ms/);
      assert.match(text, /\[Cancel\]\(command:futures\.cancel\?/);
      await vscode.commands.executeCommand("futures.cancel", { taskId: id });
      await settled(id);
      assert.match(await at("forever"), /\*\*Cancelled after/);
    });

    it("leads to what the task has printed", async () => {
      await run(uri, "list", "1");
      assert.ok(!(await at("list")).includes("futures.showOutput"));
      const loud = await files.write("loud.ts", "export function loud() { console.log('x'); }\n");
      await run(loud, "loud");
      assert.match(await hoverAt(loud, new vscode.Position(0, 18)), /\[Show Output\]\(command:futures\.showOutput\?/);
    });

    it("is not there where nothing was submitted", async () => {
      assert.ok(!(await hoverAt(uri, positionOf(document, "notAFunction"))).includes("futures."));
    });

    it("shows a long value up to a limit, and says so", async () => {
      await run(uri, "list", "5000");
      const text = await at("list");
      assert.ok(text.length < 100_000 && text.length > 1_000, String(text.length));
      assert.match(text.replaceAll("\\", ""), /\*Cut: this is not the whole value\.\*/);
    });
  });

  describe("a value in a document of its own", () => {
    it("is the value, read-only", async () => {
      const { id } = await run(uri, "list", "2");
      await vscode.commands.executeCommand("futures.openValue", { taskId: id });
      const value = vscode.window.activeTextEditor?.document;
      assert.equal(value?.uri.scheme, "futures-value");
      assert.equal(value?.getText(), `// list(2) #${id}\n${api.store.get(id)?.value?.text}\n`);
      await show(uri);
    });

    it("is the error with its stack", async () => {
      const { id } = await failureOf(uri, "fails", "3");
      await vscode.commands.executeCommand("futures.openValue", { taskId: id });
      const text = vscode.window.activeTextEditor?.document.getText() ?? "";
      assert.ok(text.includes("RangeError: 3 is wrong\n    at check ("), text);
      await show(uri);
    });

    it("can be copied", async () => {
      const { id } = await run(uri, "list", "1");
      await vscode.commands.executeCommand("futures.copyValue", { taskId: id });
      assert.equal(await vscode.env.clipboard.readText(), "[ { index: 0, text: 'item 0' } ]");
    });
  });

  describe("edits", () => {
    afterEach(async () => {
      await show(uri);
      await vscode.commands.executeCommand("workbench.action.files.revert");
    });

    it("make a result stale when the function changes, and true again when the change is undone", async () => {
      const { id } = await run(uri, "list", "1");
      const stale = (expected: boolean): Promise<unknown> => taskThat(id, (record) => record.stale === expected);
      await replace(document, "const notAFunction = 1", "const notAFunction = 2");
      await replace(document, '"item "', '"thing "');
      await stale(true);
      assert.match(await hoverAt(uri, positionOf(document, "function list")), /the code has changed since/);
      await replace(document, '"thing "', '"item "');
      await stale(false);
    });

    it("elsewhere leave a result alone and take its place along", async () => {
      const { id } = await run(uri, "fails", "8");
      const check = await vscode.workspace.openTextDocument(checkUri);
      const insert = new vscode.WorkspaceEdit();
      insert.insert(uri, new vscode.Position(0, 0), "// a\n// b\n");
      insert.insert(checkUri, new vscode.Position(0, 0), "// c\n");
      await vscode.workspace.applyEdit(insert);
      assert.match(await hoverAt(uri, positionOf(document, "function fails")), /8 is wrong/);
      assert.match(await hoverAt(checkUri, positionOf(check, "throw new")), /8 is wrong/);
      assert.doesNotMatch(await hoverAt(checkUri, positionOf(check, "export function check")), /8 is wrong/);
      await vscode.commands.executeCommand("futures.revealFunction", { taskId: id });
      assert.equal(vscode.window.activeTextEditor?.selection.active.line, positionOf(document, "function fails").line);
      await vscode.window.showTextDocument(check);
      await vscode.commands.executeCommand("workbench.action.files.revert");
    });

    it("during a run move the line that will throw", async () => {
      const slowUri = await files.write(
        "slow.ts",
        "export async function slow() {\n  await new Promise((resolve) => setTimeout(resolve, 800));\n  throw new Error('at the end');\n}\n",
      );
      const slow = (await show(slowUri)).document;
      const id = await submit(slowUri, "slow");
      await running(id);
      await replace(slow, "export async", "// one\n// two\nexport async");
      const { error } = await settled(id);
      assert.equal(error?.frames[0]?.line, 3);
      assert.match(await hoverAt(slowUri, positionOf(slow, "throw new")), /at the end/);
      assert.equal(positionOf(slow, "throw new").line, 4);
    });

    it("that break the syntax leave the text at its function", async () => {
      await run(uri, "hidden", '"kept"');
      await replace(document, "const notAFunction = 1;", "const notAFunction = (;");
      assert.match(await hoverAt(uri, positionOf(document, "function hidden")), /kept/);
    });
  });

  it("shows the state of the pool in the status bar", async () => {
    await valueOfStatus(/^\$\(layers\) Threads$/);
    const id = await submit(uri, "forever");
    await valueOfStatus(/^\$\(sync~spin\) Threads: 1 running$/);
    await vscode.commands.executeCommand("futures.cancel", { taskId: id });
    await valueOfStatus(/^\$\(layers\) Threads$/);
  });

  async function valueOfStatus(expected: RegExp): Promise<void> {
    await when(
      (listener) => api.store.onDidChange(listener),
      () => (expected.test(api.statusBar.text) ? true : undefined),
      () => `the status bar shows ${api.statusBar.text}`,
    );
  }
});

describe("CodeLens of a large file", () => {
  it("moves along with what is typed at once, and knows new functions after a pause", async () => {
    const files = await Files.create();
    try {
      const { codeLenses } = await activated();
      const uri = await files.write("large.ts", Array.from({ length: 3_000 }, (_, i) => `export function f${i}() {\n  return ${i};\n}\n`).join(""));
      const { document } = await show(uri);
      const lensesOf = (name: string): number[] =>
        codeLenses
          .provideCodeLenses(document)
          .filter(({ command }) => command?.arguments?.[0].functionName === name)
          .map(({ range }) => range.start.line);
      assert.deepEqual(lensesOf("f2"), [6, 6, 6]);
      const changed = new Promise<void>((resolve) => codeLenses.onDidChangeCodeLenses(() => resolve()));
      const edit = new vscode.WorkspaceEdit();
      edit.insert(uri, new vscode.Position(3, 0), "export function added() {}\n");
      await vscode.workspace.applyEdit(edit);
      assert.deepEqual([lensesOf("f0"), lensesOf("f2"), lensesOf("added")], [[0, 0, 0], [7, 7, 7], []]);
      await changed;
      assert.deepEqual(lensesOf("added"), [3, 3, 3]);
    } finally {
      await files.remove();
    }
  });
});
