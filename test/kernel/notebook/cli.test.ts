/** `futures run NOTEBOOK`, as a build server runs it. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Ipynb } from "../../../src/analysis/notebook/ipynb.js";
import { gone } from "../support/processes.js";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe("futures run, of a notebook", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), "notebook-cli-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (name: string, text: string | Uint8Array, ...args: string[]): Promise<Ended> => {
    writeFileSync(path.join(folder, name), text);
    const command = [path.resolve("dist/cli/main.js"), "run", name, ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, command, { cwd: folder, env: { ...process.env, TMPDIR: folder } }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });
  };
  const leftovers = (): string[] => readdirSync(folder).filter((name) => name.startsWith("futures-"));

  it("runs all cells, prints what they show, and leaves nothing behind", async () => {
    const text = `// %% [markdown]\n// # Title\n\n// %%\nconst a: number = 20;\nconsole.log("printed");\n\n// %%\na + 1\n\n// %%\nconsole.error("problem");\n`;
    const { code, stdout, stderr } = await run("all.nb.ts", text);
    assert.deepEqual([code, stdout, stderr], [0, "printed\n21\n", "problem\n"]);
    assert.deepEqual(leftovers(), []);
  });

  it("stops at the cell that fails, with its line in the file and code 1", async () => {
    const { code, stdout, stderr } = await run(
      "fails.nb.ts",
      '// %%\n1\n\n// %%\nfunction no() {\n  throw new TypeError("no");\n}\n\nno();\n// %%\n"never"\n',
    );
    assert.equal(code, 1);
    assert.equal(stdout, "1\n");
    assert.equal(stderr, `TypeError: no\n    at no (${folder}/fails.nb.ts:6:9)\n    at ${folder}/fails.nb.ts:9:1\n`);
  });

  it("tells a syntax error with its place", async () => {
    const { code, stderr } = await run("syntax.nb.ts", "// %%\n1\n// %%\nconst x = ;\n");
    assert.equal(code, 1);
    assert.match(stderr, /^SyntaxError: Unexpected ";"\n {4}at .*syntax\.nb\.ts:4:11\n$/);
  });

  it("writes the executed notebook, valid for Jupyter", async () => {
    const text = `// %% [markdown]\n// # Title\n\n// %%\nconsole.log("one");\nconsole.log("two");\n[{ a: 1 }, { a: 2 }]\n\n// %%\ndisplay.svg("<svg/>"); throw new Error("end");\n// %%\n1\n`;
    const { code } = await run("out.nb.ts", text, "--output", "out.ipynb");
    assert.equal(code, 1);
    const { nbformat, nbformat_minor, cells, metadata } = JSON.parse(readFileSync(path.join(folder, "out.ipynb"), "utf8")) as Ipynb;
    assert.deepEqual([nbformat, nbformat_minor, cells.map(({ cell_type }) => cell_type)], [4, 5, ["markdown", "code", "code", "code"]]);
    assert.equal((metadata["kernelspec"] as { language: string }).language, "typescript");
    const [, first, second, third] = cells;
    assert.deepEqual(first?.outputs?.[0], { output_type: "stream", name: "stdout", text: ["one\n", "two\n"] });
    assert.equal(first?.execution_count, 1);
    const result = first?.outputs?.[1];
    assert.ok(result?.output_type === "execute_result");
    assert.deepEqual(Object.keys(result.data), ["text/html", "text/plain"]);
    assert.deepEqual(
      second?.outputs?.map(({ output_type }) => output_type),
      ["display_data", "error"],
    );
    assert.deepEqual([third?.outputs, third?.execution_count], [[], null]);
  });

  it("runs a Jupyter notebook", async () => {
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: "deno", language: "typescript", display_name: "Deno" } },
      cells: [
        { cell_type: "markdown", metadata: {}, source: ["# x"] },
        { cell_type: "code", id: "a", metadata: { kept: true }, source: ["let n = 1;\n", "n + 1"], outputs: [], execution_count: null },
      ],
    };
    const { code, stdout } = await run("jupyter.ipynb", JSON.stringify(notebook), "--output=done.ipynb");
    assert.deepEqual([code, stdout], [0, "2\n"]);
    const done = JSON.parse(readFileSync(path.join(folder, "done.ipynb"), "utf8")) as Ipynb;
    assert.deepEqual([done.cells[1]?.metadata, done.cells[1]?.id, done.metadata["kernelspec"]], [{ kept: true }, "a", notebook.metadata.kernelspec]);
  });

  it("runs cells in an executor, and takes back what they have declared", async () => {
    const text = `// %%\nconst base = 2; const main = process.pid;\n\n// %% [executor=processes]\nconsole.log("there");\nconst there = process.pid, square = base ** 2;\nsquare\n\n// %% [executor=threads]\n(await import("node:worker_threads")).isMainThread\n\n// %%\n[square, there !== main]\n`;
    assert.deepEqual(await run("where.nb.ts", text), { code: 0, stdout: "there\n4\nfalse\n[ 4, true ]\n", stderr: "" });
  });

  for (const [what, name, text, args, expected] of [
    ["bytes that are no text", "bad.nb.ts", new Uint8Array([0x2f, 0xff, 0xfe]), [], /^futures: bad\.nb\.ts cannot be read: .*valid/],
    ["a file that is no notebook", "bad.ipynb", "{}", [], /^futures: bad\.ipynb cannot be read: it is no notebook: it has no cells\n$/],
    ["broken JSON", "broken.ipynb", "{", [], /^futures: broken\.ipynb cannot be read: .*JSON/],
    ["an executor that there is none of", "where2.nb.ts", "// %% [executor=moon]\n1", [], /\[executor=moon\] must be \[executor=threads\]/],
    ["a timeout that is no number", "time.nb.ts", "// %% [timeout=soon]\n1", [], /\[timeout=soon\] must be a number/],
    ["other arguments", "args.nb.ts", "1", ["--out", "x"], /a notebook takes --output EXECUTED\.ipynb, and not: --out x/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stdout, stderr } = await run(name, text, ...args);
      assert.equal(code, args.length > 0 ? 2 : 1);
      assert.equal(stdout, "");
      assert.match(stderr, expected);
    });
  }

  it("prints all that a cell prints, and keeps it in the executed notebook", async () => {
    const { stdout } = await run("long.nb.ts", "// %%\nfor (let i = 0; i < 60_000; i++) console.log('line ' + i);\n", "--output", "long.ipynb");
    assert.equal(stdout.trimEnd().split("\n").at(-1), "line 59999");
    const { cells } = JSON.parse(readFileSync(path.join(folder, "long.ipynb"), "utf8")) as Ipynb;
    const [output] = cells[0]?.outputs ?? [];
    assert.equal(output?.output_type === "stream" && output.text.length, 60_000);
  });

  it("leaves no process behind when it is killed while a cell loops", async () => {
    writeFileSync(path.join(folder, "loops.nb.ts"), "// %%\nconsole.log(process.pid);\nfor (;;);\n");
    const command = spawn(process.execPath, [path.resolve("dist/cli/main.js"), "run", "loops.nb.ts"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [text] = (await once(command.stdout.setEncoding("utf8"), "data")) as [string];
    command.kill("SIGKILL");
    assert.ok(await gone(Number(text)));
  });

  it("ends a cell that takes longer than it says", async () => {
    const { code, stderr } = await run("slow.nb.ts", "// %% [timeout=200]\nfor (;;);\n");
    assert.deepEqual([code, stderr], [1, "TimeoutError: the cell was not done after 200 ms\n"]);
  });

  it("says that a cell ended the process", async () => {
    const { code, stderr } = await run("exits.nb.ts", "// %%\nprocess.exit(4);\n// %%\n1\n");
    assert.deepEqual([code, stderr], [1, "SessionLost: the session of the notebook ended: it exited with code 4. Its variables are lost\n"]);
  });
});
