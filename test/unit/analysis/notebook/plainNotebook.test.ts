import assert from "node:assert/strict";
import fc from "fast-check";
import { markerInfo } from "../../../../src/analysis/notebook/markers.js";
import { type PlainCell, type PlainNotebook, parsePlainNotebook, printPlainNotebook } from "../../../../src/analysis/notebook/plainNotebook.js";

const read = (text: string): PlainNotebook => parsePlainNotebook(text, "ts");
const cells = (text: string): string[] => read(text).cells.map((cell) => `${cell.kind}: ${cell.text}`);

describe("plain notebooks", () => {
  for (const [name, text, expected] of [
    ["an empty file", "", []],
    ["blank lines", "\n \n", []],
    ["no marker", "const a = 1;\n", ["code: const a = 1;"]],
    ["code before the first marker", "import a from 'a';\n\n// %%\na();\n", ["code: import a from 'a';", "code: a();"]],
    ["markers of all kinds", "// %%\n1\n//%% two\n2\n// %%[md]\n// x\n", ["code: 1", "code: 2", "markdown: x"]],
    ["text in line comments", "// %% [markdown]\n// # Title\n//\n//  a\n//b\n\n// %%\n", ["markdown: # Title\n\n a\nb", "code: "]],
    ["text in a block comment", "// %% [markdown]\n/*\n# Title\n\ntext\n*/\n", ["markdown: # Title\n\ntext"]],
    ["text in a comment with stars", "// %% [markdown]\n/**\n * # Title\n * text\n */\n", ["markdown: # Title\ntext"]],
    ["code under a marker of text", "// %% [markdown]\nconst a = 1;\n", ["code: const a = 1;"]],
    ["a marker at the end", "1\n// %%", ["code: 1", "code: "]],
    ["a marker in a template", "// %%\nconst a = `\n// %%\n`;\n", ["code: const a = `\n// %%\n`;"]],
    ["a marker in a comment", "/*\n// %%\n*/\n", ["code: /*\n// %%\n*/"]],
    ["what only looks like a marker", "// %%x\n// 50 %%\n  // %%\n", ["code: // %%x\n// 50 %%\n  // %%"]],
    ["other line breaks", "// %%\r\na\r\nb\r\n\r\n// %%\rc\r", ["code: a\nb", "code: c"]],
    ["broken code", "// %%\nconst a = `\n// %%\nlet\n", ["code: const a = `", "code: let"]],
  ] as const) {
    it(`are read: ${name}`, () => {
      assert.deepEqual(cells(text), expected);
      assert.equal(printPlainNotebook(read(text)), text);
    });
  }

  const line = fc.constantFrom(
    "// %%",
    "//%%",
    "// %% [markdown]",
    "// %% a [md] [executor=processes]",
    "// text",
    "//",
    "const a = 1;",
    "`",
    "/*",
    " * x",
    "*/",
    "",
    "  ",
    "\u2028",
    "é\u0000",
  );
  const file = fc
    .array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r", "\n\n")), { maxLength: 30 })
    .chain((lines) => fc.constantFrom(...["", "\uFEFF"].flatMap((mark) => ["", "x"].map((end) => mark + lines.flat().join("") + end))));

  it("are printed as they were, whatever they are", () => {
    fc.assert(
      fc.property(fc.oneof(file, fc.string({ unit: "binary" })), (text) => printPlainNotebook(read(text)) === text),
      { numRuns: 3_000 },
    );
  });

  it("keep all cells but the one that is changed, and read it back as it was changed", () => {
    const changed = fc.constantFrom("", "const b = 2;", "b();\n\nc();", "# Title\n\ntext");
    fc.assert(
      fc.property(file, fc.nat(), changed, (text, at, now) => {
        const notebook = read(text.replaceAll("`", "'").replaceAll("/*", "//")); // a template that stands open takes in what follows it
        if (notebook.cells.length === 0) return;
        const index = at % notebook.cells.length;
        const edited = notebook.cells.map((cell, i) => (i === index ? { ...cell, text: now } : cell));
        const again = read(printPlainNotebook({ ...notebook, cells: edited })).cells.map(({ kind, text }) => ({ kind, text }));
        const expected = edited
          .map(({ kind, text }) => ({ kind, text }))
          .filter(({ text }, i) => i > 0 || text !== "" || notebook.cells[0]?.source?.marker);
        assert.deepEqual(again, expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it("take new cells, moved ones and ones of another kind", () => {
    const { cells: old, ...rest } = read("import 'a';\n\n// %% one\n1;\n// %% [markdown]\n// text");
    const [first, second, third] = old as [PlainCell, PlainCell, PlainCell];
    const print = (...now: PlainCell[]): string => printPlainNotebook({ ...rest, cells: now });
    assert.equal(print(third, first, second), "// %% [markdown]\n// text\n\n// %%\nimport 'a';\n\n// %% one\n1;\n");
    assert.equal(print(first, { kind: "code", text: "new();\nmore();" }, third), "import 'a';\n\n// %%\nnew();\nmore();\n// %% [markdown]\n// text");
    assert.equal(print({ kind: "markdown", text: "# New\n\nx" }), "// %% [markdown]\n// # New\n//\n// x\n");
    assert.equal(print(first, second, third, { kind: "code", text: "" }), "import 'a';\n\n// %% one\n1;\n// %% [markdown]\n// text\n\n// %%\n");
    assert.equal(print({ ...second, kind: "markdown" }), "// %% one [markdown]\n// 1;\n");
    assert.equal(print(first, { ...third, kind: "code", text: "text();" }), "import 'a';\n\n// %%\ntext();");
  });

  it("of 5,000 cells are read and printed, with one changed", () => {
    const text = Array.from({ length: 5_000 }, (_, i) => `// %%\nconst x${i} = \`${i}\`;\n`).join("\n");
    const notebook = read(text);
    assert.equal(notebook.cells.length, 5_000);
    const changed = notebook.cells.map((cell, i) => (i === 2_500 ? { ...cell, text: "changed();" } : cell));
    assert.equal(printPlainNotebook({ ...notebook, cells: changed }), text.replace("const x2500 = `2500`;", "changed();"));
  });

  it("say of a cell what its marker says", () => {
    assert.deepEqual(markerInfo("// %% Primes, fast [executor=processes timeout=5000]\n"), {
      kind: "code",
      title: "Primes, fast",
      attributes: { executor: "processes", timeout: "5000" },
    });
    assert.deepEqual(markerInfo('// %% [markdown] [name="a"]'), { kind: "markdown", title: "", attributes: { name: "a" } });
    assert.deepEqual(markerInfo(""), { kind: "code", title: "", attributes: {} });
    assert.deepEqual(markerInfo("// %% x[0]"), { kind: "code", title: "x[0]", attributes: {} });
  });
});
