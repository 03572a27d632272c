import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type BuildOptions, build } from "esbuild";
import { type Packed, type Project, Workplace } from "./support/project.js";

/** What `use.mjs` sees with a pool of each kind, however it got the library. */
const seen = {
  prime: true,
  bySource: 3,
  mapped: [true, true, false],
  completed: [true],
  notDone: 0,
  task: { hasWorker: true, hasSignal: true, aborted: false },
  error: [true, "TimeoutError", "too slow"],
  strangers: [],
  isFuture: true,
};
const seenOnBoth = [
  { ...seen, blocking: 7 },
  { ...seen, blocking: "BlockingError" },
  { ...seen, blocking: 7 },
];
/** What the README names as the oldest version that works. */
const oldestCompiler = "typescript-oldest";
/** Bytes. What a library user downloads stays small; more than half of it is the engine of clusters, which is loaded by none but them. */
const sizeLimit = 700_000;

/** Into a folder of the given one; the worker's module is bundled too. Gives the program's file. */
async function bundle(project: Project, entry: string, folder: string, options: BuildOptions): Promise<string> {
  const outdir = path.join(folder, `bundle of ${entry}${options.minify ? ", small" : ""}`);
  const common: BuildOptions = { bundle: true, platform: "node", absWorkingDir: project.folder, outdir, logLevel: "silent" };
  await build({ ...common, entryPoints: ["work.mjs"], format: "esm", outExtension: { ".js": ".mjs" }, ...(options.packages ? options : {}) });
  await build({ ...common, ...options, entryPoints: [entry], outExtension: { ".js": path.extname(entry) } });
  return path.join(outdir, entry);
}

describe("the npm package", function () {
  this.timeout(120_000);
  let workplace: Workplace;
  let packed: Packed;
  let project: Project;
  before(async () => {
    workplace = new Workplace();
    packed = await workplace.pack();
    project = await workplace.project("javascript", packed);
  });
  after(() => workplace.dispose());

  it("holds the library, its types and its papers, and nothing else", () => {
    const expected =
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|media\/(api|differences|cluster)\.md|dist\/futures\/(index\.c?js|bundler\.js|worker\/[\w.]+\.c?js)|dist\/cluster\/(index\.c?js|bullmqPackage\.cjs)|dist\/cli\/main\.js|dist\/types\/.+\.d\.m?ts|dist\/types\/package\.json)$/;
    const names = packed.files.map((file) => file.path);
    assert.deepEqual(
      names.filter((name) => !expected.test(name)),
      [],
    );
    for (const name of ["README.md", "CHANGELOG.md", "LICENSE"]) assert.ok(names.includes(name), name);
    assert.ok(packed.size < sizeLimit, `the tarball has ${packed.size} bytes`);
  });

  it("needs no other package, runs no script, and every file that its package.json names is there", () => {
    const manifest = project.manifest();
    const unwanted = ["dependencies", "optionalDependencies", "peerDependencies", "devDependencies", "scripts", "contributes"];
    assert.deepEqual(
      unwanted.filter((key) => key in manifest),
      [],
    );
    const named = JSON.stringify([manifest["main"], manifest["types"], manifest["exports"], manifest["bin"]]).match(/\.\/[^"]+/g) ?? [];
    assert.ok(named.length >= 8, named.join());
    for (const name of named.filter((key) => /\.[a-z]+$/.test(key)))
      assert.ok(existsSync(path.join(project.folder, "node_modules", "concurrent-futures", name)), `${name} is missing`);
  });

  it("leaves the repository's own package.json in place", () => {
    assert.equal(readFileSync(path.join(workplace.copy, "package.json"), "utf8"), readFileSync("package.json", "utf8"));
  });

  it("works in an ES module, in a folder with spaces, letters beyond ASCII, # and %", async () => {
    assert.deepEqual(await project.answer("main.mjs"), seenOnBoth);
  });

  it("works in a CommonJS module", async () => {
    assert.deepEqual(await project.answer("main.cjs"), seenOnBoth);
  });

  it("works in a program on the command line, as a module and as CommonJS", async () => {
    const read = (name: string): string => readFileSync(path.join(project.folder, name), "utf8");
    const text = read("main.mjs").replace('new URL("./work.mjs", import.meta.url)', '(await import("node:url")).pathToFileURL("work.mjs")');
    assert.deepEqual(await project.answer("--input-type=module", "--eval", text), seenOnBoth);
    assert.deepEqual(await project.answer("--eval", `const __dirname = process.cwd();${read("main.cjs")}`), seenOnBoth);
  });

  it("is one library for import and for require", async () => {
    assert.deepEqual(await project.answer("both.cjs"), { sameNames: true, different: [], waited: true, isFuture: true, current: true });
  });

  it("has clusters in a module of their own, one for import and for require, and a command for their workers", async () => {
    const text = (load: string): string => `${load}
      const pool = new ClusterExecutor({ connection: "redis://127.0.0.1:1", queue: "q", insecure: true, connectTimeout: 300 });
      pool.submit(Math.max, 1, 2).exception().then((error) => console.log(JSON.stringify([pool instanceof Executor, error.name, error instanceof BrokenExecutor])));`;
    const names = "{ ClusterExecutor }";
    const imported = `import ${names} from "concurrent-futures/cluster"; import { BrokenExecutor, Executor } from "concurrent-futures";`;
    const required = `const ${names} = require("concurrent-futures/cluster"); const { BrokenExecutor, Executor } = require("concurrent-futures");`;
    assert.deepEqual(await project.answer("--input-type=module", "--eval", text(imported)), [true, "BrokenCluster", true]);
    assert.deepEqual(await project.answer("--input-type=commonjs", "--eval", text(required)), [true, "BrokenCluster", true]);
    const { code, stderr } = await project.node(
      "node_modules/concurrent-futures/dist/cli/main.js",
      "worker",
      "--queue",
      "q",
      "--connection",
      "redis://127.0.0.1:1",
    );
    assert.equal(code, 2);
    assert.match(stderr, /key and trust have to be given/);
    const { stderr: said } = await project.node("node_modules/concurrent-futures/dist/cli/main.js", "run", "main.mjs");
    assert.match(said, /the package of the library runs no files/);
  });

  it("has no default export", async () => {
    const { code, stderr } = await project.node("default.mjs");
    assert.equal(code, 1);
    assert.match(stderr, /SyntaxError: The requested module 'concurrent-futures' does not provide an export named 'default'/);
  });

  describe("bundled by esbuild", () => {
    it("works as a package that stays outside", async () => {
      assert.deepEqual(await project.answer(await bundle(project, "main.mjs", project.folder, { format: "esm", packages: "external" })), seenOnBoth);
    });

    for (const minify of [false, true]) {
      for (const [entry, format] of [
        ["main.mjs", "esm"],
        ["main.cjs", "cjs"],
      ] as const) {
        it(`works within the one file of a program, ${format}${minify ? ", minified" : ""}`, async () => {
          const file = await bundle(project, entry, workplace.root, { format, minify });
          assert.deepEqual(await project.answer(file), seenOnBoth);
        });
      }
    }
  });

  it("says what to do when a bundled program has TypeScript for its workers, unless Node takes the types away itself", async () => {
    const { code, stdout, stderr } = await project.node(await bundle(project, "typed.mjs", workplace.root, { format: "esm" }));
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    if ((process.features as { typescript?: unknown }).typescript) assert.equal(stdout, "2\n2\n");
    else assert.match(stdout, /^(TypeError: concurrent-futures was bundled into this program.*external: \["concurrent-futures"\]\n){2}$/);
  });

  describe("in TypeScript", () => {
    let typed: Project;
    before(async () => {
      typed = await workplace.project("typescript", packed);
      for (const name of ["typescript", oldestCompiler, "@types/node"]) typed.link(name);
    });

    /** Compiles without the DOM's types and with every declaration checked; resolves to what the compiler complains of. */
    async function compile(compiler: string, files: string[], ...options: string[]): Promise<string> {
      const strict = ["--strict", "--skipLibCheck", "false", "--target", "es2022", "--lib", "es2022", "--outDir", "built"];
      return (await typed.node(`node_modules/${compiler}/bin/tsc`, ...strict, ...options, ...files)).stdout;
    }

    for (const compiler of ["typescript", oldestCompiler]) {
      it(`has types for both kinds of modules, which know the functions' parameters and results: ${compiler}`, async () => {
        assert.equal(await compile(compiler, ["module.mts", "common.cts", "noDefault.mts"], "--module", "nodenext"), "");
        const onEach = ["FINISHED", true, false, true, "typed-0", "TimeoutError", "number typed-0"];
        assert.deepEqual(await typed.answer("built/module.mjs"), [...onEach, ...onEach]);
        assert.deepEqual(await typed.answer("built/common.cjs"), [2, true]);
      });

      it(`has types for bundlers: ${compiler}`, async () => {
        assert.equal(await compile(compiler, ["module.mts"], "--module", "es2022", "--moduleResolution", "bundler", "--noEmit"), "");
      });
    }

    it('has types for "await using"', async () => {
      assert.equal(await compile("typescript", ["using.mts"], "--module", "nodenext", "--lib", "es2022,esnext.disposable"), "");
      assert.equal(await typed.answer("built/using.mjs"), 2);
    });

    it("has types for the old way to find modules", async () => {
      assert.equal(await compile(oldestCompiler, ["old.ts"], "--module", "commonjs", "--moduleResolution", "node10", "--noEmit"), "");
    });
  });
});
