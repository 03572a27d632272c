import assert from "node:assert/strict";
import { analyzeModule } from "../../../src/analysis/analyzeModule.js";

const good = {
  before: "/** First. */\nexport function before(a: number): number {\n  return a;\n}\n",
  after: "\n/** Last. */\nconst after = async (b = 1) => {\n  return b;\n};\n\nclass After {\n  static method() {}\n}\n",
};
/** Statements that Babel's own recovery gives up on, and the functions that can still be seen in them. */
const broken: [what: string, text: string, seen?: string[]][] = [
  ["a missing value", "let x = ;\n"],
  ["a comma too many", "const o = { a: 1,, b: 2 };\n"],
  ["an open call", "foo(1, 2\n"],
  ["an open if", "if (\n"],
  ["an open string", "const s = 'abc\n"],
  ["a half member access", "console.\n"],
  ["a brace too many", "function f() { return 1; }}\n"],
  ["a half import", "import { a, from './a';\n"],
  ["a half type", "type T = { a: ;\n"],
  ["a merge conflict", "<<<<<<< HEAD\nconst a = 1;\n=======\nconst a = 2;\n>>>>>>> branch\n"],
  ["a parameter list in the making", "function mine(a b) {\n  return a;\n}\n"],
  ["an error in a function's body", "function mine(a: number) {\n  const b = ;\n  return a;\n}\n", ["mine"]],
  ["two errors in a function's body", "function mine(a: number) {\n  const b = ;\n  if (a) {\n    b.;\n  }\n  a +* b;\n  return a;\n}\n", ["mine"]],
  ["a body without its end", "function mine(a: number) {\n  if (a) {\n    return 1;\n", ["mine"]],
  ["an arrow's body without its end", "export const mine = async (a: number) => {\n  return [\n", ["mine"]],
  [
    "an error in a method",
    "class Mine {\n  static one() {\n    return 1;\n  }\n\n  static two() {\n    return 1 +;\n  }\n\n  static three() {\n    return 3;\n  }\n}\n",
    ["Mine.one", "Mine.three"],
  ],
  ["an error in an object", "const mine = {\n  one() {},\n  two: => 1,\n  three: () => 3,\n};\n", ["mine.one", "mine.three"]],
];

describe("analyzeModule: texts with syntax errors", () => {
  for (const [what, text, seen = []] of broken) {
    it(`${what}: what is before, after and in it is found, and the error is told`, () => {
      const analysis = analyzeModule(good.before + text + good.after, "ts");
      const found = analysis.functions.map(({ name }) => name);
      assert.deepEqual(
        found.filter((name) => ["before", "after", "After.method", ...seen].includes(name)),
        ["before", ...seen, "after", "After.method"],
      );
      assert.equal(analysis.functions[0]?.jsDoc, "First.");
      assert.equal(analysis.functions.find(({ name }) => name === "after")?.jsDoc, "Last.");

      const first = good.before.split("\n").length - 1;
      const last = first + text.split("\n").length - 1;
      assert.ok(analysis.problems.length > 0);
      for (const { message, position } of analysis.problems) {
        assert.ok(position.line >= first && position.line <= last, `line ${position.line} of ${first}-${last}: ${message}`);
        assert.doesNotMatch(message, /\(\d+:\d+\)/);
      }
    });
  }

  it("places are right after an error: names, ranges and bindings", () => {
    const text = "let = ;\n\nfunction f(a: number) {\n  return a;\n}\n";
    const { functions, bindings } = analyzeModule(text, "ts");
    assert.deepEqual(functions[0]?.nameRange, { start: { line: 2, character: 9 }, end: { line: 2, character: 10 } });
    assert.deepEqual(functions[0]?.range, { start: { line: 2, character: 0 }, end: { line: 4, character: 1 } });
    assert.deepEqual(bindings, ["f"]);
  });

  it("a broken function keeps its whole range", () => {
    const [info] = analyzeModule("function f() {\n  const a = ;\n\n  return 1;\n}\n", "ts").functions;
    assert.deepEqual(info?.range, { start: { line: 0, character: 0 }, end: { line: 4, character: 1 } });
    const [open] = analyzeModule("function f() {\n  return (1\n}\nfunction g() {}\n", "ts").functions;
    assert.deepEqual(open?.range.end, { line: 2, character: 1 });
  });

  it("text in backticks and unindented code are no borders", () => {
    const text = "const sql = `\nselect\nfunction no() {}\nfrom x\n`;\nfunction yes() {\nreturn 1;\n}\nlet x = ;\n";
    const analysis = analyzeModule(text, "ts");
    assert.deepEqual(
      analysis.functions.map(({ name }) => name),
      ["yes"],
    );
    assert.deepEqual(analysis.bindings, ["sql", "yes"]);
    assert.deepEqual(
      analysis.problems.map(({ position }) => position),
      [{ line: 8, character: 8 }],
    );
  });

  it("what Babel can live with is told at its place", () => {
    assert.deepEqual(analyzeModule("let a = 1;\nlet a = 2;\n", "ts").problems, [
      { message: "Identifier 'a' has already been declared.", position: { line: 1, character: 4 } },
    ]);
  });

  it("never throws, wherever a text is cut off, and finds what was complete", () => {
    const text = `${good.before}const o = { a: \`x\${1}\`, /* c */ f() {} };\nenum E { A = 1 }\n${good.after}`;
    for (let end = 0; end <= text.length; end += 1) {
      const { functions } = analyzeModule(text.slice(0, end), "ts");
      if (end >= good.before.length) assert.equal(functions[0]?.name, "before", `cut at ${end}`);
    }
  });

  it("never throws when any one character is missing or doubled", () => {
    const text = `${good.before}const o = { a: \`x\${1}\`, /* c */ f() {} };\n${good.after}`;
    for (let at = 0; at < text.length; at += 1) {
      analyzeModule(text.slice(0, at) + text.slice(at + 1), "tsx");
      analyzeModule(text.slice(0, at) + text[at] + text.slice(at), "ts");
    }
  });
});
