import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { analyzeModule } from "../../../src/analysis/analyzeModule.js";

describe("analyzeModule: a file of 5,000 functions", function () {
  this.timeout(30_000);
  const text = Array.from(
    { length: 5000 },
    (_, i) =>
      `/** Number ${i}. */\nexport function f${i}(a: number, b: string = "x"): number {\n  return a > ${i} ? f${i}(a - 1, b) : b.length;\n}\n`,
  ).join("\n");
  const measure = (what: string, input: string): ReturnType<typeof analyzeModule> => {
    const start = performance.now();
    const analysis = analyzeModule(input, "ts");
    console.log(`      ${what}: ${(performance.now() - start).toFixed(0)} ms for ${(input.length / 1024).toFixed(0)} KB`);
    return analysis;
  };

  it("is read whole, with and without an error", () => {
    assert.equal(measure("first", text).functions.length, 5000);
    assert.equal(measure("warm", text).functions.length, 5000);
    const broken = text.replace("return a > 2500", "return a > > 2500");
    const analysis = measure("with an error", broken);
    assert.equal(analysis.functions.length, 5000);
    assert.equal(analysis.problems.length, 1);
  });
});
