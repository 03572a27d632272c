import assert from "node:assert/strict";
import { examplesOf } from "../../../src/analysis/examples.js";

const of = (jsDoc: string, name = "fib"): string[] => examplesOf({ name, jsDoc });

describe("examplesOf", () => {
  it("has the arguments of the calls below @example, in order and each once", () => {
    assert.deepEqual(of("Counts.\n@example\nfib(40); // 102334155\nconst x = await fib(1 + 2);\n@example fib(40)"), ["40", "1 + 2"]);
  });

  it("reads fenced code, captions, other tags and text around", () => {
    const text = "@param n how many\n@example <caption>Small</caption>\n```ts\nconsole.log(fib(5));\n```\n@returns fib(9)\n@see fib(10)";
    assert.deepEqual(of(text), ["5"]);
  });

  it("knows methods by their whole name", () => {
    assert.deepEqual(of("@example Shape.area(2)\n@example area(3)", "Shape.area"), ["2", "area(3)"]);
  });

  it("takes the first line of an example that calls nothing as arguments", () => {
    assert.deepEqual(of("@example 40, [1, 2]"), ["40, [1, 2]"]);
    assert.deepEqual(of('@example\n{ deep: true, name: "a, b" }\nmore'), ['{ deep: true, name: "a, b" }']);
  });

  it("leaves out what is neither", () => {
    assert.deepEqual(of("@example run it like this, and wait"), []);
    assert.deepEqual(of("@example"), []);
    assert.deepEqual(of("fib(3)"), []);
    assert.deepEqual(examplesOf({ name: "fib" }), []);
  });

  it("puts arguments over several lines on one", () => {
    assert.deepEqual(of("@example\nfib(\n  [1, // one\n   2],\n  { a: 1 },\n)"), ["[1, 2], { a: 1 },"]);
  });

  it("survives what does not parse", () => assert.deepEqual(of("@example\nconst = ;\nfib(7)"), ["7"]));
});
