import assert from "node:assert/strict";
import { callIn } from "../../../src/analysis/callIn.js";

/** The call in the selection that is marked by `|` and `|`, as `name(arguments)`. */
function callOf(marked: string): string | undefined {
  const [before = "", selected = "", after = ""] = marked.split("|");
  const selection = { start: before.length, end: before.length + selected.length };
  const call = callIn(before + selected + after, "ts", selection);
  return call && `${call.functionName}(${call.argumentsText})`;
}

describe("callIn", () => {
  const cases: readonly [marked: string, call: string | undefined][] = [
    ["|fib(40)|;", "fib(40)"],
    ["|  fib(40) ;\n|", "fib(40)"],
    ["console.log(|fib(40)|);", "fib(40)"],
    ["console.log(|fib(fib(4), [1, 2], { a: 1 })|);", "fib(fib(4), [1, 2], { a: 1 })"],
    ["const x = |await later(5)|;", "later(5)"],
    ["const x = |(await (later(5)))|;", "later(5)"],
    ["const x = |((fib(1)))|;", "fib(1)"],
    ["function outer(n: number) { return |Shape.area(n)| + 1; }", "Shape.area(n)"],
    ['|handlers["on-data"](1)|', 'handlers["on-data"](1)'],
    ['|handlers["data"](1)|', "handlers.data(1)"],
    ["|make<Map<string, (a: number) => void>>(1)|", "make(1)"],
    ["|fib /* (not here) */ ( /* but */ 1 )|", "fib(/* but */ 1)"],
    ["|fib!(1)|", "fib(1)"],
    ["|fib()|", "fib()"],
    ["|fib( /* nothing ( */ )|", "fib(/* nothing ( */)"],
    ["|f(...list, ')')|", "f(...list, ')')"],
    ["|fib(1) + 2|", undefined],
    ["|fib(1)|()", "fib(1)"],
    ["|fib(1)()|", undefined],
    ["|fib|(1)", undefined],
    ["|new Shape(1)|", undefined],
    ["|list[0](1)|", undefined],
    ["|import('x')|", undefined],
    ["|`fib(1)`|", undefined],
    ["||fib(1)", undefined],
    ["const broken = ;\nconst a = |fib(3)|;\nfunction f( {", "fib(3)"],
  ];
  for (const [marked, call] of cases) it(`${JSON.stringify(marked)} is ${call}`, () => assert.equal(callOf(marked), call));
});
