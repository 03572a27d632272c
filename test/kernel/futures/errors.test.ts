import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect, types } from "node:util";
import { BrokenExecutor, type PoolExecutor, ProcessPoolExecutor, registerErrorClass, ThreadPoolExecutor, tasks } from "concurrent-futures";
import * as esbuild from "esbuild";
import type * as throwing from "../../fixtures/errors/throwing.js";
import { NotFound, Refined } from "../../fixtures/errors/throwing.js";
import { pools } from "../support/pools.js";

const source = fileURLToPath(new URL("../../../../test/fixtures/errors/throwing.ts", import.meta.url));
const lines = readFileSync(source, "utf8").split("\n");

/** `/path/throwing.ts:12:9` of the `new` in the line that is marked with `// here: <mark>`. */
function placeOf(mark: string): string {
  const line = lines.findIndex((text) => text.endsWith(`// here: ${mark}`));
  return `${source}:${line + 1}:${(lines[line] as string).indexOf("new ") + 1}`;
}

/** Compiles the fixture into a folder of its own. */
async function compile(folder: string, name: string, options: esbuild.BuildOptions): Promise<URL> {
  const outfile = path.join(folder, name);
  await esbuild.build({ entryPoints: [source], outfile, format: "esm", platform: "node", target: "node20", logLevel: "error", ...options });
  return pathToFileURL(outfile);
}

for (const { kind, make } of pools) {
  describe(`errors of tasks in a pool of ${kind}`, () => {
    let folder: string;
    let pool: PoolExecutor;
    let linked: URL;
    before(async () => {
      folder = mkdtempSync(path.join(os.tmpdir(), "errors "));
      linked = await compile(folder, "linked.mjs", { sourcemap: "linked" });
      pool = make({ maxWorkers: 1 });
    });
    after(async () => {
      await pool.shutdown();
      rmSync(folder, { recursive: true });
    });
    /** The error of a function of the compiled fixture. */
    const errorOf = async (name: keyof typeof throwing, url = linked): Promise<Error & Record<string, unknown>> =>
      (await pool.submit(tasks<Record<string, () => unknown>>(url)[name] as () => unknown).exception()) as Error & Record<string, unknown>;

    const compilations: { how: string; options: esbuild.BuildOptions }[] = [
      { how: "in a file beside", options: { sourcemap: "linked" } },
      { how: "inline", options: { sourcemap: "inline" } },
      { how: "of a bundle of one line", options: { sourcemap: "linked", bundle: true, minify: true, keepNames: true } },
    ];
    for (const [i, { how, options }] of compilations.entries()) {
      it(`have stacks in the TypeScript source, by a map ${how}; those of causes and of aggregated errors too`, async () => {
        const url = await compile(folder, `compiled${i}.mjs`, options);
        const error = await errorOf("nested", url);
        const { cause, errors } = error as unknown as { cause: Error; errors: [Error, Error, number] };
        assert.ok(error.stack?.includes(placeOf("nested")), error.stack);
        assert.ok(cause.stack?.includes(placeOf("inner")), cause.stack);
        assert.ok(errors[0].stack?.includes(placeOf("inner")), errors[0].stack);
        assert.ok(errors[1].stack?.includes("throwing.ts:"), errors[1].stack);
        assert.ok(!`${error.stack}${cause.stack}`.includes("compiled"), error.stack);
      });
    }

    it("arrive as a message, and harm nobody, where the first task of a worker has taken away what loads the rest", async () => {
      const fresh = make({ maxWorkers: 1 });
      try {
        const bare = (await fresh
          .submit(() => {
            const { Module } = process.getBuiltinModule?.("node:module") ?? globalThis.require("node:module");
            Object.assign(Module, { _load: () => fail(new Error("no descriptors left")) });
            const fail = (error: Error): never => {
              throw error;
            };
            return fail(new RangeError("of the task"));
          })
          .exception()) as Error;
        assert.equal(bare.message, "of the task (class, stack and properties are lost: no descriptors left)");
        assert.equal(await fresh.submit(() => 1).result(), 1);
      } finally {
        await fresh.shutdown();
      }
    });

    it("give a function that was minified the name it has in the source", async () => {
      const error = await errorOf("nested", await compile(folder, "minified.mjs", { sourcemap: "linked", minify: true }));
      assert.match(String((error.cause as Error).stack), /^TypeError: cause\n {4}at inner \(/);
    });

    it("are mapped once where Node maps stacks itself", async () => {
      const execArgv = ["--enable-source-maps"];
      const mapping = kind === "threads" ? new ThreadPoolExecutor({ maxWorkers: 1, execArgv }) : new ProcessPoolExecutor({ maxWorkers: 1, execArgv });
      try {
        const error = (await mapping.submit(tasks<typeof throwing>(linked).plain).exception()) as Error;
        assert.ok(error.stack?.includes(placeOf("plain")), error.stack);
      } finally {
        await mapping.shutdown();
      }
    });

    it("have stacks that end with the user's code, and print as local errors do", async () => {
      const text = inspect(await errorOf("nested"));
      assert.doesNotMatch(text, /worker[\\/](thread|process)\.js/);
      assert.equal(text.match(/AggregateError: both/g)?.length, 1);
      assert.match(text, /\[cause\]: TypeError: cause\n/);
      assert.match(text, /\[errors\]: \[\n/);
      assert.equal(text.match(/NotFound: no 101 on shelf top/g)?.length, 1);
    });

    it("of a class that only the worker knows are of the nearest known class, and tell their own", async () => {
      const error = await errorOf("plain");
      assert.ok(error instanceof RangeError && !(error instanceof NotFound) && types.isNativeError(error));
      assert.deepEqual([error.name, error.message, error["id"], error.constructor.name], ["NotFound", "no 101 on shelf top", 101, "NotFound"]);
      assert.deepEqual(Object.keys(error).sort(), ["id", "name"]);
    });

    it("of a class registered on the receiving side alone are of that class; its constructor is not called, private fields are lost", async () => {
      registerErrorClass(NotFound);
      const error = await errorOf("plain");
      assert.ok(error instanceof NotFound);
      assert.deepEqual([error.isRetryable, error.id, error.message], [true, 101, "no 101 on shelf top"]);
      assert.throws(() => error.secret, TypeError);
      const subclass = await errorOf("refined");
      assert.ok(subclass instanceof NotFound && !(subclass instanceof Refined));
      assert.equal(subclass.constructor.name, "Refined");
      const { errors } = (await errorOf("nested")) as unknown as AggregateError;
      assert.ok(errors[1] instanceof NotFound);
      forget("NotFound");
    });

    const ofTheRuntime: { name: keyof typeof throwing; holds: (error: Error & Record<string, unknown>) => void }[] = [
      {
        name: "domException",
        holds(error) {
          assert.ok(error instanceof DOMException && error instanceof Error);
          assert.deepEqual([error.name, error.message, error.code], ["AbortError", "stopped", 20]);
          assert.match(String(error.stack), /throwing\.ts:\d+:\d+/);
        },
      },
      {
        name: "timedOut",
        holds(error) {
          assert.ok(error instanceof DOMException);
          assert.deepEqual([error.name, error.code], ["TimeoutError", 23]);
        },
      },
      {
        name: "assertion",
        holds(error) {
          assert.ok(error instanceof assert.AssertionError);
          const { actual, expected, operator, generatedMessage, code } = error;
          assert.deepEqual([actual, expected, operator, generatedMessage, code], [{ a: 1 }, { a: 2 }, "deepEqual", true, "ERR_ASSERTION"]);
        },
      },
      {
        name: "system",
        holds(error) {
          const { code, errno, syscall, path: from, dest } = error as unknown as NodeJS.ErrnoException & { dest: string };
          assert.deepEqual([code, errno, syscall, from, dest], ["ENOENT", -os.constants.errno.ENOENT, "rename", "/nowhere/a", "/nowhere/b"]);
        },
      },
      {
        name: "internal",
        holds(error) {
          assert.ok(error instanceof TypeError);
          assert.match(String(error), /^TypeError \[ERR_INVALID_ARG_TYPE\]: The "size" argument/);
          assert.match(String(error.stack), /^TypeError \[ERR_INVALID_ARG_TYPE\]: The "size" argument/);
          assert.deepEqual([error.name, error["code"]], ["TypeError", "ERR_INVALID_ARG_TYPE"]);
        },
      },
      {
        name: "otherRealm",
        holds(error) {
          assert.ok(error instanceof RangeError);
          assert.deepEqual([error.constructor.name, error.message, error["code"]], ["Foreign", "far", 7]);
        },
      },
    ];
    for (const { name, holds } of ofTheRuntime) {
      it(`made by the runtime are what they were: ${name}`, async () => holds(await errorOf(name)));
    }

    it("need not be errors: anything that can be cloned arrives as itself, anything else as an error that describes it", async () => {
      const throwIt = tasks<typeof throwing>(linked).evaluated;
      const values: [text: string, value: unknown][] = [
        ["undefined", undefined],
        ["null", null],
        ["0", 0],
        ["''", ""],
        ["({ code: 5, list: [1n, new Date(0)] })", { code: 5, list: [1n, new Date(0)] }],
      ];
      for (const [text, value] of values) {
        const thrown = await pool
          .submit(throwIt, text)
          .result()
          .then(
            () => assert.fail("nothing was thrown"),
            (error: unknown) => error,
          );
        assert.deepEqual(thrown, value);
      }
      const described: [text: string, message: RegExp][] = [
        ["(function named() {})", /^the task threw a function that cannot be sent to another worker: \[Function: named\]$/],
        ["Symbol('s')", /: Symbol\(s\)$/],
        ["({ a: 1, f() {} })", /^the task threw an object .*: \{ a: 1, f: \[Function: f\] \}$/],
        ["new Proxy({}, { getPrototypeOf() { throw 1 }, get() { throw 1 }, ownKeys() { throw 1 } })", /^the task threw an object/],
        ["({ toString() { throw 1 }, [Symbol.toPrimitive]() { throw 1 } })", /^the task threw an object/],
      ];
      for (const [text, message] of described) await assert.rejects(pool.submit(throwIt, text).result(), { name: "Error", message });
      assert.equal(pool.workers().length, 1);
    });

    it("keep what is good in their properties, and say in place what could not come along", async () => {
      const act = (): never => {
        class Request {
          readonly send = (): number => 1;
        }
        const error = new Error("404", { cause: new TypeError("below") });
        Object.defineProperty(error, "hidden", { value: { deep: [1] }, enumerable: false });
        Object.defineProperty(error, "lazy", {
          enumerable: true,
          get() {
            throw new RangeError("no value yet");
          },
        });
        const related = new SyntaxError("related");
        throw Object.assign(error, {
          response: { status: 404, retry: () => 1 },
          request: new Request(),
          module: new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
          outcomes: [{ status: "rejected", reason: related }],
          related,
        });
      };
      const error = (await pool.submit(act).exception()) as Error & Record<string, unknown>;
      assert.deepEqual(error["hidden"], { deep: [1] });
      assert.equal(Object.keys(error).includes("hidden"), false);
      assert.deepEqual(error["response"], { status: 404, retry: "[Function: retry]" });
      assert.equal(error["request"], "Request { send: [Function: send] }");
      assert.equal(error["lazy"], "[getter that threw RangeError: no value yet]");
      assert.match(inspect(error["module"]), kind === "threads" ? /^Module \[WebAssembly.Module\] \{\}$/ : /^'Module \[WebAssembly.Module\] \{\}'$/);
      assert.ok(error["related"] instanceof SyntaxError && error.cause instanceof TypeError);
      assert.equal((error["outcomes"] as [{ reason: unknown }])[0].reason, error["related"]);
    });

    it("of the initializer break the pool, as its cause, mapped to source", async () => {
      const broken = make({ maxWorkers: 1, initializer: tasks<typeof throwing>(linked).initialize });
      const error = (await broken.submit(Math.abs, 1).exception()) as Error & { cause: Error };
      assert.ok(error instanceof BrokenExecutor && error.cause instanceof TypeError);
      assert.ok(error.cause.stack?.includes(placeOf("inner")), error.cause.stack);
      await broken.shutdown();
    });

    it("cross the other way too: the reason of an abort arrives in the task", async () => {
      const hear = async (): Promise<unknown[]> => {
        const storage = (globalThis as never)[Symbol.for("concurrent-futures.currentTask")] as { getStore(): { signal: AbortSignal } };
        const { signal } = storage.getStore();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        const reason = signal.reason as DOMException;
        return [reason instanceof DOMException, reason.name, reason.code];
      };
      const stop = new AbortController();
      const started = once(pool.events, "taskStart");
      const future = pool.schedule(hear, [], { signal: stop.signal });
      await started;
      stop.abort();
      assert.deepEqual(await future.result(), [true, "AbortError", 20]);
    });
  });
}

/** The registry is of the whole process; the next suite starts without the class. */
function forget(name: string): void {
  (globalThis as never as { [key: symbol]: Map<string, unknown> })[Symbol.for("concurrent-futures.errorClasses")]?.delete(name);
}
