import assert from "node:assert/strict";
import { analyzeReferences } from "../../../src/analysis/references.js";

describe("analyzeReferences: imports used as values", () => {
  const used = (text: string): readonly string[] =>
    analyzeReferences(`import d, { a, b as c, type T } from "m"; import * as ns from "n"; import type { U } from "u";\n${text}`, "tsx").valueImports;
  const table: [text: string, expected: string][] = [
    ["a(); d.x; new c(); ns.y;", "d a c ns"],
    ["let x: a; let y: ns.Z; type X = typeof c; interface I extends d {} function f(p: a): c {} class K implements a {}", ""],
    ["x as a; <c>(x) satisfies d; f<ns.A>();", ""],
    ["(a as unknown); c!; d satisfies X;", "d a c"],
    ["x.a; x?.c; ({ d: 1 }); class K { a = 1; c() {} } ", ""],
    ["x[a]; ({ [c]: 1 }); ({ d }); class K { [ns] = 1 }", "d a c ns"],
    ["<ns.Part a={c} />; <d></d>", "c ns"],
    ["class K extends a { @c m() {} } enum E { d = ns.x }", "a c ns"],
    ["a: for (;;) { break a; } new.target; import.meta.c;", ""],
    ["export { a }; export type { c }; export { d } from 'x'; export { type ns };", "a"],
    ["a = 1; c++; `${d}`; ns``;", "d a c ns"],
    ["function f(a) { return a; } const { x: c } = y; c; try {} catch (d) { d } class ns {}", ""],
    ["declare const q: typeof a; declare function r(x: c): void;", ""],
    ["namespace N { export const v = a; }", "a"],
  ];
  for (const [text, expected] of table) it(text, () => assert.equal(used(text).join(" "), expected));

  it("are unknown in a text with syntax errors", () => assert.deepEqual(analyzeReferences("import { a } from 'a'; a(", "ts").valueImports, []));
});

describe("analyzeReferences: specifiers that are known only at run time", () => {
  const at = (text: string, kind: "dynamicImports" | "requires"): string[] =>
    analyzeReferences(text, "js")[kind].map((offset) => text.slice(offset, offset + 12));

  it("import(…) of anything but a literal", () => {
    assert.deepEqual(at("import('a'); import(`b`); import(x); import (`c${d}`); import('a' + b, {})", "dynamicImports"), [
      "import(x); i",
      "import (`c${",
      "import('a' +",
    ]);
  });

  it("require as anything but a call with a literal", () => {
    const text = "require('a'); require(`b`); require(x); require.resolve('c'); typeof require; f(require); o.require; ({ require: 1 });";
    assert.deepEqual(at(text, "requires"), ["require(x); ", "require.reso", "require; f(r", "require); o."]);
  });

  it("not a require of the module's own", () => {
    assert.deepEqual(at("const require = createRequire(import.meta.url); require(x)", "requires"), []);
    assert.deepEqual(at("function f(require, module) { require(x); }", "requires"), []);
  });

  it("classes that have their names from their declarations", () => {
    const text =
      "class A {} export class B { static x = 1; name = 2 } export default class C {} @d class D {} class E { static name = 1 } class F { static 'name'() {} } const G = class {}; { class H {} } declare class I {}";
    assert.deepEqual(analyzeReferences(text, "ts").classes, ["A", "B", "C"]);
  });

  it("literals of import.meta.resolve", () => {
    assert.deepEqual(analyzeReferences("import.meta.resolve('a'); import.meta.resolve(b); x.resolve('c'); import.meta.url", "ts").resolved, ["a"]);
  });
});
