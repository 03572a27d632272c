import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { BuildError } from "../../../src/programs/errors.js";
import { ProgramBuilder } from "../../../src/programs/programBuilder.js";
import { libraryUrl, RunError, supportUrl, Workspace } from "./support/workspace.js";

describe("programs: unsaved texts and changes", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
    workspace.write({
      "main.ts": 'import { part } from "./lib/part.js"; import data from "./data.json"; export const f = () => ["disk", part, data.n];',
      "lib/part.ts": "export const part = 'disk';",
      "data.json": { n: 1 },
    });
  });
  afterEach(() => workspace.dispose());

  it("win over the disk, in the entry and in what it imports", async () => {
    assert.deepEqual(await workspace.call("main.ts", "f"), ["disk", "disk", 1]);
    assert.deepEqual(await workspace.call("main.ts", "f", "", { "lib/part.ts": "export const part = 'unsaved';" }), ["disk", "unsaved", 1]);
    assert.deepEqual(await workspace.call("main.ts", "f", "", { "main.ts": "const f = () => 'entry';" }), "entry");
    assert.deepEqual(await workspace.call("main.ts", "f", "", { "data.json": '{ "n": 2 }' }), ["disk", "disk", 2]);
    assert.deepEqual(await workspace.call("main.ts", "f"), ["disk", "disk", 1], "and go when they are gone");
  });

  it("are enough: an entry and imports that are not on the disk, in folders that are not either", async () => {
    const overlay = {
      "new/folder/entry.ts":
        'import { a } from "./a"; import { b } from "./b.js"; import { c } from "./c"; import { part } from "../../lib/part.js"; import { kind } from "cjs"; const f = () => [a, b, c, part, kind, __filename];',
      "new/folder/a.tsx": "export const a = 'a';",
      "new/folder/b.ts": "export const b = 'b';",
      "new/folder/c/index.ts": "export const c = 'c';",
    };
    workspace.write({ "node_modules/cjs/index.js": "exports.kind = 'cjs';" });
    assert.deepEqual(await workspace.call("new/folder/entry.ts", "f", "", overlay), [
      "a",
      "b",
      "c",
      "disk",
      "cjs",
      workspace.path("new/folder/entry.ts"),
    ]);
    assert.equal(await workspace.call("Untitled-1", "f", "1", { "Untitled-1": "const f = (a: number) => a + 1;" }), 2);
  });

  it("of the disk are seen by the next build: edits, new files that come first, files that go", async () => {
    const f = (): Promise<unknown> => workspace.call("main.ts", "f");
    assert.deepEqual(await f(), ["disk", "disk", 1]);
    workspace.write({ "lib/part.ts": "export const part = 'edited';", "data.json": { n: 3 } });
    assert.deepEqual(await f(), ["disk", "edited", 3]);
    rmSync(workspace.path("lib/part.ts"));
    await assert.rejects(f(), (error: unknown) => error instanceof BuildError && /lib\/part/.test(error.message));
    workspace.write({ "lib/part.js": "export const part = 'script';" });
    assert.deepEqual(await f(), ["disk", "script", 3]);
    workspace.write({ "lib/part.ts": "export const part = 'typed';" });
    rmSync(workspace.path("lib/part.js"));
    assert.deepEqual(await f(), ["disk", "typed", 3]);
    workspace.write({
      "tsconfig.json": { compilerOptions: { paths: { "@p": ["./lib/part.ts"] } } },
      "main.ts": 'import { part } from "@p"; const f = () => part;',
    });
    assert.equal(await f(), "typed");
  });

  it("asked for at the same time each get their own text", async () => {
    const texts = Array.from({ length: 8 }, (_, i) => `const f = () => ${i};`);
    const programs = await Promise.all(texts.map((text) => workspace.build("main.ts", { "main.ts": text })));
    assert.equal(new Set(programs.map(({ hash }) => hash)).size, 8);
    for (const [i, program] of programs.entries()) {
      const { url } = await workspace.builder.buildCall(program, { functionName: "f", argumentsText: "" });
      assert.equal(await workspace.run(url, "call"), i);
    }
  });

  it("through a link: texts are found and places shown under the name that was asked for", async () => {
    symlinkSync(workspace.folder, path.join(workspace.root, "link"));
    const file = path.join(workspace.root, "link", "main.ts");
    const part = path.join(workspace.root, "link", "lib/part.ts");
    workspace.write({ "main.ts": 'import { g } from "./lib/part.js";\nconst f = () => g();' });
    const program = await workspace.builder.build({ file, overlay: new Map([[part, "export const g = () => {\n  throw new Error('linked');\n};"]]) });
    const { url } = await workspace.builder.buildCall(program, { functionName: "f", argumentsText: "" });
    const error = await workspace.run(url, "call").catch((thrown) => thrown);
    assert.ok(error instanceof RunError);
    assert.deepEqual(error.userFrames(workspace.root), ["g link/lib/part.ts:2:9", "f link/main.ts:2:17"]);
    const broken = await workspace.builder.build({ file, overlay: new Map([[part, "export const g = ;"]]) }).catch((thrown) => thrown as BuildError);
    assert.ok(broken instanceof BuildError);
    assert.equal(broken.problems[0]?.file, part);
  });

  it("are named by content: the same gives the same, and no file is written twice", async () => {
    const first = await workspace.build("main.ts");
    const written = statSync(new URL(first.url)).ino;
    const again = await workspace.build("main.ts", {
      "main.ts": 'import { part } from "./lib/part.js"; import data from "./data.json"; export const f = () => ["disk", part, data.n];',
    });
    assert.deepEqual([again.hash, again.url], [first.hash, first.url]);
    assert.equal(statSync(new URL(first.url)).ino, written);
    assert.match(first.hash, /^[0-9a-f]{32}$/);
    const other = new ProgramBuilder({ directory: path.join(workspace.root, "elsewhere"), libraryUrl, supportUrl });
    assert.equal((await other.build({ file: workspace.path("main.ts"), overlay: new Map() })).hash, first.hash);
    await other.dispose();
    const moved = await workspace.build("main.ts", {
      "main.ts": '\n\nimport { part } from "./lib/part.js"; import data from "./data.json"; export const f = () => ["disk", part, data.n];',
    });
    assert.notEqual(moved.hash, first.hash, "the same code at other lines has another map");
    assert.deepEqual(
      readdirSync(workspace.programs).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });

  it("what was removed from the folder is written again", async () => {
    const { url } = await workspace.build("main.ts");
    rmSync(workspace.programs, { recursive: true });
    assert.equal((await workspace.build("main.ts")).url, url);
    assert.ok(existsSync(new URL(url)));
    assert.deepEqual(await workspace.call("main.ts", "f"), ["disk", "disk", 1]);
  });

  it("more entries than are kept ready can be built, again and again", async () => {
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < 20; i += 1) {
        writeFileSync(workspace.path(`entry${i}.ts`), `import { part } from "./lib/part.js"; const f = () => part + ${i} + ${round};`);
        await workspace.build(`entry${i}.ts`);
      }
    }
    assert.equal(await workspace.call("entry0.ts", "f"), "disk01");
    await workspace.builder.dispose();
    assert.equal(await workspace.call("entry1.ts", "f"), "disk11", "a builder that was disposed builds on");
  });
});

describe("programs: texts that do not compile", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  before(() => {
    workspace = new Workspace();
  });
  after(() => workspace.dispose());
  const errorOf = async (files: Record<string, string>, overlay: Record<string, string> = {}): Promise<BuildError> => {
    workspace.write(files);
    const error: unknown = await workspace.build("main.ts", overlay).catch((thrown) => thrown);
    assert.ok(error instanceof BuildError, String(error));
    return error;
  };

  it("are told with file, line, column and text, the first of them in the message", async () => {
    const error = await errorOf({ "main.ts": "const a = 1;\nfunction f() {\n  const '😀 ü' = 3;\n}\n" });
    assert.deepEqual(error.problems, [
      { message: "Expected identifier but found \"'😀 ü'\"", file: workspace.path("main.ts"), line: 3, column: 9, lineText: "  const '😀 ü' = 3;" },
    ]);
    assert.equal(error.message, "main.ts:3:9: Expected identifier but found \"'😀 ü'\"");
    assert.equal(error.name, "BuildError");
  });

  it("columns count UTF-16 units, not bytes", async () => {
    const [problem] = (await errorOf({ "main.ts": "const a = '😀ü', b = ;" })).problems;
    assert.equal(problem?.column, "const a = '😀ü', b = ".length + 1);
  });

  it("in files that are imported, all of them, saved or not", async () => {
    const error = await errorOf(
      { "main.ts": 'import "./a.js"; import "./b.js"; import "./gone.js";', "a.ts": "let = ;", "b.ts": "" },
      { "b.ts": "\n  x y;" },
    );
    const places = error.problems.map(({ file, line }) => `${path.basename(file ?? "")}:${line}`).sort();
    assert.deepEqual(places, ["a.ts:1", "b.ts:2", "main.ts:1"]);
  });

  for (const text of ["function f() {\n  return 1;\n", "const s = `abc\n", "/* open", "export const f = () => [\n"]) {
    it(`${JSON.stringify(text)} is told within the text, not behind it`, async () => {
      const [problem] = (await errorOf({ "main.ts": text })).problems;
      assert.ok((problem?.line ?? 99) <= text.split("\n").length, `line ${problem?.line}`);
      assert.doesNotMatch(problem?.lineText ?? "", /futures\$/);
    });
  }

  it("what only analysis doubts is built all the same", async () => {
    workspace.write({ "doubt.ts": "class K { abstract m(): void; }\nconst f = () => 1;" });
    assert.equal(await workspace.call("doubt.ts", "f"), 1);
  });

  it("a file that is not there, or is none", async () => {
    const error: unknown = await workspace.build("nowhere.ts").catch((thrown) => thrown);
    assert.ok(error instanceof BuildError);
    assert.equal(error.message, "nowhere.ts: nowhere.ts cannot be read: there is no such file");
    workspace.write({ "folder.ts/x": "" });
    await assert.rejects(workspace.build("folder.ts"), /folder\.ts cannot be read: it is a folder/);
  });

  it("warnings of esbuild are told with their places, and block nothing", async () => {
    workspace.write({ "warned.ts": "const f = (a: unknown) => a === -0;\nconst g = () => typeof f === 'nul';" });
    const { warnings } = await workspace.build("warned.ts");
    assert.equal(warnings.length, 2, warnings.join("\n"));
    assert.match(warnings[0] ?? "", /^warned\.ts:1:\d+: /);
  });
});
