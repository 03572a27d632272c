import assert from "node:assert/strict";
import * as esbuild from "esbuild";
import { pools, withPool } from "../support/pools.js";

type Run = (...args: unknown[]) => unknown;

class Shape {
  static unit = 1;
  static area(side: number): number {
    return side ** 2;
  }
  static scaled(side: number): number {
    // biome-ignore lint/complexity/noThisInStatic: what it is about
    return this.unit * side ** 2;
  }
  static async later(side: number): Promise<number> {
    return side ** 2;
  }
  static #hidden(side: number): number {
    return side + 1;
  }
  static get hidden(): typeof Shape.area {
    return Shape.#hidden;
  }
  static get origin(): string {
    return "the origin";
  }
  static set origin(value: string) {
    (globalThis as { origin?: string }).origin = value;
  }
  static [Symbol.toPrimitive](): string {
    return "primitive";
  }
  get(key: string): string {
    return `got ${key}`;
  }
}

/** As tsx and esbuild compile it with `keepNames`: the text calls a helper that is defined outside of it. */
function compiledWithNames(text: string): Run {
  const { code } = esbuild.transformSync(`globalThis.compiled = ${text}`, { loader: "ts", keepNames: true });
  const holder = globalThis as { compiled?: Run };
  // biome-ignore lint/security/noGlobalEval: what a loader does with it
  globalThis.eval(code);
  const { compiled } = holder;
  delete holder.compiled;
  assert.match(String(compiled), /__name\(/);
  return compiled as Run;
}

for (const { kind, make } of pools) {
  describe(`functions sent by their source to a pool of ${kind}`, () => {
    it("may be methods: static, async, private, of a computed name", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        assert.equal(await pool.submit(Shape.area, 3).result(), 9);
        assert.equal(await pool.submit(Shape.later, 3).result(), 9);
        assert.equal(await pool.submit(Shape.hidden, 3).result(), 4);
        assert.equal(await pool.submit(Shape[Symbol.toPrimitive]).result(), "primitive");
        assert.equal(await pool.submit(new Shape().get, "it").result(), "got it");
      });
    });

    it("may be the functions of accessors, which run when called and not before", async () => {
      const { get, set } = Object.getOwnPropertyDescriptor(Shape, "origin") as { get(): string; set(value: string): void };
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        assert.equal(await pool.submit(get).result(), "the origin");
        await pool.submit(set, "moved").result();
        assert.equal(await pool.submit(() => (globalThis as { origin?: string }).origin).result(), "moved");
      });
    });

    it("have no `this`, as in a module, and the error of one that needs it says what to do", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        assert.equal(
          await pool
            .submit(function (this: unknown) {
              return typeof this;
            })
            .result(),
          "undefined",
        );
        await assert.rejects(pool.submit(Shape.scaled, 3).result(), {
          name: "TypeError",
          message: /^Cannot read properties of undefined \(reading 'unit'\): scaled was sent by its source text.*task\(url, "Class\.method"\)/,
        });
      });
    });

    it("of a script may do what only scripts may", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const octal = new Function("return 010") as () => number;
        assert.equal(await pool.submit(octal).result(), 8);
      });
    });

    it("run with the names that esbuild and tsx keep by a helper outside of them", async () => {
      const names = compiledWithNames(
        "(n: number) => { function inner() { return n * 2; } const arrow = () => 1; class Local { static one = 1; } return [inner(), inner.name, arrow.name, Local.name]; }",
      );
      const method = compiledWithNames("({ async double(n: number) { const twice = () => 2 * n; return [twice.name, twice()]; } }).double");
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        assert.deepEqual(await pool.submit(names, 4).result(), [8, "inner", "arrow", "Local"]);
        assert.deepEqual(await pool.submit(method, 4).result(), ["twice", 8]);
        assert.equal(await pool.submit(() => "__name" in globalThis).result(), false);
      });
    });
  });
}
