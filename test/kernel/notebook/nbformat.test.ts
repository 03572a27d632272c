/** The notebook files that `futures run --output` writes, beside Jupyter's own idea of them; those of the examples are in examples.test.ts. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Ipynb } from "../../../src/analysis/notebook/ipynb.js";
import { faultsIn, findNbformat, type Nbformat, nbformatIsMissing } from "../../support/nbformat.mjs";
import { skip } from "../../support/skip.js";

/** Bytes of a PNG of one pixel. */
const png = `Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")`;

/** One cell for every kind of output, the last of which fails. */
const everything = `// %% [markdown]
// # Everything
//
// ä, 漢 and 😀

// %% [raw]
// as it is

// %%
console.log("one\\ntwo"); console.error("problem"); console.log("three");
process.stdout.write("10 %\\r20 %\\r\\nform\\ffeed\\u2028end");

// %%
[{ city: "Seoul", size: 9.4 }, { city: "Busan", size: 3.3 }]

// %%
display.png(${png}); display.jpeg(${png}); display.svg("<svg>\\n</svg>"); display.html("<b>\\n</b>"); display.markdown("*a*\\r\\n*b*");

// %%
display.vegaLite({ $schema: "https://vega.github.io/schema/vega-lite/v6.json", mark: "bar", data: { values: [{ a: 1 }] }, encoding: { x: { field: "a" } } });
display.json({ z: [1, 2.5, null, true], a: {} }); display.json("no { JSON"); display.json([]);

// %%
display.bundle({ "text/json": { a: 1 }, "model/gltf+json": { a: 1 }, "application/pdf": new Uint8Array([1, 2]), "application/javascript": "1;\\n2;", "x": "y\\nz" });

// %%
progress(1, 3); progress(3, 3); clear(); display("after");

// %%
import { ThreadPoolExecutor } from "concurrent-futures";
using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
const future = pool.submit((n: number) => n + 1, 1);
future

// %%
// nothing

// %%
display.markdown("half \\ud83d"); ({ a: new Map([[1, "\\ude00"]]) })

// %%
function fails(): never { throw new RangeError("too\\nfar \\x1b[31m"); }
fails();

// %%
"never"
`;

const cell = (id: string | undefined, source: string | string[]) => ({
  cell_type: "code",
  ...(id !== undefined && { id }),
  metadata: {},
  source,
  outputs: [],
  execution_count: null,
});

describe("notebook files, read by Jupyter's nbformat", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), "nbformat-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let nbformat: Nbformat;
  before(function () {
    nbformat = findNbformat() ?? skip(this, nbformatIsMissing);
  });

  const execute = async (name: string, text: string): Promise<{ code: number; stderr: string; file: string; written: Ipynb }> => {
    writeFileSync(path.join(folder, name), text);
    const file = path.join(folder, `${name}.executed.ipynb`);
    const command = [path.resolve("dist/cli/main.js"), "run", name, "--output", file];
    const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
      execFile(process.execPath, command, { cwd: folder }, (error, _, stderr) => resolve({ code: error ? Number(error.code) : 0, stderr }));
    });
    return { code, stderr, file, written: JSON.parse(readFileSync(file, "utf8")) as Ipynb };
  };

  it("are valid with outputs of every kind, and written again as they are", async () => {
    const { code, stderr, file, written } = await execute("everything.nb.ts", everything);
    assert.match(stderr, /RangeError: too/);
    assert.equal(code, 1);
    const kinds = written.cells.flatMap(({ outputs = [] }) => outputs.map(({ output_type }) => output_type));
    assert.deepEqual([...new Set(kinds)].sort(), ["display_data", "error", "execute_result", "stream"]);
    assert.equal(faultsIn(nbformat, [file]), "");
  });

  for (const thrown of ['"a text"', "undefined", "Object.assign(new Error('x'), { name: 1, message: undefined })"]) {
    it(`are valid when a cell throws ${thrown}`, async () => {
      const { code, file } = await execute("throws.nb.ts", `throw ${thrown};\n`);
      assert.equal(code, 1);
      assert.equal(faultsIn(nbformat, [file]), "");
    });
  }

  it("are valid when there is no cell", async () => assert.equal(faultsIn(nbformat, [(await execute("empty.nb.ts", "")).file]), ""));

  it("have an id for each cell, where a Jupyter notebook has none, or one twice", async () => {
    const cells = [cell("b", "1"), cell(undefined, ["let a = 2;\n", "a"]), cell("b", "3"), cell("cell-1", "4"), cell("no id", "5"), cell("", "6")];
    const { code, stderr, file, written } = await execute("old.ipynb", JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells }));
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(
      written.cells.map(({ id }) => id),
      ["b", "cell-2", "cell-3", "cell-1", "cell-4", "cell-5"],
    );
    assert.equal(faultsIn(nbformat, [file]), "");
  });

  it("are not all valid: the check finds what is wrong", () => {
    const wrong = {
      missing: [{ ...cell(undefined, "1") }],
      twice: [cell("a", "1"), cell("a", "2")],
      output: [{ ...cell("a", "1"), outputs: [{ output_type: "stream", name: "stdout", text: 1 }] }],
      mime: [{ ...cell("a", "1"), outputs: [{ output_type: "display_data", metadata: {}, data: { "text/json": {} } }] }],
      lines: [cell("a", "1\n2")],
    };
    const files = Object.entries(wrong).map(([name, cells]) => {
      const file = path.join(folder, `${name}.ipynb`);
      writeFileSync(file, `${JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, undefined, 1)}\n`);
      return file;
    });
    assert.match(
      faultsIn(nbformat, files),
      /^missing.*mended\ntwice.*mended\noutput.*ValidationError[\s\S]*\nmime.*ValidationError[\s\S]*\nlines.*would be written/,
    );
  });
});
