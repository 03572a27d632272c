import assert from "node:assert/strict";
import { analyzeModule } from "../../../src/analysis/analyzeModule.js";
import { functionAt } from "../../../src/analysis/functionAt.js";

describe("functionAt", () => {
  // The cursor is at each `|name|`, which is what must be found; `|-|` is nothing.
  const marked = `|-|import x from "x";
|f|/** Doc|f| */
|f|function f|f|() {
  const inner = () => {|f|};
}|f|
|-|
@dec
class |-|A {
  |-|x = 1;
  |A.m|/** |A.m| */
  static m() {|A.m| }
  |-|
}
const o = {|-| |o.a|a() {}, |o.b|b: () => |o.b|1 |-|};
|g|function g(a: 1): 1;
/** impl |g|*/
function g(a: any) {}|h|function h() {}|h|
|default|export |default|default () => 1;
|-|`;

  const text = marked.replace(/\|[^|]*\|/g, "");
  const analysis = analyzeModule(text, "ts");
  let removed = 0;
  for (const mark of marked.matchAll(/\|([^|]*)\|/g)) {
    const before = text.slice(0, mark.index - removed);
    removed += mark[0].length;
    const position = { line: before.split("\n").length - 1, character: before.length - (before.lastIndexOf("\n") + 1) };
    const expected = mark[1] === "-" ? undefined : mark[1];
    it(`${position.line}:${position.character} is in ${expected}`, () => assert.equal(functionAt(analysis, position)?.name, expected));
  }

  it("finds nothing beyond the text", () => assert.equal(functionAt(analysis, { line: 1000, character: 0 }), undefined));
});
