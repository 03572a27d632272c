import assert from "node:assert/strict";
import { Workspace } from "./support/workspace.js";

describe("programs: what can be called", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  before(() => {
    workspace = new Workspace();
  });
  after(() => workspace.dispose());

  it("every function of an ES module, exported or not", async () => {
    workspace.write({
      "all.ts": `
        function declared(a: number) { return ["declared", a, this === undefined]; }
        const arrow = (a: number): unknown => ["arrow", a];
        export const exported = async (a: number) => ["exported", a];
        let expression = function (a: number) { return ["expression", a, this === undefined]; } as (a: number) => unknown;
        export default (a: number) => ["default", a];
        class Shape { static unit = 7; static area(a: number) { return ["area", a, this.unit]; } static arrow = (a: number) => ["static", a, this.unit]; static "odd-name"() { return this.unit; } }
        export abstract class Base { static of(a: number) { return ["of", a, this === Base]; } }
        const handlers = { unit: 8, on(a: number) { return ["on", a, this.unit]; }, off: (a: number) => ["off", a], "is-on"() { return this.unit; } } as const;
        function overloaded(a: string): string; function overloaded(a: number): number; function overloaded(a: unknown) { return ["overloaded", a]; }
        function* generator(a: number) { yield a; }
        function call() { return "call"; } function futures() { return "futures"; } function exports() { return "exports"; }
      `,
    });
    const program = await workspace.build("all.ts");
    const values: Record<string, unknown> = {};
    for (const { name } of program.functions) {
      const { url, exportName } = await workspace.builder.buildCall(program, { functionName: name, argumentsText: name === "generator" ? "1" : "1" });
      if (name === "generator") continue;
      values[name] = await workspace.run(url, exportName);
    }
    assert.deepEqual(values, {
      declared: ["declared", 1, true],
      arrow: ["arrow", 1],
      exported: ["exported", 1],
      expression: ["expression", 1, true],
      default: ["default", 1],
      "Shape.area": ["area", 1, 7],
      "Shape.arrow": ["static", 1, 7],
      'Shape["odd-name"]': 7,
      "Base.of": ["of", 1, true],
      "handlers.on": ["on", 1, 8],
      "handlers.off": ["off", 1],
      'handlers["is-on"]': 8,
      overloaded: ["overloaded", 1],
      call: "call",
      futures: "futures",
      exports: "exports",
    });
  });

  it("the anonymous default exports there are", async () => {
    workspace.write({
      "function.ts": "export default function (a: number) { return a + 1; }",
      "class.ts": "export default class { static two = 2; static add(a: number) { return a + this.two; } }",
      "object.ts": "export default { two: 2, add(a: number) { return a + this.two; } };",
      "named.ts": "export default function add(a: number) { return a + 4; }",
    });
    assert.equal(await workspace.call("function.ts", "default", "1"), 2);
    assert.equal(await workspace.call("class.ts", "default.add", "1"), 3);
    assert.equal(await workspace.call("object.ts", "default.add", "1"), 3);
    assert.equal(await workspace.call("named.ts", "add", "1"), 5);
  });

  for (const type of ["module", "commonjs"]) {
    it(`every function of a CommonJS module, in a package of type ${type}`, async () => {
      const folder = `cjs-${type}`;
      const text = `"use strict";
        const path = require("path"), { plus } = require("./helper.cjs");
        let counter = 0;
        function hidden(a) { counter += 1; return [a, path.basename(__filename), plus(a)]; }
        const arrow = (a) => a;
        class K { static s(a) { return [a, this === K]; } }
        exports.extra = function (a) { return ["extra", a, this === module.exports]; };
        exports.count = () => counter;
      `;
      workspace.write({
        [`${folder}/package.json`]: { type, sideEffects: false },
        [`${folder}/main.cjs`]: text,
        [`${folder}/helper.cjs`]: "exports.plus = (a) => a + 1;",
        [`${folder}/typed.cts`]:
          'import helper = require("./helper.cjs"); const own = (a: number) => helper.plus(a); export = { pub(a: number) { return own(a) + 1; } };',
        [`${folder}/replaced.cjs`]: "const f = (a) => ['f', a]; module.exports = (a) => ['all', a];",
        [`${folder}/frozen.cjs`]: "const f = (a) => ['f', a]; module.exports = Object.freeze({});",
        [`${folder}/primitive.cjs`]: "const f = (a) => ['f', a]; module.exports = 'text';",
        [`${folder}/script.cjs`]:
          "#!/usr/bin/env node\n'use strict'; const f = (a) => ['f', a, __filename, typeof require]; if (require.main === module) throw new Error('main');",
      });
      const main = `${folder}/main.cjs`;
      assert.deepEqual(await workspace.call(main, "hidden", "counter"), [0, "main.cjs", 1]);
      assert.equal(await workspace.call(main, "arrow", "counter"), 1, "a variable as it is now");
      assert.deepEqual(await workspace.call(main, "K.s", "1"), [1, true]);
      assert.deepEqual(await workspace.call(main, "exports.extra", "path.sep"), ["extra", "/", true]);
      assert.equal(await workspace.call(`${folder}/typed.cts`, "own", "1"), 2);
      assert.equal(await workspace.call(`${folder}/typed.cts`, "exports.pub", "1"), 3);
      assert.deepEqual(await workspace.call(`${folder}/replaced.cjs`, "module.exports", "1"), ["all", 1]);
      for (const name of ["replaced", "frozen", "primitive"]) assert.deepEqual(await workspace.call(`${folder}/${name}.cjs`, "f", "1"), ["f", 1]);
      assert.deepEqual(await workspace.call(`${folder}/script.cjs`, "f", "1"), ["f", 1, workspace.path(`${folder}/script.cjs`), "function"]);
    });
  }

  it("a CommonJS module in TypeScript that imports, and one that others require back", async () => {
    workspace.write({
      "mixed/package.json": {},
      "mixed/main.ts":
        'import { basename } from "node:path"; import { part } from "./part.js"; const f = (a: string) => basename(a) + part; module.exports = { f };',
      "mixed/part.ts": "export const part = '!';",
      "mixed/circle.js": "const other = require('./other'); exports.early = 1; const f = () => other.read();",
      "mixed/other.js": "exports.read = () => require('./circle').early;",
    });
    assert.equal(await workspace.call("mixed/main.ts", "f", '"/a/b"'), "b!");
    assert.equal(await workspace.call("mixed/circle.js", "f"), 1);
  });
});

describe("programs: TypeScript and its settings", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  before(() => {
    workspace = new Workspace();
  });
  after(() => workspace.dispose());

  it("enums, const enums, namespaces, parameter properties, JSON, type errors, top-level await", async () => {
    workspace.write({
      "data.json": { answer: 42 },
      "levels.ts":
        "export enum Level { Low = 1, High = 2 } export const enum Size { Big = 9 } export namespace Names { export const first = 'a'; export interface I {} } export type T = 1;",
      "main.ts": `
        import data from "./data.json" with { type: "json" };
        import { Level, Size, Names, type T } from "./levels.js";
        const wrong: string = 5;
        const waited = await new Promise<number>((resolve) => setTimeout(() => resolve(3), 5));
        enum Own { A = "a" }
        const enum Hidden { B = 4 }
        namespace Types { export type X = T }
        class P { constructor(readonly x: number, private y = 1) {} sum() { return this.x + this.y; } }
        export function f(level: Level, ...rest: unknown[]) { return [Level[level], Size.Big, Names.first, wrong, waited, new P(1).sum(), data.answer, ...rest]; }
      `,
    });
    assert.deepEqual(
      await workspace.call("main.ts", "f", "Level.High, Own.A, Hidden.B, Size.Big, data.answer as number, Names.first, new P(5)!.sum(), waited"),
      ["High", 9, "a", 5, 3, 2, 42, "a", 4, 9, 42, "a", 6, 3],
    );
  });

  it("classes have the names that they were given", async () => {
    workspace.write({
      "classes/other.ts":
        "export class Point { static origin() { return new Point(); } } export class Named { static name = 'own'; static self = () => Named; }",
      "classes/main.ts": `import { Point as Other, Named } from "./other.js";
        class Point { static of() { return new Point(); } }
        class Wrong extends Error { override name = Wrong.name; }
        export default class Frozen { static self = Frozen; static { Object.freeze(this); } }
        const f = () => [Point.of().constructor.name, Other.origin().constructor.name, new Wrong().name, Named.name];`,
    });
    assert.deepEqual(await workspace.call("classes/main.ts", "f"), ["Point", "Point", "Wrong", "own"]);
  });

  it("imports of workspace files by every name they can have", async () => {
    workspace.write({
      "names/a.ts": "export const a = 'a';",
      "names/b/index.ts": "export const b = 'b';",
      "names/c.tsx": "export const c = 'c';",
      "names/d.mts": "export const d = 'd';",
      "names/e.js": "export const e = 'e';",
      "names/f.cjs": "exports.f = 'f';",
      "names/sub/main.ts":
        'import { a } from "../a"; import { a as a2 } from "../a.js"; import { b } from "../b"; import { c } from "../c.jsx"; import { d } from "../d.mjs"; import { e } from "../e"; import { f } from "../f.cjs"; const all = () => [a, a2, b, c, d, e, f].join("");',
    });
    assert.equal(await workspace.call("names/sub/main.ts", "all"), "aabcdef");
  });

  it("tsconfig paths, baseUrl and extends", async () => {
    workspace.write({
      "paths/tsconfig.base.json":
        '{ // comment\n "compilerOptions": { "baseUrl": "./src", "paths": { "@lib/*": ["./lib/*"], "one": ["./lib/one.ts"], }, } }',
      "paths/tsconfig.json": '{ "extends": "./tsconfig.base.json" }',
      "paths/src/lib/one.ts": "export const one = 1;",
      "paths/src/based.ts": "export const based = 2;",
      "paths/src/app/main.ts":
        'import { one } from "@lib/one"; import { one as same } from "one"; import { based } from "based"; const f = () => [one, same, based];',
    });
    assert.deepEqual(await workspace.call("paths/src/app/main.ts", "f"), [1, 1, 2]);
  });

  it("the referenced project that includes the file, where tsconfig.json is a list of projects", async () => {
    const project = (at: string): object => ({ compilerOptions: { paths: { "@/*": [`./${at}/*`] } }, include: [at] });
    workspace.write({
      "solution/tsconfig.json": '{ "files": [], /* list */ "references": [{ "path": "./tsconfig.node.json" }, { "path": "./tsconfig.app.json" }], }',
      "solution/tsconfig.node.json": project("node"),
      "solution/tsconfig.app.json": project("app"),
      "solution/node/where.ts": "export const where = 'node';",
      "solution/app/where.ts": "export const where = 'app';",
      "solution/app/deep/main.ts": 'import { where } from "@/where"; const f = () => where;',
      "solution/node/main.ts": 'import { where } from "@/where"; const f = () => where;',
    });
    assert.equal(await workspace.call("solution/app/deep/main.ts", "f"), "app");
    assert.equal(await workspace.call("solution/node/main.ts", "f"), "node");
  });

  it("decorators, old and new, in files on the disk and in new ones", async () => {
    const text =
      "const seen: unknown[] = []; function note(...args: unknown[]): any { seen.push(args.length === 3 ? 'old' : (args[1] as any)?.kind); } class A { @note m() {} } const f = () => (A, seen);";
    workspace.write({
      "old/tsconfig.json": { compilerOptions: { experimentalDecorators: true } },
      "old/main.ts": text,
      "new/tsconfig.json": {},
      "new/main.ts": text,
    });
    assert.deepEqual(await workspace.call("old/main.ts", "f"), ["old"]);
    assert.deepEqual(await workspace.call("new/main.ts", "f"), ["method"]);
    assert.deepEqual(await workspace.call("old/unsaved.ts", "f", "", { "old/unsaved.ts": text }), ["old"]);
    const importer = 'import { f as g } from "./unsaved.js"; const f = () => g();';
    workspace.write({ "old/importer.ts": importer });
    assert.deepEqual(await workspace.call("old/importer.ts", "f", "", { "old/unsaved.ts": text.replace("const f", "export const f") }), ["old"]);
  });

  it("JSX, as tsconfig says, and automatic where it says nothing or preserve", async () => {
    const runtime = "export const jsx = (type, props) => ['jsx', type, props]; export const jsxs = jsx; export const Fragment = 'fragment';";
    workspace.write({
      "jsx/node_modules/react/package.json": { type: "module", exports: { "./jsx-runtime": "./jsx-runtime.js" } },
      "jsx/node_modules/react/jsx-runtime.js": runtime,
      "jsx/node_modules/other/package.json": { type: "module", exports: { "./jsx-runtime": "./jsx-runtime.js" } },
      "jsx/node_modules/other/jsx-runtime.js": runtime.replace("'jsx'", "'other'"),
      "jsx/none/main.tsx": "const f = () => <p>1</p>;",
      "jsx/preserve/tsconfig.json": { compilerOptions: { jsx: "preserve" } },
      "jsx/preserve/main.tsx": "const f = () => <p>1</p>;",
      "jsx/classic/tsconfig.json": { compilerOptions: { jsx: "react", jsxFactory: "h" } },
      "jsx/classic/main.tsx": "const h = (...args: unknown[]) => ['h', ...args]; const f = () => <p>1</p>;",
      "jsx/other/tsconfig.json": { compilerOptions: { jsx: "react-jsx", jsxImportSource: "other" } },
      "jsx/other/main.tsx": "import './style.css'; const f = () => <p>1</p>;",
      "jsx/other/style.css": "p { color: red }",
      "jsx/none/plain.js": "export const f = () => <p>1</p>;",
    });
    const element = ["jsx", "p", { children: "1" }];
    assert.deepEqual(await workspace.call("jsx/none/main.tsx", "f"), element);
    assert.deepEqual(await workspace.call("jsx/none/plain.js", "f"), element);
    assert.deepEqual(await workspace.call("jsx/preserve/main.tsx", "f"), element);
    assert.deepEqual(await workspace.call("jsx/classic/main.tsx", "f"), ["h", "p", null, "1"]);
    assert.deepEqual(await workspace.call("jsx/other/main.tsx", "f"), ["other", "p", { children: "1" }]);
  });
});
