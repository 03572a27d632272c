import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { SessionScope } from "../../../../src/kernel/session/scope.js";
import { compileCell } from "../../../../src/programs/cells/compileCell.js";
import { moduleName } from "../../../../src/programs/cells/names.js";
import type { DeclaredName } from "../../../../src/programs/cells/types.js";
import { BuildError } from "../../../../src/programs/errors.js";

type Cell = (...given: unknown[]) => Promise<[unknown] | undefined>;

/** Compiles cells and runs them here, with what a session has. */
class Session {
  readonly names = new Map<string, DeclaredName>();
  readonly scope = new SessionScope({ require: () => "required" });
  readonly flag = new Int32Array(1);
  readonly folder = mkdtempSync(path.join(os.tmpdir(), "cells-"));
  readonly modules: Record<string, object> = {};
  #count = 0;

  async run(text: string, language: "ts" | "tsx" = "ts"): Promise<unknown> {
    const globals = new Set(Object.getOwnPropertyNames(globalThis));
    const cell = await compileCell({ text, language, source: "cell.ts", known: this.names, globals });
    for (const name of cell.declared) this.names.set(name.name, name);
    const file = path.join(this.folder, `${++this.#count}.mjs`);
    writeFileSync(file, cell.code);
    const { default: call } = (await import(pathToFileURL(file).href)) as { default: Cell };
    const { scope } = this;
    for (const { module } of cell.imports) scope.declare[moduleName(module)] = this.modules[module];
    const session = {
      maybe: (name: string) => scope.maybe(name),
      constant: scope.constant,
      meta: { url: "file:///cells.nb.ts" },
      import: async (specifier: string) => this.modules[specifier] ?? import(specifier),
      resumed: (value: unknown) => value,
      stop: () => {
        throw new Error("stopped");
      },
    };
    const result = await call(scope.variables, scope.declare, this.flag, session);
    assert.equal(result !== undefined, cell.hasResult, "hasResult");
    return result?.[0];
  }
}

describe("cells", () => {
  let session: Session;
  beforeEach(() => {
    session = new Session();
  });
  afterEach(() => rmSync(session.folder, { recursive: true, force: true }));

  for (const [name, ...steps] of [
    ["the last expression is the result", ["1 + 1", 2], ["'a'; 'b'", "b"], ["'a'", "a"], ["const a = 1;", undefined], ["a;", 1]],
    ["an object in braces is one, a block is not", ["{ a: 1 }", { a: 1 }], ["{}", {}], ["{ const b = 2; b; }", undefined]],
    ["nothing at all", ["", undefined], ["// only a comment", undefined], [";", undefined]],
    ["declared again", ["const a = 1; a", 1], ["const a = 2; a", 2], ["let a = 3; a", 3], ["class a {}; typeof a", "function"], ["var a = 4; a", 4]],
    ["a destructuring", ["const { a, b: [c = 5, ...d], ...e } = { a: 1, b: [undefined, 2, 3], f: 4 }; [a, c, d, e]", [1, 5, [2, 3], { f: 4 }]]],
    ["a destructuring of what is there", ["let a = 1, b = 2; [a, b] = [b, a]; ({ a, b = 7 } = { a }); [a, b]", [2, 7]]],
    [
      "types and enums",
      ["interface A { x: number } type B = A; enum E { one = 1, two } E.two", 2],
      ["enum E { three = 3 } Object.keys(E)", ["3", "three"]],
    ],
    ["a namespace", ["namespace N { export const x = 1 } N.x", 1]],
    ["functions are hoisted", ["twice(2); function twice(n: number) { return n * 2; }", undefined], ["twice(4)", 8]],
    ["functions see what is declared later", ["const f = () => later() + 1", undefined], ["function later() { return 1; }", undefined], ["f()", 2]],
    ["functions see what is declared anew", ["let n = 1; function get() { return n; }", undefined], ["let n = 2; get()", 2], ["n = 3; get()", 3]],
    ["await and for await", ["const v = await Promise.resolve(5); v", 5], ["let s = 0; for await (const x of [1, 2]) s += x; s", 3]],
    ["a promise is a result as it is", ["Promise.resolve(1) instanceof Promise", true]],
    ["names of functions and classes", ["const f = () => {}, g = function () {}, K = class {}; [f.name, g.name, K.name]", ["f", "g", "K"]]],
    [
      "no this for a called variable",
      ["function who(this: unknown) { return this; } who()", undefined],
      ["[who() === undefined, who`` === undefined]", [true, true]],
    ],
    ["shorthands", ["const a = 1; const o = { a, b() { return a; } }; [o.a, o.b()]", [1, 1]]],
    ["inner names are left alone", ["const x = 1; { let x = 2; x; } (function (x) { return x; })(3) + [4].map((x) => x)[0]! + x", 8]],
    [
      "catch, loops, labels and parameters",
      ["let r = []; try { throw 1 } catch (e) { r.push(e) } a: for (const r2 of [2]) { r.push(r2); continue a; } r", [1, 2]],
    ],
    ["a var in a block", ["for (var i = 0; i < 3; i++) {} if (true) { var y = 7 } [i, y]", [3, 7]], ["i + y", 10]],
    ["a var without a value", ["var v = 1; var v; v", 1], ["for (var k in { a: 1 }) {} k", "a"]],
    ["typeof of nothing", ["typeof nothing", "undefined"], ["const nothing = 1; typeof nothing", "number"]],
    ["globals declared", ["const name = 'n', process = 1, performance = 2; [name, process, performance]", ["n", 1, 2]], ["process + performance", 3]],
    [
      "exports",
      ["export const a = 1; export function f() { return a; } export default class X {} ; export { a as b }; f()", 1],
      ["[a, typeof X]", [1, "function"]],
    ],
    ["a default export of a value", ["export default { a: 1 };", undefined]],
    [
      "import.meta, import() and require",
      ["import.meta.url", "file:///cells.nb.ts"],
      ["(await import('node:path')).sep", path.sep],
      ["require()", "required"],
    ],
    ["recursion", ["const fib = (n: number): number => n < 2 ? n : fib(n - 1) + fib(n - 2); fib(10)", 55]],
    ["a class that names itself", ["class A { static make() { return new A(); } } A.make() instanceof A", true]],
    ["using lasts", ["await using r = { async [Symbol.asyncDispose]() { r.gone = true; }, gone: false }; r.gone", false], ["r.gone", false]],
    ["decorators", ["const seen: string[] = []; function d(...a: unknown[]) { seen.push('d'); } @d class D {} seen", ["d"]]],
    ["compound assignments", ["let n = 1; n += 2; n++; n ??= 9; n", 4]],
    ["optional calls", ["const f: any = undefined; [f?.(), f?.x]", [undefined, undefined]]],
    ["generators and async functions", ["function* g() { yield 1; } async function h() { return [...g()]; } await h()", [1]]],
    ["new.target, getters, computed keys", ["const k = 'q'; const o = { get [k]() { return k; } }; o.q", "q"]],
    ["static blocks and fields", ["const z = 1; class S { static a = z; static { var w = 2; this.b = w + z; } } [S.a, (S as any).b]", [1, 3]]],
    ["default parameters", ["const dd = 3; const f = (a = dd, { b = a } = {}) => a + b; f()", 6]],
    ["switch", ["let w; switch (1) { case 1: { let q = 5; w = q; } } w", 5]],
    ["globals of a cell's own making", ["globalThis.made = 1; made", 1], ["made = 2; globalThis.made", 2]],
  ] as [string, ...[string, unknown][]][]) {
    it(`run: ${name}`, async () => {
      for (const [text, expected] of steps) assert.deepEqual(await session.run(text), expected, text);
    });
  }

  it("import once and see the module's own variables", async () => {
    let count = 0;
    session.modules["./lib"] = {
      default: "d",
      get count() {
        return count;
      },
      "odd name": 1,
    };
    assert.deepEqual(
      await session.run('import d, { count, "odd name" as odd } from "./lib"; import * as all from "./lib"; [d, count, odd, typeof all]'),
      ["d", 0, 1, "object"],
    );
    count = 5;
    assert.equal(await session.run("count"), 5);
    assert.equal(await session.run("(() => ({ count }))().count"), 5);
    await assert.rejects(session.run("count = 1"), /TypeError: Assignment to constant variable count/);
  });

  it("fail as JavaScript does", async () => {
    await assert.rejects(session.run("missing + 1"), { name: "ReferenceError", message: "missing is not defined" });
    await assert.rejects(session.run("missing = 1"), { name: "ReferenceError", message: "missing is not defined" });
    await session.run("const c = 1;");
    await assert.rejects(session.run("c = 2"), { name: "TypeError" });
    await assert.rejects(session.run("c++"), { name: "TypeError" });
    await assert.rejects(session.run("early; let early = 1;"), { name: "ReferenceError" });
  });

  it("say where a syntax error is", async () => {
    await assert.rejects(session.run("const ok = 1;\nconst é = (;\n"), (error) => {
      assert.ok(error instanceof BuildError);
      assert.deepEqual([error.problems[0]?.line, error.problems[0]?.column, error.problems[0]?.lineText], [2, 12, "const é = (;"]);
      return true;
    });
    await assert.rejects(session.run("const twice = 1; const twice = 2;"), /twice.* has already been declared/);
  });

  it("leave endless loops when the flag says so", async () => {
    session.flag[0] = 1;
    for (const loop of [
      "for (;;);",
      "while (true) {}",
      "do ; while (true)",
      "for (const x of [1]) ;",
      "for (const x in { a: 1 }) {}",
      "if (1) for (;;) continue;",
    ])
      await assert.rejects(session.run(`await 1; ${loop}`), /stopped/, loop);
    await assert.rejects(session.run("function spin() { while (true); } spin()"), /stopped/);
  });
});
