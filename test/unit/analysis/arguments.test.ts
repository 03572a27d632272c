import assert from "node:assert/strict";
import { analyzeArguments } from "../../../src/analysis/analyzeArguments.js";
import { analyzeModule } from "../../../src/analysis/analyzeModule.js";
import { checkArguments, signatureOf } from "../../../src/analysis/signature.js";

describe("analyzeArguments", () => {
  const accepted: [text: string, texts: string[], count?: number | "unknown"][] = [
    ["", []],
    ["  \n\t", []],
    ["// nothing", []],
    ["/* nothing */", []],
    ["40", ["40"]],
    ["[1, 2], { deep: true }", ["[1, 2]", "{ deep: true }"]],
    ["new Map([[1,2]])", ["new Map([[1,2]])"]],
    ["x as const", ["x as const"]],
    ["<const>[1]", ["<const>[1]"]],
    ["a!, b satisfies C", ["a!", "b satisfies C"]],
    ["(a: number): number => a, function () { return 1; }, class {}", ["(a: number): number => a", "function () { return 1; }", "class {}"]],
    ["<T,>(x: T) => x", ["<T,>(x: T) => x"]],
    ["...xs", ["...xs"], "unknown"],
    ["1, ...[2, 3], 4", ["1", "...[2, 3]", "4"], "unknown"],
    [`\`a \${b}, \${\`c\`}\``, [`\`a \${b}, \${\`c\`}\``]],
    ["await f(), await Promise.all([])", ["await f()", "await Promise.all([])"]],
    ["1, 2,", ["1", "2"]],
    ["(1, 2), 3", ["(1, 2)", "3"]],
    ["/* a, */ 1, // b, c", ["1"]],
    ["')', \"]\", /[)]/, 1n", ["')'", '"]"', "/[)]/", "1n"]],
    ["'😀', x", ["'😀'", "x"]],
    ["import('./x.js')", ["import('./x.js')"]],
    ["a = 1", ["a = 1"]],
    ["{}", ["{}"]],
    ["1,\n2", ["1", "2"]],
  ];
  for (const [text, texts, count = texts.length] of accepted) {
    it(`takes ${JSON.stringify(text)}`, () => {
      const result = analyzeArguments(text);
      assert.ok(result.ok);
      assert.deepEqual([result.texts, result.count], [texts, count === "unknown" ? undefined : count]);
    });
  }

  it("names the variables that are used as values", () => {
    const result = analyzeArguments(
      'a, b.c as D, { e, f: g, [h]: 1 }, (i: J): K => i + l, new M<N>(), `${o}`, p!, typeof q, function r() {}, s satisfies T, ...u, v?.w(x), "y", a',
    );
    assert.deepEqual(result.ok && result.names, "a b e g h i l M o p q r s u v x".split(" "));
  });

  const refused: [text: string, offset: number, message: RegExp][] = [
    ["1) + (2", 1, /^unexpected "\)": it closes nothing here$/],
    ["1); foo(", 1, /^unexpected "\)"/],
    ["1] + [2", 1, /^unexpected "\]": it closes nothing here$/],
    ["1], [2", 1, /^unexpected "\]"/],
    ["1].concat([2", 1, /^unexpected "\]"/],
    ["x ? 1] : [2", 5, /./],
    ["1]; [2", 1, /./],
    ["]", 0, /./],
    [")", 0, /./],
    ["}", 0, /./],
    ["1;", 1, /^unexpected ";": arguments are separated by commas$/],
    ["const x = 1", 0, /^unexpected "const": arguments are expressions separated by commas, not statements$/],
    ["return 1", 0, /^unexpected "return"/],
    ["1, if (x) {}", 3, /^unexpected "if"/],
    ["import x from 'x'", 0, /^unexpected "import"/],
    ["1 2", 2, /^unexpected "2": a comma is missing before it$/],
    ["foo bar", 4, /^unexpected "bar": a comma is missing before it$/],
    [",", 0, /^an argument is missing before this comma$/],
    ["1,,2", 2, /^an argument is missing before this comma$/],
    ["1 /* , */, /* , */ ,2", 19, /^an argument is missing before this comma$/],
    ["'abc", 0, /^this string has no end$/],
    ["1, `abc", 4, /^this template string has no end$/],
    ["1 /* x", 2, /^this comment has no end$/],
    ["/abc", 1, /^this regular expression has no end$/],
    ["f(1", 3, /^the arguments end too early/],
    ["{ a: 1", 6, /^the arguments end too early/],
    ["5 +", 3, /^the arguments end too early/],
    ["...", 3, /^the arguments end too early/],
    ["n: 1", 1, /^unexpected ":": a type can be given with "as" or "satisfies"$/],
    ["yield 1", 0, /yield/],
    ["a => {", 6, /^the arguments end too early/],
    ["© ", 0, /©/],
  ];
  for (const [text, offset, message] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const result = analyzeArguments(text);
      assert.ok(!result.ok, "it was taken");
      assert.match(result.message, message);
      assert.doesNotMatch(result.message, /\d+:\d+/);
      assert.equal(result.offset, offset);
    });
  }

  it("every prefix of a good text is taken or refused, never thrown at", () => {
    const text = `[1, \`a\${{ b: 'c' }}\`], /x/g, (y: number) => { return await z }, ...(w as const) /* end */ // eof`;
    for (let end = 0; end <= text.length; end += 1) {
      const result = analyzeArguments(text.slice(0, end));
      if (!result.ok) assert.ok(result.offset >= 0 && result.offset <= end, `${result.offset} of ${end}`);
    }
  });
});

describe("signatureOf and checkArguments", () => {
  const functionOf = (parameters: string) => analyzeModule(`function f(${parameters}) {}`, "ts").functions[0]!;

  it("writes one line", () => {
    assert.equal(signatureOf(functionOf("n: number")), "f(n: number)");
    assert.equal(signatureOf(functionOf("")), "f()");
    assert.equal(
      signatureOf(functionOf("this: Foo, a?: string, b: number = 1, {\n  x,\n  y\n}: {\n  x: 1 } = {}, ...r: string[]")),
      "f(a?: string, b: number = 1, { x, y }: { x: 1 } = {}, ...r: string[])",
    );
    assert.equal(signatureOf(analyzeModule("export default (a) => a", "js").functions[0]!), "default(a)");
  });

  const table: [parameters: string, args: string, warnings: string[]][] = [
    ["n: number", "40", []],
    ["n: number", "", ["f(n: number) got no argument for the required parameter n"]],
    ["a, b, c?", "1", ["f(a, b, c?) got no argument for the required parameter b"]],
    ["a, { b }, c = 1, ...d", "", ["f(a, { b }, c = 1, ...d) got no argument for the required parameters a, { b }"]],
    ["a?, ...b", "", []],
    ["a, b", "...xs", []],
    ["", "1", ["f() takes no arguments but got 1"]],
    ["a", "1, 2", ["f(a) takes one argument but got 2"]],
    ["a, b?", "1, 2, 3", ["f(a, b?) takes at most 2 arguments but got 3"]],
    ["a, ...b", "1, 2, 3", []],
    ["this: X, a", "1", []],
    ["a", "(", []],
  ];
  for (const [parameters, args, warnings] of table) {
    it(`f(${parameters}) with (${args}): ${warnings.length} warnings`, () =>
      assert.deepEqual(checkArguments(functionOf(parameters), analyzeArguments(args)), warnings));
  }
});
