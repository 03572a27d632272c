import assert from "node:assert/strict";
import { ArgumentsError, BuildError, UnknownFunctionError } from "../../../src/programs/errors.js";
import { Workspace } from "./support/workspace.js";

describe("programs: calls", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  before(() => {
    workspace = new Workspace();
    workspace.write({
      "main.ts": `
        import { Shape, type Size } from "./shape.js";
        import { Box } from "box";
        import { Level, helper as renamed } from "./values.js";
        import type { Hidden } from "./values.js";
        enum Own { A = 1, B = 2 }
        const base = 10;
        let counter = 0;
        class Point { constructor(readonly x: number) {} }
        export async function f(...args: unknown[]) { counter += 1; return args; }
        const area = (s: Shape, b?: Box, ...rest: Hidden[]) => [s.constructor.name, s.area(), b?.v, renamed(1), Level.High];
        function two(a: number, b: number, c?: number) { return [a, b, c]; }
        function call(futures$values: number, n = base) { return futures$values + n; }
        const arguments_ = 5, $ = 6, über = 7;
        const options = { deep: true };
        function typed<T>(x: T): T { return x; }
      `,
      "shape.ts": "export type Size = number; export class Shape { constructor(private side: Size) {} area() { return this.side ** 2; } }",
      "values.ts": "export enum Level { Low = 1, High = 2 } export const helper = (n: number) => n + 1; export type Hidden = 1;",
      "node_modules/box/package.json": { name: "box", type: "module", exports: "./index.js" },
      "node_modules/box/index.js": "export class Box { constructor(v) { this.v = v; } }",
    });
  });
  after(() => workspace.dispose());

  const table: [text: string, expected: unknown[]][] = [
    ["", []],
    ["40", [40]],
    ["[1, 2], { deep: true }", [[1, 2], { deep: true }]],
    ["Own.B, base, counter >= 0, options, new Point(3).x", [2, 10, true, { deep: true }, 3]],
    ["Level.High as Level, renamed(1)!, $ satisfies number, über, arguments_", [2, 2, 6, 7, 5]],
    ["await Promise.resolve(1), ...[2, 3] as const", [1, 2, 3]],
    ["((a: number): number => a * 2)(4), typed<string>('x'), <number>5", [8, "x", 5]],
    ["/* c */ 1, // d", [1]],
    ["`a ${`b ${base}`} c\nd`, 'e'", ["a b 10 c\nd", "e"]],
    ["(() => { const base = 1; return base; })(), ((call: number) => call)(2)", [1, 2]],
    ["new Map([[1, 2]]), new Set([3]), /x/g.source, 10n", [new Map([[1, 2]]), new Set([3]), "x", 10n]],
    ["call(1), two(1, 2)", [11, [1, 2, undefined]]],
    ["(() => { using r = { [Symbol.dispose]() {} }; return r !== null; })()", [true]],
    ["1,\n2,", [1, 2]],
    ["typeof nothingOfTheKind, process.platform, undefined", ["undefined", process.platform, undefined]],
  ];
  for (const [text, expected] of table) {
    it(`f(${JSON.stringify(text)})`, async () => assert.deepEqual(await workspace.call("main.ts", "f", text), expected));
  }

  it("of a function that has the name of something of ours", async () => assert.equal(await workspace.call("main.ts", "call", "1"), 11));

  it("with imports that the module itself uses for their types only", async () => {
    assert.deepEqual(await workspace.call("main.ts", "area", "new Shape(3)"), ["Shape", 9, undefined, 2, 2]);
    assert.deepEqual(await workspace.call("main.ts", "area", "new Shape(3), new Box('v')"), ["Shape", 9, "v", 2, 2]);
    assert.deepEqual(await workspace.call("main.ts", "area", "new Shape(3 as Size), undefined as Box | undefined, ...([] as Hidden[])"), [
      "Shape",
      9,
      undefined,
      2,
      2,
    ]);
    assert.deepEqual(await workspace.call("main.ts", "f", "((Shape: number) => Shape)(1)"), [1]);
  });

  it("with a name whose module is not there say so only when it is evaluated", async () => {
    workspace.write({
      "gone.ts": 'import { Gone } from "./gone.types"; export const f = (a?: Gone) => a;',
      "gone.types.d.ts": "export type Gone = 1;",
    });
    assert.equal(await workspace.call("gone.ts", "f", "1"), 1);
    assert.match((await workspace.failure("gone.ts", "f", "new Gone()")).message, /Gone is not defined/);
  });

  it("in sloppy CommonJS with names that are keywords elsewhere", async () => {
    workspace.write({ "sloppy.cjs": "var static_ = 1; var of = 2, async = 3; exports.f = (...a) => a;" });
    assert.deepEqual(await workspace.call("sloppy.cjs", "exports.f", "static_, of, async, await 4"), [1, 2, 3, 4]);
  });

  it("warn of arguments too few and too many, and are made all the same", async () => {
    const program = await workspace.build("main.ts");
    const warnings = async (argumentsText: string): Promise<readonly string[]> =>
      (await workspace.builder.buildCall(program, { functionName: "two", argumentsText })).warnings;
    assert.deepEqual(await warnings("1, 2"), []);
    assert.deepEqual(await warnings("1"), ["two(a: number, b: number, c?: number) got no argument for the required parameter b"]);
    assert.deepEqual(await warnings("1, 2, 3, 4"), ["two(a: number, b: number, c?: number) takes at most 3 arguments but got 4"]);
    assert.deepEqual(await workspace.call("main.ts", "two", "1"), [1, undefined, undefined]);
  });

  for (const [text, offset] of [
    ["1) + (2", 1],
    ["1); foo(", 1],
    ["1 +", 3],
    ["const x = 1", 0],
    ["1] + [2", 1],
    ["}", 0],
  ] as const) {
    it(`refuse ${JSON.stringify(text)}`, async () => {
      const error = await workspace.call("main.ts", "f", text).catch((thrown) => thrown);
      assert.ok(error instanceof ArgumentsError, String(error));
      assert.equal(error.offset, offset);
    });
  }

  it("refuse what only the compiler finds, at its place", async () => {
    const error = await workspace.call("main.ts", "f", "1, (() => { let a; let a; })()").catch((thrown) => thrown);
    assert.ok(error instanceof ArgumentsError, String(error));
    assert.match(error.message, /already been declared/);
    assert.equal(error.offset, "1, (() => { let a; let ".length);
  });

  it("of a function that is no longer there name those that are", async () => {
    const error = await workspace.call("main.ts", "gone", "").catch((thrown) => thrown);
    assert.ok(error instanceof UnknownFunctionError);
    assert.equal(error.message, "there is no function gone in main.ts: it has f, area, two, call, typed");
    await assert.rejects(
      workspace.call("none.ts", "f", "", { "none.ts": "const a = 1;" }),
      /there is no function f in none\.ts: it has none that could be submitted/,
    );
    await assert.rejects(workspace.call("broken.ts", "f", "", { "broken.ts": "const f = () => {" }), BuildError);
  });

  it("are the same file for the same call, and another for another", async () => {
    const program = await workspace.build("main.ts");
    const url = async (argumentsText: string): Promise<string> =>
      (await workspace.builder.buildCall(program, { functionName: "f", argumentsText })).url;
    assert.equal(await url("1"), await url("1"));
    assert.notEqual(await url("1"), await url("2"));
  });
});
