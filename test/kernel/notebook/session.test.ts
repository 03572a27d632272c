import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { NotebookSession } from "../../../src/kernel/notebook/notebookSession.js";
import { bundles, failure, printed, TestNotebook } from "./support/notebook.js";

describe("a notebook's session", function () {
  this.timeout(30_000);
  let book: TestNotebook;
  before(() => {
    book = new TestNotebook();
  });
  after(() => book.dispose());

  it("runs cells in one scope, one after another", async () => {
    const runs = ["const a = 1;", "const b = await Promise.resolve(a + 1);", "[a, b]"].map((text) => book.begin(text));
    assert.deepEqual(bundles(await book.ended(runs[2] as number)), [
      {
        "application/vnd.concurrent-futures.value+json": bundles(await book.ended(runs[2] as number))[0]?.[
          "application/vnd.concurrent-futures.value+json"
        ],
        "text/plain": "[ 1, 2 ]",
      },
    ]);
    assert.equal(await book.value("const a = 5; a + b"), "7");
  });

  it("prints in order, whatever prints", async () => {
    const result = await book.run(`
      console.log("one"); console.error("two"); process.stdout.write("three\\n"); await 1;
      console.table([{ x: 1 }]); setTimeout(() => console.log("late"), 10); await new Promise((r) => setTimeout(r, 50)); console.log("last");`);
    assert.equal(printed(result, "stderr"), "two\n");
    assert.match(printed(result), /^one\ntwo\nthree\n[\s\S]*│ 0 [\s\S]*late\nlast\n$/);
  });

  it("tells errors with the cell's own lines, and the names of its variables", async () => {
    const result = await book.run("const ok = 1;\nfunction fail() {\n  throw new RangeError('no');\n}\nawait 1;\nfail();");
    assert.equal(failure(result), "RangeError: no");
    const frames = result.outcome.state === "failed" ? result.outcome.error.frames : [];
    assert.match(frames[0]?.file ?? "", /cell-\d+\.ts$/);
    assert.deepEqual([frames[0]?.functionName, frames[0]?.line, frames[0]?.column], ["fail", 3, 9]);
    assert.equal(frames.find(({ functionName }) => functionName !== "fail")?.line, 6);
    assert.equal(failure(await book.run("const n = 1; n();")), "TypeError: n is not a function");
    assert.equal(failure(await book.run("nothing.at.all")), "ReferenceError: nothing is not defined");
  });

  for (const [what, thrown, expected] of [
    ["holds what is no text", "Object.assign(new Error('x'), { name: 1, message: undefined, stack: 2 })", "1: "],
    ["is frozen", "Object.freeze(new Error('x'))", "Error: x"],
    [
      "throws when it is read",
      "Object.defineProperty(new Error('x'), 'stack', { get() { throw 1; } })",
      "thrown value: it throws when it is looked at",
    ],
    ["throws when it is printed", "{ [Symbol.for('nodejs.util.inspect.custom')]() { throw 1; } }", "thrown value: it throws when it is looked at"],
  ] as const) {
    it(`ends a cell with an error that ${what}`, async () => assert.equal(failure(await book.run(`throw ${thrown};`)), expected));
  }

  it("says where a syntax error is, and runs nothing", async () => {
    const result = await book.run("globalThis.ran = true;\nconst x = (;");
    assert.equal(result.outcome.state === "failed" && result.outcome.error.source, "build");
    assert.equal(result.outcome.state === "failed" && result.outcome.error.frames[0]?.line, 2);
    assert.equal(await book.value("typeof ran"), "'undefined'");
  });

  it("imports files of the workspace, once for all cells, and anew when they were edited", async () => {
    book.write({
      "lib/state.ts": "export const state: { n: number } = { n: 0 };\n",
      "lib/a.ts": 'import { state } from "./state.js";\nexport const up = () => ++state.n;\nexport const name: string = "first";\n',
      "tsconfig.json": '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
    });
    await book.value('import { up, name } from "./lib/a"; up()');
    assert.equal(await book.value('import { state } from "@lib/state"; up(); [state.n, name].join()'), "'2,first'");
    assert.equal(await book.value('(await import("./lib/a.js")).name'), "'first'");
    book.write({
      "lib/a.ts": 'import { state } from "./state.js";\nexport const up = () => state.n += 10;\nexport const name: string = "second";\n',
    });
    assert.equal(await book.value("[up(), name].join()"), "'12,second'");
    book.write({ "lib/a.ts": "export const up = () => {;\n" });
    const broken = await book.run("name");
    assert.match(printed(broken, "stderr"), /does not compile; what it was before is used\. a\.ts:2:1/);
    assert.deepEqual(bundles(broken)[0]?.["text/plain"], "'second'");
    assert.match(failure(await book.run('import { up as again } from "./lib/a"; again()')), /SyntaxError: a\.ts:2:1/);
    book.texts.set(`${book.folder}/lib/a.ts`, 'export const up = () => "unsaved"; export const name = "third";');
    assert.equal(await book.value("[up(), name].join()"), "'unsaved,third'");
    book.texts.clear();
  });

  it("imports packages, JSON, Node's own modules, CommonJS files and the library itself", async () => {
    book.write({
      "node_modules/esm-package/package.json": '{ "name": "esm-package", "type": "module", "exports": "./index.js" }',
      "node_modules/esm-package/index.js": "export const esm = 1;",
      "node_modules/cjs-package/index.js": "module.exports = { cjs: 2 };",
      "data.json": '{ "n": 3 }',
      "old.cjs": "exports.old = 4;",
    });
    assert.equal(
      await book.value(`import { esm } from "esm-package"; import { cjs } from "cjs-package"; import path from "node:path"; import { old } from "./old.cjs";
        import data from "./data.json"; const { cjs: required } = require("cjs-package");
        [esm, cjs, path.sep, old, data.n, required].join()`),
      "'1,2,/,4,3,2'",
    );
    assert.equal(await book.value('import { ThreadPoolExecutor } from "concurrent-futures"; ThreadPoolExecutor.name'), "'ThreadPoolExecutor'");
    assert.match(failure(await book.run('import "not-there"')), /Cannot find the package "not-there": install it/);
    assert.match(failure(await book.run('import { x } from "./not-there"')), /Could not resolve "\.\/not-there"/);
    assert.match(failure(await book.run('await import("also-" + "not-there")')), /also-not-there/);
  });

  it("has variables to be looked at", async () => {
    await book.run("const looked = { deep: [1, 2] }; class Point { x = 1 } const p = new Point();");
    const variables = await book.session.variables();
    assert.deepEqual(
      variables.find(({ name }) => name === "p"),
      { name: "p", type: "Point", preview: "Point { x: 1 }", expandable: true },
    );
    const answer = await book.session.ask("looked", { kind: "children", path: [{ entry: 0 }] });
    assert.deepEqual(answer.kind === "children" && answer.nodes.map(({ preview }) => preview), ["1", "2"]);
    assert.deepEqual(await book.session.ask("not there", { kind: "json" }), { kind: "problem", reason: "gone" });
  });

  it("loses its variables at a restart, and nothing else", async () => {
    await book.run("const kept = 1;");
    await book.session.restart();
    assert.equal(failure(await book.run("kept")), "ReferenceError: kept is not defined");
    assert.equal(await book.value("1 + 1"), "2");
  });

  it("removes the folders of kernels that were ended with their sessions, and no others", () => {
    const storage = path.join(book.folder, "other");
    const own = `session-${os.hostname()}-${process.pid}`;
    for (const name of [`session-${os.hostname()}-4194305-killed`, `${own}-living`, "0a.mjs"])
      mkdirSync(path.join(storage, name), { recursive: true });
    const nothing = (): void => {};
    const listener = { started: nothing, outputs: nothing, ended: nothing, closed: nothing, tasks: nothing, stuck: nothing, lost: nothing };
    new NotebookSession({ notebook: path.join(book.folder, "x.nb.ts"), storage, libraryUrl: "", sessionUrl: "", listener });
    const names = readdirSync(storage).map((name) => name.replace(/-\w{6}$/, ""));
    assert.deepEqual(names.sort(), ["0a.mjs", own, own]);
  });

  it("is lost with a clear message when a cell ends the process, or eats all memory", async () => {
    assert.equal(
      failure(await book.run("process.exit(3)")),
      "SessionLost: the session of the notebook ended: it exited with code 3. Its variables are lost",
    );
    assert.equal(await book.value("1"), "1");
    const small = new TestNotebook({ execArgv: ["--max-old-space-size=40"] });
    assert.match(failure(await small.run("const eaten = []; for (;;) eaten.push(new Array(10_000).fill({}))")), /it ran out of memory/);
    await small.dispose();
  });
});
