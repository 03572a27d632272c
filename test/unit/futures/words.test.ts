import assert from "node:assert/strict";
import { refused, WordReader, wordMemory, writeValue } from "../../../src/futures/transfer/words.js";

const memory = wordMemory(new ArrayBuffer(4096));
const end = memory.words.length;

/** What arrives of a value that is written at some odd place; `undefined` in a box, if it is refused. */
function sent(value: unknown, room = end): { readonly value: unknown } | undefined {
  const after = writeValue(memory, 3, room, value);
  if (after === refused) return undefined;
  assert.ok(after <= room);
  const reader = new WordReader(memory);
  reader.at = 3;
  const arrived = { value: reader.value() };
  assert.equal(reader.at, after, "reads what was written, and no more");
  return arrived;
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe("values as words", () => {
  it("arrive as structured clone would have made them", () => {
    const numbers = [0, -0, 1, -1, 2 ** 27 - 1, 2 ** 27, -(2 ** 27), -(2 ** 27) - 1, 2 ** 31, 2 ** 53, 0.1, Number.NaN, Infinity, -Infinity, 5e-324];
    const strings = ["", "a", "é", "ÿ", "Ā", "日本語", "👩‍🚀", "\ud800", "\0", "x".repeat(23), "x".repeat(24), "x".repeat(25), "é".repeat(300)];
    const values = [undefined, null, true, false, ...numbers, ...strings, [], {}, [[], {}], { a: undefined }, [undefined], { "": { b: [null, -0] } }];
    for (const value of [...values, values, { values }]) assert.deepStrictEqual(sent(value)?.value, structuredClone(value));
  });

  it("keep the order of properties, whatever it is", () => {
    const value = { b: 1, 7: 2, a: 3, 0: 4 };
    assert.deepEqual(Object.keys(sent(value)?.value as object), Object.keys(value));
  });

  it("do not change with what was written before", () => {
    for (let n = 0; n < 500; n += 1) {
      const value = { n: n * 1.5, text: String.fromCharCode(n).repeat(n % 30), list: Array.from({ length: n % 9 }, (_, i) => i - n) };
      assert.deepStrictEqual(sent(value)?.value, value);
    }
  });

  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const twice = { a: 1 };
  const withGetter = Object.defineProperty({}, "boom", {
    enumerable: true,
    get() {
      throw new Error("a getter");
    },
  });
  const refusals: readonly (readonly [what: string, value: unknown])[] = [
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a bigint", 1n],
    ["a Date", new Date(0)],
    ["a Map", new Map()],
    ["a RegExp", /a/],
    ["an error", new Error("e")],
    ["a typed array", new Uint8Array(3)],
    ["an instance of a class", new (class Point {})()],
    ["an object without a prototype", Object.create(null)],
    ["a boxed number", Object(1)],
    ["an array with a hole", Array.from({ length: 3 }).fill(1, 0, 1).concat(new Array(1))],
    ["an array with a property of its own", Object.assign([1], { name: "n" })],
    ["an array of a class", new (class List extends Array {})()],
    ["a value within itself", cycle],
    ["an object that comes twice", [twice, twice]],
    ["a proxy", new Proxy({}, {})],
    ["a getter that throws", withGetter],
    ["a property called __proto__", JSON.parse('{"__proto__": 1}')],
    ["more than a small array", Array.from({ length: 65 }, () => 0)],
    ["more nesting than goes without a stack", nested(40)],
    ["something of these deep inside", { a: [{ b: () => 1 }] }],
  ];
  for (const [what, value] of refusals)
    it(`refuses ${what}, and takes the next value all the same`, () => {
      assert.equal(sent(value), undefined);
      assert.deepStrictEqual(sent({ next: [1, "2"] })?.value, { next: [1, "2"] });
    });

  it("refuses what there is no room for, and writes nothing beyond", () => {
    for (const value of [1, 0.5, "abcde", "日本", [1, 2, 3], { key: "value" }]) {
      const length = writeValue(memory, 3, end, value) - 3;
      for (let room = 0; room < length + 4; room += 1) {
        memory.words.fill(-1);
        const arrived = sent(value, 3 + room);
        if (room < length) assert.equal(arrived, undefined, `${JSON.stringify(value)} in ${room} words`);
        else if (arrived) assert.deepStrictEqual(arrived.value, value);
        assert.ok(memory.words.subarray(3 + room).every((word) => word === -1));
      }
      assert.deepStrictEqual(sent(value)?.value, value);
    }
  });
});
