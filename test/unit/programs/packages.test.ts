import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError } from "../../../src/programs/errors.js";
import { libraryUrl, Workspace } from "./support/workspace.js";

describe("programs: packages", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  before(() => {
    workspace = new Workspace();
    const esm = (name: string, text: string, more: object = {}): Record<string, string | object> => ({
      [`node_modules/${name}/package.json`]: { name, type: "module", exports: "./index.js", ...more },
      [`node_modules/${name}/index.js`]: text,
    });
    workspace.write({
      "package.json": { name: "app", imports: { "#some": "./x.js" } },
      ...esm(
        "esm",
        "export const kind = 'esm'; export default 'default'; export const where = import.meta.url; export class Box { constructor(v) { this.v = v; } }",
      ),
      "node_modules/cjs/package.json": { name: "cjs" },
      // Node finds no named export in this one, TypeScript and bundlers do.
      "node_modules/cjs/index.js":
        "const all = { kind: 'cjs', where: __filename, Box: class Box { constructor(v) { this.v = v; } } }; module.exports = Object.assign({}, all);",
      "node_modules/cjs/sub.js": "exports.sub = 'sub';",
      "node_modules/cjs/folder/index.js": "exports.folder = 'folder';",
      "node_modules/babel/package.json": { name: "babel", main: "./main.js" },
      "node_modules/babel/main.js":
        "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'its default'; exports.named = 'named';",
      "node_modules/dual/package.json": {
        name: "dual",
        exports: {
          ".": { module: "./bundler.js", import: "./i.mjs", require: "./r.cjs" },
          "./only-import": { import: "./i.mjs" },
          "./node": { browser: "./no.js", node: "./r.cjs" },
          "./hidden/*": null,
        },
      },
      "node_modules/dual/bundler.js": "throw new Error('only for bundlers')",
      "node_modules/dual/i.mjs": "export const kind = 'import'; export default 'i';",
      "node_modules/dual/r.cjs": "exports.kind = 'require';",
      "node_modules/@scope/pkg/package.json": { name: "@scope/pkg", main: "lib/main" },
      "node_modules/@scope/pkg/lib/main.js": "exports.kind = 'scoped';",
      "node_modules/typed/package.json": { name: "typed", exports: "./index.ts" },
      "node_modules/typed/index.ts":
        "import { kind } from 'esm'; import { more } from './more.js'; enum E { A = 'typed' } export const typed = [E.A, kind, more, import.meta.url];",
      "node_modules/typed/more.ts": "export const more = 'more';",
      "node_modules/json/package.json": { name: "json", version: "1.2.3" },
      "node_modules/types/package.json": { name: "types", types: "index.d.ts" },
      "node_modules/types/index.d.ts": "export interface OnlyType { x: 1 }",
    });
  });
  after(() => workspace.dispose());

  it("ES modules and CommonJS, default, named and all, in both kinds of module", async () => {
    const imports = `
      import esm, { kind, Box } from "esm"; import * as esmAll from "esm";
      import cjs, { kind as cjsKind, Box as CjsBox } from "cjs"; import * as cjsAll from "cjs"; import { sub } from "cjs/sub"; import { folder } from "cjs/folder";
      import babel, { named } from "babel"; import { kind as dual } from "dual"; import { kind as scoped } from "@scope/pkg"; import { version } from "json/package.json";
      import type { OnlyType } from "types"; import { OnlyType as Unmarked } from "types";
      const f = (x?: Unmarked) => [esm, kind, new Box(1).v, esmAll.kind, cjs.kind, cjsKind, new CjsBox(2).v, cjsAll.kind, sub, folder, babel, named, dual, scoped, version];
    `;
    workspace.write({ "main.ts": imports, "esm/package.json": { type: "module" }, "esm/main.ts": imports });
    const values = (babel: unknown): unknown[] => [
      "default",
      "esm",
      1,
      "esm",
      "cjs",
      "cjs",
      2,
      "cjs",
      "sub",
      "folder",
      babel,
      "named",
      "import",
      "scoped",
      "1.2.3",
    ];
    assert.deepEqual(await workspace.call("main.ts", "f"), values("its default"));
    // In an ES module of Node the default import of CommonJS is what it exports.
    assert.deepEqual(await workspace.call("esm/main.ts", "f"), values({ default: "its default", named: "named" }));
  });

  it("are loaded from where they are, and once, however they are imported", async () => {
    workspace.write({
      "once.ts":
        'import { where } from "esm"; import { where as cjsWhere, Box } from "cjs"; const again = require("cjs"); const f = async () => [where, cjsWhere, again.Box === Box, (await import("cjs")).default.Box === Box, (await import("esm")).where === where];',
    });
    assert.deepEqual(await workspace.call("once.ts", "f"), [
      workspace.url("node_modules/esm/index.js"),
      workspace.path("node_modules/cjs/index.js"),
      true,
      true,
      true,
    ]);
  });

  it("by require, with the conditions of require; Node's own modules by all their names", async () => {
    workspace.write({
      "required.cjs":
        'const { kind } = require("dual"); const fs = require("fs"), os = require("node:os"); const { kind: node } = require("dual/node"); const f = () => [kind, node, typeof fs.readFileSync, typeof os.cpus, require("@scope/pkg").kind];',
      "builtins.ts":
        'import fs, { readFileSync } from "fs"; import * as p from "node:path"; import promises from "fs/promises"; const f = async () => [fs.readFileSync === readFileSync, p.sep, typeof promises.stat, typeof (await import("node:os")).cpus];',
    });
    assert.deepEqual(await workspace.call("required.cjs", "f"), ["require", "require", "function", "function", "scoped"]);
    assert.deepEqual(await workspace.call("builtins.ts", "f"), [true, "/", "function", "function"]);
  });

  it("from the file that wrote the import, in a monorepo", async () => {
    workspace.write({
      "mono/packages/one/package.json": { name: "one" },
      "mono/packages/one/main.ts":
        'import { version } from "dep"; import { two } from "../two/main.js"; import { linked } from "linked"; import { built } from "built"; const f = () => [version, two(), linked(), built()];',
      "mono/packages/one/node_modules/dep/index.js": "exports.version = 1;",
      "mono/packages/two/main.ts": 'import { version } from "dep"; export const two = () => version;',
      "mono/packages/two/node_modules/dep/index.js": "exports.version = 2;",
      "mono/packages/linked/package.json": { name: "linked", main: "./src/index.ts" },
      "mono/packages/linked/src/index.ts": 'import { version } from "dep"; enum E { A = "linked" } export const linked = () => [E.A, version];',
      "mono/packages/linked/node_modules/dep/index.js": "exports.version = 3;",
      "mono/packages/built/package.json": { name: "built", main: "./dist/index.js" },
      "mono/packages/built/dist/index.js": "exports.built = () => [require('dep').version, __dirname];",
      "mono/packages/built/node_modules/dep/index.js": "exports.version = 4;",
    });
    for (const name of ["linked", "built"]) symlinkSync(`../../${name}`, workspace.path(`mono/packages/one/node_modules/${name}`));
    assert.deepEqual(await workspace.call("mono/packages/one/main.ts", "f"), [1, 2, ["linked", 3], [4, workspace.path("mono/packages/built/dist")]]);
    const edited = { "mono/packages/linked/src/index.ts": "export const linked = () => 'edited';" };
    assert.deepEqual(await workspace.call("mono/packages/one/main.ts", "f", "", edited), [
      1,
      2,
      "edited",
      [4, workspace.path("mono/packages/built/dist")],
    ]);
  });

  it("written in TypeScript, and by their own name and #imports", async () => {
    workspace.write({
      "self/package.json": { name: "self", exports: { "./part": "./src/part.ts" }, imports: { "#inner": "./src/inner.ts", "#outer": "cjs" } },
      "self/src/part.ts": "export const part = 'part';",
      "self/src/inner.ts": "export const inner = 'inner';",
      "self/src/main.ts":
        'import { typed } from "typed"; import { part } from "self/part"; import { inner } from "#inner"; import { kind } from "#outer"; const f = () => [...typed, part, inner, kind];',
    });
    assert.deepEqual(await workspace.call("self/src/main.ts", "f"), [
      "typed",
      "esm",
      "more",
      workspace.url("node_modules/typed/index.ts"),
      "part",
      "inner",
      "cjs",
    ]);
  });

  it("native modules are loaded from where they are", async () => {
    workspace.write({
      "node_modules/native/index.js": "module.exports = require('./build/x.node');",
      "node_modules/native/build/x.node": "no shared object",
      "native.ts": 'import x from "native"; const f = () => x;',
      "own.ts": 'import x from "./own.node"; const f = () => x;',
      "own.node": "no shared object",
    });
    for (const [name, file] of [
      ["native.ts", "node_modules/native/build/x.node"],
      ["own.ts", "own.node"],
    ] as const) {
      const error = await workspace.failure(name, "f");
      assert.ok(error.message.includes(workspace.path(file)), error.message);
    }
  });

  it("that are not there: told with place and remedy, where an import cannot do without", async () => {
    const problemsOf = async (text: string): Promise<BuildError["problems"]> => {
      workspace.write({ "missing.ts": text });
      const error: unknown = await workspace.build("missing.ts").catch((thrown) => thrown);
      assert.ok(error instanceof BuildError, String(error));
      return error.problems;
    };
    const [first, second] = await problemsOf(
      'const a = 1;\nimport { x } from "not-there/sub";\nimport y from "@not/there";\nconst f = () => [x, y];',
    );
    assert.deepEqual(
      [first?.file, first?.line, first?.column, first?.lineText],
      [workspace.path("missing.ts"), 2, 19, 'import { x } from "not-there/sub";'],
    );
    assert.match(first?.message ?? "", /^Cannot find the package "not-there": install it with "npm install not-there"/);
    assert.match(second?.message ?? "", /"npm install @not\/there"/);
    assert.match(
      (await problemsOf('import x from "dual/not"; x();'))[0]?.message ?? "",
      /^Could not resolve "dual\/not": The path "\.\/not" is not exported by package "dual"$/,
    );
    assert.match((await problemsOf('import x from "./nowhere"; x();'))[0]?.message ?? "", /\.\/nowhere/);
    assert.match(
      (await problemsOf('import x from "#nothing"; x();'))[0]?.message ?? "",
      /^Could not resolve "#nothing": The package import "#nothing" is not defined/,
    );

    workspace.write({
      "optional.ts":
        'let a = "none"; try { a = require("not-there"); } catch (e) { a = (e as any).code; } const f = async () => [a, await import("not-there-either").catch((e) => e.message)];',
    });
    const program = await workspace.build("optional.ts");
    assert.equal(program.warnings.length, 2);
    assert.match(program.warnings[0] ?? "", /^optional\.ts:1:\d+: Cannot find the package "not-there"/);
    assert.deepEqual(await workspace.call("optional.ts", "f"), ["MODULE_NOT_FOUND", "Cannot find package 'not-there-either'"]);
  });

  it("types alone need no package", async () => {
    workspace.write({
      "types.ts":
        'import { OnlyType } from "types"; import { Gone } from "not-there"; import type { G } from "gone"; import { local } from "./onlyTypes"; function f(a: OnlyType, b?: Gone, c?: G, d?: local) { return a; }',
      "onlyTypes.d.ts": "export type local = 1",
    });
    assert.deepEqual(await workspace.call("types.ts", "f", "{ x: 1 } as OnlyType, undefined! as Gone"), { x: 1 });
  });
});

describe("programs: the library", function () {
  this.timeout(30_000);
  let workspace: Workspace;
  before(() => {
    workspace = new Workspace();
  });
  after(() => workspace.dispose());
  const text =
    'import { Future, wait } from "concurrent-futures"; const f = () => [typeof Future, typeof wait, where]; const where = import.meta.resolve("concurrent-futures");';
  const built = fileURLToPath(libraryUrl);

  it("is the given one where the workspace has none", async () => {
    workspace.write({ "none/main.ts": text, "none/main.cjs": 'const { Future } = require("concurrent-futures"); const f = () => typeof Future;' });
    assert.deepEqual(await workspace.call("none/main.ts", "f"), ["function", "function", libraryUrl]);
    assert.equal(await workspace.call("none/main.cjs", "f"), "function");
    const program = await workspace.build("none/main.ts");
    assert.deepEqual(await workspace.run(program.url), ["futures$Future", "futures$f", "futures$wait", "futures$where"]);
  });

  it("is the workspace's own where it has one, be it linked, and never a copy in the bundle", async () => {
    const own = { name: "concurrent-futures", type: "module", exports: { ".": "./index.js" } };
    const code = "export class Future {} export const wait = () => import.meta.url;";
    workspace.write({
      "own/main.ts": text.replace("typeof wait", "wait()"),
      "own/node_modules/concurrent-futures/package.json": own,
      "own/node_modules/concurrent-futures/index.js": code,
      "linked/main.ts": text.replace("typeof wait", "wait()"),
      "linked/library/package.json": own,
      "linked/library/index.js": code,
      "linked/node_modules/x/index.js": "",
    });
    symlinkSync("../library", workspace.path("linked/node_modules/concurrent-futures"));
    assert.equal(((await workspace.call("own/main.ts", "f")) as unknown[])[1], workspace.url("own/node_modules/concurrent-futures/index.js"));
    assert.equal(((await workspace.call("linked/main.ts", "f")) as unknown[])[1], workspace.url("linked/library/index.js"));
  });

  it("is the built one in its own repository, by its own name", async () => {
    const program = await workspace.builder.build({ file: path.resolve("media/examples/withFuture.ts"), overlay: new Map() });
    const { url } = await workspace.builder.buildCall(program, { functionName: "withFuture", argumentsText: "" });
    assert.ok(((await workspace.run(url)) as string[]).includes("call"));
    const overlay = new Map([[path.resolve("media/examples/new.ts"), text]]);
    const fresh = await workspace.builder.build({ file: path.resolve("media/examples/new.ts"), overlay });
    const call = await workspace.builder.buildCall(fresh, { functionName: "f", argumentsText: "" });
    assert.deepEqual(await workspace.run(call.url, "call"), ["function", "function", `file://${built}`]);
  });

  it("is the built one where tsconfig.json leads to its source", async () => {
    workspace.write({
      "source/tsconfig.json": { compilerOptions: { paths: { "concurrent-futures": ["./src/index.ts"] } } },
      "source/src/index.ts": "export const Future = 1, wait = 2;",
      "source/main.ts": text,
    });
    assert.deepEqual(await workspace.call("source/main.ts", "f"), ["function", "function", libraryUrl]);
  });
});
