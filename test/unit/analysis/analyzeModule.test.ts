import assert from "node:assert/strict";
import { analyzeModule } from "../../../src/analysis/analyzeModule.js";
import { languageOf } from "../../../src/analysis/language.js";
import type { FunctionInfo, Language, Range } from "../../../src/analysis/types.js";

const names = (text: string, language: Language = "ts"): string[] => analyzeModule(text, language).functions.map(({ name }) => name);
const only = (text: string, language: Language = "ts"): FunctionInfo => {
  const { functions } = analyzeModule(text, language);
  assert.equal(functions.length, 1, `one function in ${JSON.stringify(text)}, not ${functions.map(({ name }) => name)}`);
  return functions[0]!;
};
/** The text in a range, by lines as VS Code counts them. */
const slice = (text: string, { start, end }: Range): string => {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  const offset = ({ line, character }: Range["start"]): number => lines.slice(0, line).join("").length + character;
  return text.slice(offset(start), offset(end));
};

describe("languageOf", () => {
  const table: [string, Language | undefined][] = [
    ["/a/b.ts", "ts"],
    ["/a/b.mts", "ts"],
    ["C:\\a\\b.CTS", "ts"],
    ["/a/b.tsx", "tsx"],
    ["/a/b.js", "js"],
    ["/a/b.mjs", "js"],
    ["/a/b.cjs", "js"],
    ["/a/b.jsx", "jsx"],
    ["/a/b.d.ts", undefined],
    ["/a/b.d.mts", undefined],
    ["/a/b.json", undefined],
    ["/a.ts/b", undefined],
    ["", undefined],
  ];
  for (const [path, language] of table) it(`of ${JSON.stringify(path)} is ${language}`, () => assert.equal(languageOf(path), language));
});

describe("analyzeModule: which functions it lists", () => {
  const table: [what: string, text: string, expected: string[], language?: Language][] = [
    ["declarations", "function a() {}\nexport function b() {}\nasync function c() {}\nfunction* d() {}", ["a", "b", "c", "d"]],
    [
      "arrows and function expressions",
      "const a = () => 1;\nexport const b = function () {};\nlet c = async (x) => x, d = function* () {};",
      ["a", "b", "c", "d"],
    ],
    [
      "wrapped ones",
      "const a = (() => 1) as F;\nconst b = (function () {}) satisfies F;\nconst c = <F>((x) => x);\nconst d = ((() => 1)!)",
      ["a", "b", "c", "d"],
    ],
    ["a named default export", "export default function a() {}", ["a"]],
    ["an anonymous default export", "export default function () {}", ["default"]],
    ["a default arrow", "export default async (x: number) => x;", ["default"]],
    ["a default function expression, whose own name is not bound", "export default (function inner() {});", ["default"]],
    ["nothing new for a default identifier", "function a() {}\nexport default a;", ["a"]],
    [
      "static methods",
      "class S { static a() {} static b = () => 1; static c = function () {}; d() {} static 'e-f'() {} }",
      ["S.a", "S.b", "S.c", 'S["e-f"]'],
    ],
    [
      "no accessors, computed, private, protected or # methods",
      "class S { static get a() { return 1 } static set a(x) {} static [k]() {} static #p() {} private static q() {} protected static r() {} constructor() {} static x = 1; }",
      [],
    ],
    [
      "static methods of abstract, default and expression classes",
      "abstract class A { abstract x(): void; static a() {} }\nexport default class { static b() {} }\nconst C = class { static c() {} }",
      ["A.a", "default.b", "C.c"],
    ],
    [
      "object members",
      "export const o = { f() {}, g: () => 1, h: function () {}, async i() {}, 'j k': () => 1, l, ...m, get n() { return 1 }, [p]: () => 1, 1: () => 1, q: { r() {} } } as const;",
      ["o.f", "o.g", "o.h", "o.i", 'o["j k"]'],
    ],
    ["members of a default object", "export default { f() {} } satisfies X;", ["default.f"]],
    [
      "not what is ambient, an overload or a type",
      "declare function a(): void;\ndeclare class B { static b(): void }\ndeclare const c: () => void;\ntype D = () => void;\ninterface E { e(): void }\ndeclare module 'm' { function f(): void }",
      [],
    ],
    [
      "not what is in a namespace or a function",
      "namespace N { export function f() {} }\nfunction outer() { function inner() {} }\nif (x) { function g() {} }",
      ["outer"],
    ],
    ["the implementation of overloads", "function a(x: string): void;\nfunction a(x: number): void;\nfunction a(x: any) {}", ["a"]],
    ["decorated classes", "@dec() export class A { @d static a(@p x: number) {} }\nexport @dec class B { static b() {} }", ["A.a", "B.b"]],
    [
      "CommonJS exports",
      "exports.a = function () {};\nmodule.exports.b = () => 1;\nconst c = () => 1;\nexports.c = c;",
      ["exports.a", "exports.b", "c"],
      "js",
    ],
    ["a CommonJS function", "module.exports = function (a) {};", ["module.exports"], "js"],
    ["a CommonJS object", "module.exports = { a() {}, b: () => 1, c };", ["exports.a", "exports.b"], "js"],
    ["export =", "export = (a: number) => a;", ["module.exports"]],
    ["not assignments to other things", "window.exports = { a() {} }; o.x = () => 1; exports.a.b = () => 1; exports.y += () => 1", [], "js"],
    ["JSX", "export const A = () => <p>{1}</p>;\nfunction B() { return <></>; }", ["A", "B"], "tsx"],
    ["JSX in .js", "function B() { return <b/>; }", ["B"], "js"],
    ["the last of two of one name", "function a() {}\nfunction b() {}\nfunction a(x) {}", ["b", "a"], "js"],
    ["nothing in nothing", "", []],
    ["after a hashbang and a BOM-free directive", "#!/usr/bin/env node\n'use strict';\nfunction a() {}", ["a"]],
  ];
  for (const [what, text, expected, language] of table) {
    it(what, () => {
      assert.deepEqual(names(text, language), expected);
      assert.deepEqual(
        analyzeModule(text, language ?? "ts").problems.filter(({ message }) => !/already been declared/.test(message)),
        [],
      );
    });
  }
});

describe("analyzeModule: what it says of a function", () => {
  it("kind, async and generator", () => {
    const text =
      "async function* a() {}\nconst b = async () => 1;\nconst c = function* () {};\nclass D { static async d() {} }\nconst e = { *f() {}, g: async () => 1 };\nexport default () => 1;";
    const facts = analyzeModule(text, "ts").functions.map(({ name, kind, async, generator }) => [name, kind, async, generator]);
    assert.deepEqual(facts, [
      ["a", "declaration", true, true],
      ["b", "arrow", true, false],
      ["c", "expression", false, true],
      ["D.d", "staticMethod", true, false],
      ["e.f", "objectMember", false, true],
      ["e.g", "objectMember", true, false],
      ["default", "arrow", false, false],
    ]);
  });

  it("parameters: types, defaults, optional, rest, patterns, and not `this`", () => {
    const { parameters } = only(
      "function f(this: Window, a, b: Map<string, number[]>, c?: string, d = 1, e: number = 2 + 3, { x, y = 4 }: P, [z]: number[] = [], ...r: string[]) {}",
    );
    const optional = { optional: true, rest: false };
    const required = { optional: false, rest: false };
    assert.deepEqual(parameters, [
      { name: "a", ...required },
      { name: "b", type: "Map<string, number[]>", ...required },
      { name: "c", type: "string", ...optional },
      { name: "d", defaultText: "1", ...optional },
      { name: "e", type: "number", defaultText: "2 + 3", ...optional },
      { name: "{ x, y = 4 }", type: "P", ...required },
      { name: "[z]", type: "number[]", defaultText: "[]", ...optional },
      { name: "r", type: "string[]", optional: false, rest: true },
    ]);
  });

  it("parameters of the implementation, not of an overload", () => {
    assert.deepEqual(
      only("function f(a: string): void;\nfunction f(a: unknown, b?: number) {}").parameters.map(({ name }) => name),
      ["a", "b"],
    );
  });

  it("JSDoc, over line comments and decorators, and not one that belongs to something else", () => {
    assert.equal(
      only("/**\n * Adds.\n *\n *   indented\n * @param a one */\n// biome-ignore x\nexport function f(a) {}").jsDoc,
      "Adds.\n\n  indented\n@param a one",
    );
    assert.equal(only("/** One. */ const f = () => 1;").jsDoc, "One.");
    assert.equal(only("class A {\n  /** Two. */\n  @d\n  static m() {}\n}").jsDoc, "Two.");
    assert.equal(only("/** Overloads. */\nfunction f(a: string): void;\nfunction f(a: any) {}").jsDoc, "Overloads.");
    assert.equal(only("/** Of x. */\nlet x = 1;\nfunction f() {}").jsDoc, undefined);
    assert.equal(only("/* plain */ function f() {}").jsDoc, undefined);
  });

  it("ranges: the whole declaration, with what is above it, and the name", () => {
    const table: [text: string, range: string, full: string, name: string][] = [
      [
        "x;\n/** D */\nexport async function f(a) {\n  return 1;\n}\ny;",
        "export async function f(a) {\n  return 1;\n}",
        "/** D */\nexport async function f(a) {\n  return 1;\n}",
        "f",
      ],
      ["export const f = () => 1;", "export const f = () => 1;", "export const f = () => 1;", "f"],
      ["const a = 1, f = () => 1;", "f = () => 1", "f = () => 1", "f"],
      ["class A {\r\n  /** m */\r\n  @d static m() { }\r\n}", "@d static m() { }", "/** m */\r\n  @d static m() { }", "m"],
      ["const o = {\n  /** g */\n  'g-h': () => 1,\n};", "'g-h': () => 1", "/** g */\n  'g-h': () => 1", "'g-h'"],
      ["export /* x */ default () => 1", "export /* x */ default () => 1", "export /* x */ default () => 1", "default"],
      [
        "/** o */ function f(a: 1): 1;\nfunction f(a: any) { }",
        "function f(a: any) { }",
        "/** o */ function f(a: 1): 1;\nfunction f(a: any) { }",
        "f",
      ],
      ["const 變數 = '😀'; /* \u2028 */ const f = () => 1;", "const f = () => 1;", "const f = () => 1;", "f"],
      ["exports.f = function () { };", "exports.f = function () { };", "exports.f = function () { };", "f"],
      ["a;\rfunction f() { }", "function f() { }", "function f() { }", "f"],
    ];
    for (const [text, range, full, name] of table) {
      const info = only(text);
      assert.deepEqual([slice(text, info.range), slice(text, info.fullRange), slice(text, info.nameRange)], [range, full, name], text);
    }
  });

  it("is plain data", () => {
    const analysis = analyzeModule("/** a */ export function a(x: number, ...y: string[]) {}\nclass B { static c() {} }", "ts");
    assert.deepEqual(JSON.parse(JSON.stringify(analysis)), analysis);
    assert.deepEqual(structuredClone(analysis), analysis);
  });
});

describe("analyzeModule: bindings and format", () => {
  it("lists values in source order, types left out", () => {
    const text = `
      import d, { a, type T, b as c } from "m"; import * as ns from "n"; import type { U } from "u"; import "side";
      import fs = require("fs"); import type x1 = require("x"); import Alias = ns.Thing;
      const { e, f: [g, ...h], ...i } = o, j = 1; let k; var l = () => 1;
      function m() {} async function n() {} class O {} enum P { A } const enum Q { B }
      namespace R { export const x = 1 } namespace S { export interface I {} } namespace V.W { export type Z = 1 } namespace X.Y { export function f() {} }
      interface Aa {} type Bb = 1; declare const cc: number; declare function dd(): void; declare class Ee {} declare enum Ff {} declare namespace Gg { const x: 1 }
      export const hh = 1; export default class Ii {} function m2(): void; function m2() {}
    `;
    assert.deepEqual(analyzeModule(text, "ts").bindings, "d a c ns fs e g h i j k l m n O P Q R X hh Ii m2".split(" "));
  });

  const formats: [string, "esm" | "commonjs"][] = [
    ["function f() {}", "esm"],
    ["import a from 'a'; export {}", "esm"],
    ["module.exports = 1", "commonjs"],
    ["exports.a = 1", "commonjs"],
    ["const x = require('x'); if (typeof module === 'object') module.exports = x", "commonjs"],
    ["Object.defineProperty(exports, '__esModule', { value: true })", "commonjs"],
    ["import x from 'x'; module.exports = x", "commonjs"],
    ["if (require.main === module) f()", "commonjs"],
    ["import fs = require('fs'); export = fs", "commonjs"],
    ["export const a = 1; module.exports.b = 2", "esm"],
    ["// module.exports = 1\nconst s = 'exports.a'; const o = { exports: 1 }; o.exports; const p: exports.T = 1", "esm"],
  ];
  for (const [text, format] of formats) it(`${JSON.stringify(text)} is ${format}`, () => assert.equal(analyzeModule(text, "ts").format, format));
});
