import assert from "node:assert/strict";
import { Workspace } from "./support/workspace.js";

describe("programs: a module's own place", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  before(() => {
    workspace = new Workspace();
    workspace.write({
      "data.json": { answer: 42 },
      "esm/package.json": { type: "module" },
      "node_modules/cjs/index.js": "exports.kind = 'cjs';",
      "node_modules/only-import/package.json": { name: "only-import", exports: { import: "./i.mjs" } },
      "node_modules/only-import/i.mjs": "export const kind = 'only import';",
      "plain/late.mjs": "export default 'late'; export const url = import.meta.url;",
      "plain/late.cjs": "module.exports = { late: __filename };",
    });
  });
  after(() => workspace.dispose());

  for (const folder of ["plain", "esm"]) {
    it(`import.meta, __dirname, __filename and require in an ES module (${folder})`, async () => {
      const text = `
        export const f = () => ({ url: import.meta.url, dirname: import.meta.dirname, filename: import.meta.filename, main: import.meta.main, __dirname, __filename,
          all: Object.keys(import.meta).sort(), resolved: [import.meta.resolve("./x.js"), import.meta.resolve("../data.json"), import.meta.resolve("fs"), import.meta.resolve("only-import"), import.meta.resolve(name("cjs"))],
          required: [require("../data.json").answer, require("fs") === require("node:fs"), require(name("../data.json")).answer, require.resolve("../data.json"), typeof require] });
        const name = (x: string) => x;
      `;
      workspace.write({
        [`${folder}/place.ts`]: text,
        [`${folder}/importer.ts`]: 'import { f as g } from "./place.js"; const f = () => g(); const own = () => import.meta.filename;',
      });
      const file = workspace.path(`${folder}/place.ts`);
      const expected = {
        url: workspace.url(`${folder}/place.ts`),
        dirname: workspace.path(folder),
        filename: file,
        main: false,
        __dirname: workspace.path(folder),
        __filename: file,
        all: ["dirname", "filename", "main", "resolve", "url"],
        resolved: [
          workspace.url(`${folder}/x.js`),
          workspace.url("data.json"),
          "node:fs",
          workspace.url("node_modules/only-import/i.mjs"),
          workspace.url("node_modules/cjs/index.js"),
        ],
        required: [42, true, 42, workspace.path("data.json"), "function"],
      };
      assert.deepEqual(await workspace.call(`${folder}/place.ts`, "f"), expected);
      assert.deepEqual(await workspace.call(`${folder}/importer.ts`, "f"), expected);
      assert.equal(await workspace.call(`${folder}/importer.ts`, "own"), workspace.path(`${folder}/importer.ts`));
    });
  }

  it("in CommonJS, also in one that an ES module imports", async () => {
    workspace.write({
      "cjs/place.cjs":
        "'use strict'; const name = (x) => x; exports.f = () => [__dirname, __filename, require(name('../data.json')).answer, require.resolve('cjs'), require('../data.json').answer, typeof require.main];",
      "cjs/importer.ts": 'import { f as g } from "./place.cjs"; const f = () => g();',
    });
    const expected = [workspace.path("cjs"), workspace.path("cjs/place.cjs"), 42, workspace.path("node_modules/cjs/index.js"), 42, "undefined"];
    assert.deepEqual(await workspace.call("cjs/place.cjs", "exports.f"), expected);
    assert.deepEqual(await workspace.call("cjs/importer.ts", "f"), expected);
  });

  it("a module's own variables of these names stay its own", async () => {
    workspace.write({
      "own.ts":
        'import { fileURLToPath } from "node:url"; import { createRequire } from "node:module"; const __filename = "mine:" + fileURLToPath(import.meta.url); const require = createRequire(import.meta.url); const f = (__dirname: string) => [__filename, __dirname, require("./data.json").answer];',
    });
    assert.deepEqual(await workspace.call("own.ts", "f", "'d'"), [`mine:${workspace.path("own.ts")}`, "d", 42]);
  });

  it("import() of workspace files, packages, and of what is known only at run time", async () => {
    workspace.write({
      "plain/dynamic.ts": `
        const late = "late", name = (x: string) => x;
        const literal = async () => [(await import("./part.js")).part, (await import("cjs")).default.kind, (await import("only-import")).kind, (await import("../data.json", { with: { type: "json" } })).default.answer];
        const computed = async () => [(await import(\`./\${late}.mjs\`)).default, (await import(name("./late.cjs"))).default.late, (await import(name("cjs"))).kind, (await import(name("fs"))).sep ?? "fs", (await import(new URL("./late.mjs", import.meta.url) as any)).url];
        const rejected = () => import(name("./nowhere.mjs"));
        const thrown = () => import(name(undefined!)).then(() => 1, (e) => e.constructor.name);
      `,
      "plain/part.ts": "export const part = 'part'; await 0;",
    });
    assert.deepEqual(await workspace.call("plain/dynamic.ts", "literal"), ["part", "cjs", "only import", 42]);
    assert.deepEqual(await workspace.call("plain/dynamic.ts", "computed"), [
      "late",
      workspace.path("plain/late.cjs"),
      "cjs",
      "fs",
      workspace.url("plain/late.mjs"),
    ]);
    assert.match((await workspace.failure("plain/dynamic.ts", "rejected")).message, /plain\/nowhere\.mjs|nowhere/);
    assert.equal(await workspace.call("plain/dynamic.ts", "thrown"), "Error");
  });

  it("import.meta.main is true in the entry that is run as a program, and nowhere else", async () => {
    workspace.write({
      "main/entry.ts": 'import { isMain } from "./other.js"; export const mains = [import.meta.main, isMain];',
      "main/other.ts": "export const isMain = import.meta.main;",
    });
    const mains = async (main: boolean): Promise<unknown> => {
      const program = await workspace.build("main/entry.ts", {}, main);
      const call = await workspace.builder.buildCall(program, { functionName: "read", argumentsText: "mains" }).catch(() => undefined);
      assert.equal(call, undefined);
      return ((await import(program.url)) as { mains: unknown }).mains;
    };
    assert.deepEqual(await mains(false), [false, false]);
    assert.deepEqual(await mains(true), [true, false]);

    workspace.write({
      "main/script.cjs": "#!/usr/bin/env node\nconst isMain = require.main === module; exports.f = () => isMain; exports.g = (x) => import(x);",
    });
    for (const main of [false, true]) {
      const program = await workspace.build("main/script.cjs", {}, main);
      const { url } = await workspace.builder.buildCall(program, { functionName: "exports.f", argumentsText: "" });
      assert.equal(await workspace.run(url, "call"), main);
    }
  });
});
