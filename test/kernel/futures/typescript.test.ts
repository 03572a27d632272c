import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type PoolExecutor, ProcessPoolExecutor, type TaskOutput, task, tasks } from "concurrent-futures";
import type * as names from "../../fixtures/typescript/names.js";
import { skip } from "../../support/skip.js";
import { pools, withPool } from "../support/pools.js";
import { gone } from "../support/processes.js";

const fixtures = new URL("../../../../test/fixtures/typescript/", import.meta.url);
const library = import.meta.resolve("concurrent-futures");
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

type Run = (...args: unknown[]) => unknown;
const moduleIn = (folder: URL, file: string, name: string): Run => task<Run>(new URL(file, folder), name);
const fixture = (file: string, name: string): Run => moduleIn(fixtures, file, name);

const esbuild = path.dirname(fileURLToPath(import.meta.resolve("esbuild/package.json")));
/** A typescript package before version 7, which has the API that this repository's own has not. */
const typescriptWithApi = path.resolve("node_modules", "typescript-oldest");

/** A folder of a user who has no compiler installed but those given, by the names of their packages. */
async function withFolder<R>(files: Record<string, string>, use: (folder: URL) => Promise<R>, compilers: Record<string, string> = {}): Promise<R> {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "typescript-")));
  try {
    for (const [name, text] of Object.entries(files)) write(path.join(folder, name), text);
    for (const [name, place] of Object.entries(compilers)) link(place, path.join(folder, "node_modules", name));
    return await use(pathToFileURL(`${folder}/`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function link(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  symlinkSync(from, to, "junction");
}

/** Runs a program in its folder, since compilers are looked for in the working directory too. */
function runIn(folder: URL, program: string, execArgv: readonly string[] = []): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...execArgv, program], { cwd: fileURLToPath(folder), timeout: 25_000 }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

/** A program that submits `run` of `./m.ts` to both pools, and prints each result or the error's name and message as JSON. */
const main = (load: string) => `
${load}
const { ProcessPoolExecutor, task, ThreadPoolExecutor } = library;
(async () => {
  for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
    const pool = new Pool({ maxWorkers: 1 });
    const future = pool.submit(task(url, "run"), 4);
    const error = await future.exception();
    console.log(JSON.stringify(error ? [error.name, error.message] : await future.result()));
    await pool.shutdown();
  }
})();`;
const esModule = main(`import * as library from ${JSON.stringify(library)};\nconst url = new URL("./m.ts", import.meta.url);`);
const commonJs = main(
  `const library = require(${JSON.stringify(fileURLToPath(new URL("index.cjs", library)))});\nconst url = require("node:url").pathToFileURL(__dirname + "/m.ts");`,
);
const resultsOf = ({ stdout, stderr }: { stdout: string; stderr: string }): unknown[] => {
  assert.equal(stderr, "");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
};

async function printedBy(make: (typeof pools)[number]["make"], use: (pool: PoolExecutor) => Promise<unknown>): Promise<string> {
  let printed = "";
  const onOutput = ({ text }: TaskOutput): void => void (printed += text);
  await withPool(make, { maxWorkers: 1, onOutput }, use);
  return printed;
}

/** Numbers of the children of a process that are services of esbuild. */
function compilersOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, parentOfIt] = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        return Number(parentOfIt) === parent && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--service");
      } catch {
        return false; // it ended between the two looks
      }
    });
}

for (const { kind, make } of pools) {
  describe(`TypeScript sources in a pool of ${kind}`, () => {
    it("run with all that JavaScript has not, and with imports as TypeScript users write them", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        assert.deepEqual(await pool.submit(fixture("features.ts", "features"), "a point").result(), {
          enum: [2, "Green"],
          namespace: 4,
          properties: ["a point", 4],
          awaited: 7,
          json: [3, 3],
          imports: ["names.ts", "names.ts", "folder/index.ts", 32],
          asserted: true,
        });
        assert.equal(await pool.submit(fixture("features.ts", "default"), 5).result(), 5);
        assert.equal(await pool.submit(fixture("features.ts", "Shape.area"), 3).result(), 9);
      });
    });

    it("may be .mts, .cts and .tsx, may be required, and may be named by the .js that they become", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        assert.deepEqual(await pool.submit(fixture("modern.mts", "modern")).result(), ["yes", "imported", "legacy.cts", "number"]);
        assert.deepEqual(await pool.submit(fixture("legacy.cjs", "legacy"), { name: "named" }).result(), ["yes", "named", "legacy.cts", "number"]);
        const { nameOf } = tasks<typeof names>(new URL("names.js", fixtures));
        assert.equal(await pool.submit(nameOf, { name: "by .js" }).result(), "by .js");
      });
    });

    it("follow the options of the nearest tsconfig.json that change what runs", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        assert.deepEqual(await pool.submit(fixture("options/options.tsx", "options")).result(), {
          calls: ["object method object", "assigned value"],
          aliased: "lib/aliased.ts",
          jsx: "<p>text</p>",
        });
      });
    });

    it("may be imported by JavaScript, by name or in a function that is sent by its source", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        assert.equal(await pool.submit(fixture("imports.mjs", "plain")).result(), "names.ts");
      });
      const source = `async () => (await import(${JSON.stringify(new URL("features.ts", fixtures).href)})).Shape.area(2)`;
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        // biome-ignore lint/security/noGlobalEval: a function whose text holds the place
        assert.equal(await pool.submit(globalThis.eval(source) as () => Promise<number>).result(), 4);
      });
    });

    it("give stacks in their own lines and columns, also where the task prints one itself", async () => {
      const place = fileURLToPath(new URL("fails.ts", fixtures));
      const printed = await printedBy(make, async (pool) => {
        const error = (await pool.submit(fixture("fails.ts", "fail"), { bySo: 3 }).exception()) as Error;
        assert.ok(error instanceof RangeError);
        assert.ok(error.stack?.includes(`fail (${place}:13:9)`), error.stack);
        await pool.submit(fixture("fails.ts", "print")).result();
      });
      assert.ok(printed.includes(`print (${place}:18:24)`), printed);
    });

    it("that are no TypeScript fail the tasks that need them, with file, line and reason, until they are repaired", async () => {
      await withFolder(
        { "m.ts": "export const run = (n: number): number =>\n  n +;\n", "good.ts": "export const run = (n: number): number => n;" },
        (folder) =>
          withPool(make, { maxWorkers: 1 }, async (pool) => {
            const bad = pool.submit(moduleIn(folder, "m.ts", "run"), 1);
            const good = pool.submit(moduleIn(folder, "good.ts", "run"), 2);
            const error = (await bad.exception()) as Error;
            assert.ok(error instanceof SyntaxError, String(error));
            assert.equal(error.message, `${fileURLToPath(new URL("m.ts", folder))}:2:6: Unexpected ";"`);
            assert.match(String(error.stack), /\n {4}at .*m\.ts:2:6$/);
            assert.equal(await good.result(), 2);
            write(fileURLToPath(new URL("m.ts", folder)), "export const run = (n: number): number => n + 1;");
            assert.equal(await pool.submit(moduleIn(folder, "m.ts", "run"), 1).result(), 2);
          }),
      );
    });

    it("run in spite of type errors", async () => {
      await withFolder(
        { "m.ts": 'const n: number = "text"; enum E { A }; export const run = (): string => n + missing.E.A; declare const missing: any' },
        (folder) =>
          withPool(make, { maxWorkers: 1 }, async (pool) => {
            assert.match(String(await pool.submit(moduleIn(folder, "m.ts", "run")).exception()), /ReferenceError: missing is not defined/);
          }),
      );
    });

    it("leave no process of their compiler behind, neither beside an idle worker nor after one that was killed", async function () {
      if (process.platform !== "linux") skip(this, "children of a process are read from /proc, on Linux only");
      await withPool(make, { maxWorkers: 1, stopGrace: 0 }, async (pool) => {
        const others = new Set(compilersOf(process.pid));
        await pool.submit(fixture("names.ts", "nameOf"), { name: "" }).result();
        const parent = pool.workers()[0]?.pid ?? process.pid;
        for (const pid of compilersOf(parent)) if (!others.has(pid)) assert.equal(await gone(pid), true, "idle");
        const stop = new AbortController();
        const endless = pool.schedule(fixture("endless.ts", "endless"), [], { signal: stop.signal });
        await once(pool.events, "taskStart");
        const compilers = compilersOf(parent).filter((pid) => !others.has(pid));
        stop.abort();
        await endless.exception();
        for (const pid of compilers) assert.equal(await gone(pid), true, "killed");
      });
    });

    it("of a linked package outside of node_modules are compiled, and those within are left to Node", async () => {
      const files = {
        "m.ts": 'import { linked } from "linked";\nexport const run = (): string => linked;',
        "refused.ts": 'import { published } from "published";\nexport const run = (): string => published;',
        "packages/linked/package.json": '{ "name": "linked", "type": "module", "exports": "./source/index.ts" }',
        "packages/linked/source/index.ts":
          'import { more } from "./more.js";\nenum E { A = "linked" }\nexport const linked: string = `${E.A} ${more}`;',
        "packages/linked/source/more.ts": 'export const more: string = "and more";',
        "node_modules/published/package.json": '{ "name": "published", "type": "module", "exports": "./index.ts" }',
        "node_modules/published/index.ts": 'export const published: string = "published";',
      };
      await withFolder(files, async (folder) => {
        link(fileURLToPath(new URL("packages/linked", folder)), fileURLToPath(new URL("node_modules/linked", folder)));
        await withPool(make, { maxWorkers: 1 }, async (pool) => {
          assert.equal(await pool.submit(moduleIn(folder, "m.ts", "run")).result(), "linked and more");
          const error = await pool.submit(moduleIn(folder, "refused.ts", "run")).exception();
          assert.match((error as { code: string }).code, /^ERR_UN(KNOWN_FILE_EXTENSION|SUPPORTED_NODE_MODULES_TYPE_STRIPPING)$/);
        });
      });
    });
  });
}

describe("TypeScript sources", () => {
  const erasable = {
    "m.ts": 'import { half } from "./half";\nexport const run = (n: number): number => half(n);',
    "half.ts": "export const half = (n: number): number => n / 2;",
  };
  const notErasable = { "m.ts": "\nenum Half { Of = 0.5 }\nexport const run = (n: number): number => n * Half.Of;" };

  it("where no compiler is installed are run by Node if it can take the types away, and else fail with what to install", async () => {
    await withFolder({ ...erasable, "main.mjs": esModule }, async (folder) => {
      for (const result of resultsOf(await runIn(folder, "main.mjs"))) {
        if (stripsTypes) assert.equal(result, 2);
        else
          assert.match(
            String(result),
            /^TypeError,.*m\.ts is TypeScript, and neither esbuild nor the API of typescript was found .*npm install --save-dev esbuild.*--import tsx/,
          );
      }
    });
    await withFolder({ ...notErasable, "main.mjs": esModule }, async (folder) => {
      for (const result of resultsOf(await runIn(folder, "main.mjs")))
        assert.match(
          String(result),
          stripsTypes ? /^SyntaxError,.*m\.ts:2: .*enum.*npm install --save-dev esbuild/ : /^TypeError,.*npm install --save-dev esbuild/,
        );
    });
  });

  it("are found by a program that is an ES module, and by one that is CommonJS, without any option", async () => {
    await withFolder(
      { ...notErasable, "main.mjs": esModule, "main.cjs": commonJs },
      async (folder) => {
        assert.deepEqual(resultsOf(await runIn(folder, "main.mjs")), [2, 2]);
        assert.deepEqual(resultsOf(await runIn(folder, "main.cjs")), [2, 2]);
      },
      { esbuild },
    );
  });

  it("are compiled by typescript where that has an API and esbuild is not there, or cannot do what is asked for", async () => {
    const decorated = {
      "tsconfig.json": '{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }',
      "m.ts": `
        const types: unknown[] = [];
        Object.assign(Reflect, { metadata: (key: string, value: unknown) => () => { types.push(key, [value].flat().map((type) => (type as { name: string }).name)); } });
        function noted(..._: unknown[]): any {}
        @noted class Service { constructor(readonly count: number, readonly name: string) {} }
        export const run = (): unknown => types;`,
    };
    const broken = { "m.ts": "export const run = (n: number): number =>\n  n +;\n" };
    const both = { typescript: typescriptWithApi, esbuild };
    const runWith = (files: Record<string, string>, compilers: Record<string, string>): Promise<unknown[]> =>
      withFolder({ ...files, "main.mjs": esModule }, async (folder) => resultsOf(await runIn(folder, "main.mjs")), compilers);
    assert.deepEqual(await runWith(notErasable, { typescript: typescriptWithApi }), [2, 2]);
    const metadata = ["design:paramtypes", ["Number", "String"]];
    assert.deepEqual(await runWith(decorated, both), [metadata, metadata]);
    for (const result of await runWith(broken, { typescript: typescriptWithApi }))
      assert.match(String(result), /^SyntaxError,.*m\.ts:2:6: Expression expected\.$/);
  });

  it("are left to the loader that the user runs with", async () => {
    const execArgv = ["--import", new URL("loader.mjs", fixtures).href];
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1, execArgv });
    assert.equal(await pool.submit(fixture("features.ts", "features"), "").result(), "by the loader of the user");
  });
});
