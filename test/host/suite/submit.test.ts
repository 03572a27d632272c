import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import {
  accept,
  activated,
  extension,
  Files,
  hoverAt,
  messagesOf,
  positionOf,
  replace,
  resetSettings,
  resultOf,
  run,
  settled,
  show,
  submit,
  taskThat,
} from "./support/editor.js";

const source = `
import { factor } from "./lib/factor.js";
import data from "./data.json" with { type: "json" };
const offset = 2;
enum Level { Low = 1, High = 10 }
namespace Geometry { export const tau = 6.28; }
const ready = await Promise.resolve("ready");

export function add(a: number, b: number): number { return a + b; }
function hidden(n: number) { return n * factor + offset; }
export const arrow = (...parts: string[]) => parts.join("-");
export async function later(ms: number) { await new Promise((resolve) => setTimeout(resolve, ms)); return Level[Level.High]; }
export function many() { return { ready, tau: Geometry.tau, data, date: new Date(0), map: new Map([["a", 1n]]) }; }
class Shape { static side = 3; static area(times = 1) { return Shape.side ** 2 * times; } }
export function takes(point: { x: number; y: number }, list: number[]) { return point.x + point.y + list.length; }
export function where() { return [process.cwd(), import.meta.url, typeof process.send]; }
export default (text: string) => text.toUpperCase();
`;

describe("submitting", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    await files.write("lib/factor.ts", "export const factor: number = 10;");
    await files.write("data.json", '{ "answer": 42 }');
    uri = await files.write("main.ts", source);
  });
  after(() => files.remove());
  afterEach(resetSettings);

  for (const executor of ["threads", "processes"] as const) {
    it(`runs a function in a ${executor === "threads" ? "thread" : "process"} and keeps all that is known of the run`, async () => {
      const task = await run(uri, "add", "40, 2", executor);
      assert.equal(task.state, "finished");
      assert.deepEqual([task.value?.preview, task.value?.text, task.value?.type], ["42", "42", "number"]);
      assert.deepEqual([task.functionName, task.argumentsText, task.executor, task.uri], ["add", "40, 2", executor, uri.toString()]);
      assert.deepEqual(task.warnings, []);
      const { createdAt, submittedAt = 0, startedAt = 0, settledAt = 0, duration = -1 } = task;
      assert.ok(createdAt <= submittedAt && submittedAt <= startedAt && startedAt <= settledAt, JSON.stringify(task));
      assert.ok(duration >= 0 && duration < 5_000);
      // The worker is told by name at once, and described a moment later.
      const described = await taskThat(task.id, ({ worker }) => (executor === "threads" ? worker?.threadId : worker?.pid) !== undefined);
      assert.equal(described.worker?.name, task.worker?.name);
    });

    it(`passes ordinary TypeScript to the ${executor}`, async () => {
      assert.equal(await resultOf(uri, "hidden", "4", executor), "42");
      assert.equal(await resultOf(uri, "arrow", '"a", ...["b", "c"]', executor), "'a-b-c'");
      assert.equal(await resultOf(uri, "later", "5", executor), "'High'");
      assert.equal(await resultOf(uri, "Shape.area", "2", executor), "18");
      assert.equal(await resultOf(uri, "takes", "{ x: 1, y: offset } as const, [Level.Low, Level.High]", executor), "5");
      assert.equal(await resultOf(uri, "default", '"up"', executor), "'UP'");
      const { value } = await run(uri, "many", "", executor);
      for (const part of ["ready: 'ready'", "tau: 6.28", "answer: 42", "1970-01-01", "'a' => 1n"]) assert.ok(value?.text.includes(part), value?.text);
    });
  }

  it("runs user code outside of the extension host, in the workspace folder", async () => {
    const { id } = await run(uri, "where", "", "processes");
    const task = await taskThat(id, ({ worker }) => worker?.pid !== undefined);
    assert.ok(task.worker?.pid !== undefined && task.worker.pid !== process.pid);
    assert.ok(task.value?.text.includes(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath as string), task.value?.text);
    assert.ok(task.value?.text.includes(uri.toString(true)), task.value?.text);
  });

  it("runs the text in the editor, saved or not, of the file and of what it imports", async () => {
    const { document } = await show(uri);
    await replace(document, "const offset = 2;", "const offset = 3;");
    const imported = await show(vscode.Uri.joinPath(uri, "../lib/factor.ts"));
    await replace(imported.document, "10", "100");
    assert.ok(document.isDirty && imported.document.isDirty);
    assert.equal(await resultOf(uri, "hidden", "1"), "103");
    await vscode.commands.executeCommand("workbench.action.files.revert");
    await show(uri);
    await vscode.commands.executeCommand("workbench.action.files.revert");
    assert.equal(await resultOf(uri, "hidden", "1"), "12");
  });

  it("takes the function at the cursor", async () => {
    await show(uri, "return a + b");
    const id = await vscode.commands.executeCommand<string>("futures.submit", { argumentsText: "1, 2" });
    assert.equal((await settled(id)).value?.preview, "3");
  });

  describe("with a call selected", () => {
    const select = async (text: string): Promise<void> => {
      const editor = await show(uri);
      const start = positionOf(editor.document, text);
      editor.selection = new vscode.Selection(start, editor.document.positionAt(editor.document.offsetAt(start) + text.length));
    };
    before(async () => {
      const { document } = await show(uri);
      await replace(document, "export default", "const calls = () => [add(offset, 40), Shape.area(1), console.table([])];\nexport default");
    });
    after(() => vscode.commands.executeCommand("workbench.action.files.revert"));

    it("submits that call, and asks for nothing", async () => {
      await select("add(offset, 40)");
      const task = await settled(await vscode.commands.executeCommand<string>("futures.submit"));
      assert.deepEqual([task.functionName, task.argumentsText, task.value?.preview], ["add", "offset, 40", "42"]);
      await select("Shape.area(1)");
      assert.equal((await settled(await vscode.commands.executeCommand<string>("futures.submit"))).value?.preview, "9");
    });

    it("says of a call of anything else what to do", async () => {
      await select("console.table([])");
      const [message] = await messagesOf(() => vscode.commands.executeCommand("futures.submit"));
      assert.match(
        String(message?.text),
        /^The selected call is of console\.table, which the top level of .*main\.ts does not have\. Submit the function around/,
      );
    });

    it("submits a call of what is imported, shows the result at the call, and does so again after edits", async () => {
      await files.write(
        "lib/triple.ts",
        "export function triple(n: number) {\n  return 3 * n;\n}\nexport const names = { of: (n: number) => `n${n}` };\n",
      );
      const caller = await files.write(
        "caller.ts",
        'import { names, triple } from "./lib/triple";\nimport path from "node:path";\n\nexport const use = () => [\n  triple(14),\n  names.of(3),\n  path.basename("/a/b.ts"),\n];\n',
      );
      const { document } = await show(caller);
      const submitSelected = async (text: string): Promise<string> => {
        const editor = await show(caller);
        const start = positionOf(document, text);
        editor.selection = new vscode.Selection(start, start.translate(0, text.length));
        return vscode.commands.executeCommand<string>("futures.submit");
      };
      const task = await settled(await submitSelected("triple(14)"));
      assert.deepEqual([task.functionName, task.argumentsText, task.value?.preview, task.line], ["triple", "14", "42", 4]);
      assert.equal((await settled(await submitSelected("names.of(3)"))).value?.preview, "'n3'");
      assert.equal((await settled(await submitSelected('path.basename("/a/b.ts")'))).value?.preview, "'b.ts'");
      assert.match(await hoverAt(caller, positionOf(document, "triple(14)").translate(0, 20)), /triple\(14\)/);
      const edit = new vscode.WorkspaceEdit();
      edit.insert(caller, new vscode.Position(3, 0), "// moved\n// down\n");
      await vscode.workspace.applyEdit(edit);
      const again = await settled(await vscode.commands.executeCommand<string>("futures.submitAgain", { taskId: task.id }));
      assert.deepEqual([again.value?.preview, again.line, again.stale], ["42", 6, false]);
      await vscode.commands.executeCommand("workbench.action.files.revert");
    });

    it("still submits the function around a selection that is no call", async () => {
      await select("[add(offset, 40)");
      assert.equal((await settled(await vscode.commands.executeCommand<string>("futures.submit"))).functionName, "calls");
    });
  });

  it("asks for nothing when there are no parameters", async () => {
    await show(uri, "function many");
    const id = await vscode.commands.executeCommand<string>("futures.submit");
    assert.equal((await settled(id)).functionName, "many");
  });

  it("runs a text that was never saved", async () => {
    const content = "import { sep } from 'node:path';\nexport function untitled(n: number) { return sep.length + n; }";
    const document = await vscode.workspace.openTextDocument({ language: "typescript", content });
    assert.equal(await resultOf(document.uri, "untitled", "4"), "5");
  });

  it("runs JavaScript, JSX and CommonJS", async () => {
    assert.equal(await resultOf(await files.write("a.js", "export function f(n) { return n + 1; }"), "f", "1"), "2");
    assert.equal(await resultOf(await files.write("b.cjs", "const { sep } = require('node:path'); exports.f = () => sep.length;"), "exports.f"), "1");
    const jsx = "/** @jsxRuntime classic */ /** @jsx h */\nconst h = (tag: string) => tag;\nexport function f() { return <b>hi</b>; }";
    assert.equal(await resultOf(await files.write("c.tsx", jsx), "f"), "'b'");
  });

  it("puts every file outside of the workspace into a kernel of its directory", async () => {
    const example = path.join(extension().extensionPath, "media", "examples", "fib.ts");
    const task = await run(vscode.Uri.file(example), "fib", "10");
    assert.equal(task.value?.preview, "55");
    const inWorkspace = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(example));
    assert.equal(task.kernel, inWorkspace?.uri.fsPath ?? path.dirname(example));
    assert.equal(api.kernels.get(task.kernel)?.folder, task.kernel);
  });

  for (const name of ["basicFuture", "withFuture"]) {
    it(`runs the example ${name}, which uses the library itself`, async function () {
      this.timeout(40_000);
      const example = vscode.Uri.file(path.join(extension().extensionPath, "media", "examples", `${name}.ts`));
      const id = await submit(example, name);
      assert.equal((await settled(id)).state, "finished", JSON.stringify(api.store.get(id)?.error));
    });
  }

  it("submits again: the same arguments, the text as it is now", async () => {
    const { document } = await show(uri);
    const first = await run(uri, "add", "1, 2");
    await replace(document, "return a + b", "return a * 100 + b");
    const again = await vscode.commands.executeCommand<string>("futures.submitAgain", { taskId: first.id });
    assert.notEqual(again, first.id);
    assert.equal((await settled(again)).value?.preview, "102");
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  it("submits the last task of the function at the cursor again, else the last of all", async () => {
    await run(uri, "add", "5, 6");
    await run(uri, "hidden", "7");
    const again = async (): Promise<string | undefined> => {
      const { functionName, argumentsText } = await settled(await vscode.commands.executeCommand<string>("futures.submitAgain"));
      return `${functionName}(${argumentsText})`;
    };
    await show(uri, "return a + b");
    assert.equal(await again(), "add(5, 6)");
    await show(uri, "enum Level");
    assert.equal(await again(), "add(5, 6)");
    await show(uri, "return n * factor");
    assert.equal(await again(), "hidden(7)");
  });

  describe("the prompt for arguments", () => {
    it("offers what the function was last given", async () => {
      await run(uri, "takes", "{ x: 20, y: 3 }, [0, 0]");
      await run(uri, "add", "1, 1");
      const id = await accept(vscode.commands.executeCommand<string>("futures.submit", { uri: uri.toString(), functionName: "takes" }));
      const task = await settled(id as string);
      assert.deepEqual([task.argumentsText, task.value?.preview], ["{ x: 20, y: 3 }, [0, 0]", "25"]);
    });

    it("offers the first example of the function's comment until there is something better", async () => {
      const text = "/**\n * Doubles.\n * @example twice(21); // 42\n * @example twice(4)\n */\nexport const twice = (n: number) => 2 * n;\n";
      const example = await files.write("twice.ts", text);
      const ask = (): Thenable<string> =>
        vscode.commands.executeCommand<string>("futures.submit", { uri: example.toString(), functionName: "twice" });
      const first = await settled(await accept(ask()));
      assert.deepEqual([first.argumentsText, first.value?.preview], ["21", "42"]);
      await run(example, "twice", "5");
      assert.equal((await settled(await accept(ask()))).argumentsText, "5");
      assert.deepEqual(api.history.of(example.toString(), "twice"), ["5", "21"]);
    });

    it("remembers for each function, over documents", async () => {
      const other = await files.write("other.ts", "export function add(a: number) { return a; }");
      await run(uri, "add", "8, 9");
      await run(other, "add", "7");
      assert.equal(api.history.of(uri.toString(), "add")[0], "8, 9");
      assert.deepEqual(api.history.of(other.toString(), "add"), ["7"]);
      assert.deepEqual(api.history.of(uri.toString(), "none"), []);
    });

    it("submits nothing when the user leaves it", async () => {
      const before = api.store.all().length;
      const submission = vscode.commands.executeCommand<string | undefined>("futures.submit", { uri: uri.toString(), functionName: "add" });
      let ended = false;
      submission.then(() => {
        ended = true;
      });
      for (const end = Date.now() + 10_000; !ended && Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
        await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
      }
      assert.equal(await submission, undefined);
      assert.equal(api.store.all().length, before);
    });
  });

  describe("what cannot be submitted", () => {
    const refused = async (options?: object): Promise<string> => {
      const before = api.store.all().length;
      const shown = await messagesOf(async () => assert.equal(await vscode.commands.executeCommand("futures.submit", options), undefined));
      assert.equal(shown.length, 1, JSON.stringify(shown));
      assert.equal(api.store.all().length, before);
      return shown[0]?.text as string;
    };

    it("is a place without a function, and the message says what to do", async () => {
      const { document } = await show(uri, "const offset");
      const line = document.positionAt(document.getText().indexOf("const offset")).line + 1;
      assert.match(await refused(), new RegExp(`^There is no function at line ${line} of .*main\\.ts\\. Put the cursor inside a function`));
    });

    it("is a function that is not there", async () => {
      assert.match(
        await refused({ uri: uri.toString(), functionName: "nobody", argumentsText: "" }),
        /^There is no function nobody in .*main\.ts\.$/,
      );
    });

    it("is a file in another language, a declaration file, or one that is not there", async () => {
      const text = await files.write("notes.md", "function f() {}");
      assert.match(
        await refused({ uri: text.toString(), functionName: "f" }),
        /notes\.md cannot be submitted: it is no TypeScript or JavaScript file/,
      );
      const declaration = await files.write("types.d.ts", "export declare function f(): void;");
      assert.match(await refused({ uri: declaration.toString(), functionName: "f" }), /types\.d\.ts cannot be submitted/);
      const missing = vscode.Uri.joinPath(uri, "../missing.ts");
      assert.match(await refused({ uri: missing.toString(), functionName: "f" }), /missing\.ts cannot be opened/);
    });

    it("is what a keyboard shortcut asks for with options that do not fit", async () => {
      const options = { uri: uri.toString(), functionName: "add", argumentsText: "1, 2" };
      assert.equal(await refused({ ...options, executor: "gpu" }), "executor of futures.submit must be one of threads, processes, not gpu.");
      assert.equal(await refused({ ...options, onTimeout: "kill" }), "onTimeout of futures.submit must be one of keepRunning, stop, not kill.");
      assert.equal(await refused({ ...options, timeout: -1 }), "timeout of futures.submit must be a number of milliseconds, 0 or more, not -1.");
      assert.equal(await refused({ ...options, priority: "high" }), "priority of futures.submit must be a number, not high.");
      assert.equal(await refused({ ...options, argumentsText: 40 }), "argumentsText of futures.submit must be a text, not number.");
    });

    it("is nothing, without an editor", async () => {
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      assert.match(await refused(), /^There is no editor to submit from\. Open a TypeScript or JavaScript file/);
    });
  });
});
