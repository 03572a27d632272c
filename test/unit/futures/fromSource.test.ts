import assert from "node:assert/strict";
import { fromSource } from "../../../src/futures/worker/source.js";

const evaluated = (source: string): ((...args: unknown[]) => unknown) => fromSource({ kind: "source", source, name: "sent" });

describe("the source text of a function", () => {
  it("may be that of a generator or of a generator method, private or not", async () => {
    const sources = ["function* () { yield 1; yield 2; }", "*pair() { yield 1; yield 2; }", "*#pair() { yield 1; yield 2; }"];
    for (const source of sources) assert.deepEqual([...(evaluated(source)() as Iterable<number>)], [1, 2], source);
    for (const source of [
      "async function* () { yield 1; }",
      "async *one() { yield 1; }",
      "async *#one() { yield 1; }",
      "async * [`one`]() { yield 1; }",
    ]) {
      const values: unknown[] = [];
      for await (const value of evaluated(source)() as AsyncIterable<number>) values.push(value);
      assert.deepEqual(values, [1], source);
    }
  });

  it("may be that of a method with the name of a keyword", () => {
    for (const source of [
      "get() { return 1; }",
      "static() { return 1; }",
      "async() { return 1; }",
      "function() { return 1; }",
      "new() { return 1; }",
    ])
      assert.equal(evaluated(source)(), 1, source);
  });

  it("may call the helper for names by the number that a bundler gave it", () => {
    assert.equal(evaluated('() => { const f = __name2(() => 1, "kept"); return f.name; }')(), "kept");
  });

  it("that is none is refused with what is wrong in it", () => {
    assert.throws(() => evaluated("1 + 1"), { name: "SyntaxError", message: "the source of sent is not that of a function" });
    assert.throws(() => evaluated("() => {"), SyntaxError);
    assert.throws(() => evaluated("method() { return this.#hidden; }"), SyntaxError);
  });
});
