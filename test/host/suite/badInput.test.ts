import assert from "node:assert/strict";
import type * as vscode from "vscode";
import { thrownAt } from "../../../src/extension/tasks/taskRecord.js";
import { Files, failureOf, replace, resetSettings, resultOf, run, set, show } from "./support/editor.js";

const source = `import { deep } from "./lib/deep.js";
export function fine(n: number, m?: number) { return n; }
export function throws(text: string): never {
  throw new RangeError("bad: " + text, { cause: new Error("the cause") });
}
export async function throwsLater() {
  await new Promise((resolve) => setTimeout(resolve, 5));
  deep(0);
}
export function throwsValue(value: unknown): never { throw value; }
export function gives() { return { list: [1, { act: () => 1 }] }; }
export function exits() { process.exit(3); }
export function recurses(): number { return recurses() + 1; }
export function eats() { const all: number[][] = []; for (;;) all.push(new Array(10_000).fill(all.length)); }
export function stray() { setTimeout(() => { throw new Error("stray"); }); return new Promise(() => {}); }
`;

describe("bad input gets one clear message in its place, and the next submission works", () => {
  let files: Files;
  let uri: vscode.Uri;
  before(async () => {
    files = await Files.create();
    await files.write(
      "lib/deep.ts",
      "\n\nexport function deep(n: number): void {\n  if (n < 3) deep(n + 1);\n  else throw new TypeError('deep');\n}\n",
    );
    uri = await files.write("bad.ts", source);
  });
  after(() => files.remove());
  afterEach(resetSettings);

  const lineOf = (text: string): number => source.slice(0, source.indexOf(text)).split("\n").length;

  for (const executor of ["threads", "processes"] as const) {
    describe(`in ${executor}`, () => {
      afterEach(async () => assert.equal(await resultOf(uri, "fine", "7", executor), "7"));

      it("an error: its message, its cause, and the line in the user's own source", async () => {
        const { error } = await failureOf(uri, "throws", '"word"', executor);
        assert.deepEqual([error.source, error.name, error.message], ["task", "RangeError", "bad: word"]);
        assert.deepEqual([thrownAt(error)?.file, thrownAt(error)?.line, thrownAt(error)?.functionName], [uri.fsPath, lineOf("throw new"), "throws"]);
        assert.equal(error.cause?.message, "the cause");
        assert.ok(error.stack.includes(`${uri.fsPath}:${lineOf("throw new")}:`), error.stack);
      });

      it("an error of an async function, thrown in another file", async () => {
        const { error } = await failureOf(uri, "throwsLater", "", executor);
        assert.deepEqual([error.name, error.message, thrownAt(error)?.line], ["TypeError", "deep", 5]);
        assert.match(thrownAt(error)?.file ?? "", /lib.deep\.ts$/);
        assert.ok(
          error.frames.some((frame) => frame.file === uri.fsPath && frame.line === lineOf("deep(0)")),
          error.stack,
        );
      });

      it("a thrown value that is no error", async () => {
        for (const [value, shown] of [
          ["42", "42"],
          ['"text"', "text"],
          ["undefined", "undefined"],
          ["{ a: [1] }", "{ a: [ 1 ] }"],
        ] as const) {
          const { error } = await failureOf(uri, "throwsValue", value, executor);
          assert.deepEqual([error.source, error.name], ["task", "thrown value"]);
          assert.ok(error.message.includes(shown), error.message);
        }
      });

      it("a result that cannot be sent: where in it, and what", async () => {
        const { error } = await failureOf(uri, "gives", "", executor);
        assert.equal(error.source, "transfer");
        assert.match(error.message, /list\[1\]\.act/);
      });

      it("process.exit(3): the exit code", async () => {
        const { error } = await failureOf(uri, "exits", "", executor);
        assert.equal(error.source, "worker");
        assert.match(error.message, /\b3\b/);
      });

      it("endless recursion: the error of the language", async () => {
        const { error } = await failureOf(uri, "recurses", "", executor);
        assert.deepEqual([error.source, error.name, error.message], ["task", "RangeError", "Maximum call stack size exceeded"]);
        assert.equal(thrownAt(error)?.line, lineOf("return recurses"));
      });

      it("an error in a callback that nobody catches", async () => {
        const { error } = await failureOf(uri, "stray", "", executor);
        assert.match(`${error.message} ${error.cause?.message}`, /stray/);
      });
    });

    it(`in ${executor}: more memory than allowed`, async function () {
      this.timeout(60_000);
      await set("maxMemory", 48);
      // Executors take new limits when they are next idle.
      await run(uri, "fine", "1", executor);
      const { error } = await failureOf(uri, "eats", "", executor);
      assert.equal(error.source, "worker");
      assert.match(error.message, /memory|heap/i);
      assert.equal(await resultOf(uri, "fine", "8", executor), "8");
    });
  }

  it("a syntax error in the file: where, and what is expected", async () => {
    const broken = await files.write("broken.ts", "export function whole() {\n  return 1;\n}\n\nexport function half() {\n  return (1;\n}\n");
    const { error } = await failureOf(broken, "whole");
    assert.equal(error.source, "build");
    assert.deepEqual([thrownAt(error)?.file, thrownAt(error)?.line], [broken.fsPath, 6]);
    assert.equal(await resultOf(uri, "fine", "3"), "3");
    const { document } = await show(broken);
    await replace(document, "(1;", "1;");
    assert.equal(await resultOf(broken, "whole"), "1");
  });

  it("an import that is not there: which one, and where", async () => {
    const broken = await files.write("imports.ts", "\nimport { x } from './nowhere.js';\nexport function f() { return x; }\n");
    const { error } = await failureOf(broken, "f");
    assert.equal(error.source, "build");
    assert.match(error.message, /nowhere/);
    assert.equal(thrownAt(error)?.line, 2);
  });

  it("arguments that do not parse", async () => {
    const { error } = await failureOf(uri, "fine", "[1, 2");
    assert.equal(error.source, "arguments");
    assert.equal(error.frames.length, 0);
    assert.ok(error.message.length > 0);
  });

  it("arguments that throw, or name what is not there", async () => {
    const { error } = await failureOf(uri, "fine", "nothing.here");
    assert.deepEqual([error.source, error.name], ["arguments", "ReferenceError"]);
  });

  it("too few arguments are a warning, not a refusal; too many too", async () => {
    const few = await run(uri, "fine", "");
    assert.equal(few.value?.preview, "undefined");
    assert.equal(few.warnings.length, 1);
    const many = await run(uri, "fine", "1, 2, 3");
    assert.equal(many.value?.preview, "1");
    assert.equal(many.warnings.length, 1);
    assert.deepEqual((await run(uri, "fine", "1")).warnings, []);
  });
});
