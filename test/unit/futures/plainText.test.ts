import assert from "node:assert/strict";
import { deserialize } from "node:v8";
import { deserializeValue, serializeValue } from "../../../src/futures/remote.js";
import { isPlainText } from "../../../src/futures/transfer/plainText.js";

describe("values on their way to other machines", () => {
  const plain = [0, 1, -1.5, 1e21, 5e-324, Number.MAX_VALUE, "", "a\0\"'\\\n", "한국어 🎈", "\ud800 alone", true, false, null];
  const other = [
    undefined,
    -0,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    10n,
    new Date(0),
    { a: 1 },
    new Map([[1, 2]]),
    [[1]],
    [undefined],
    [-0],
    new Array(3),
    Object.assign([1], { more: 2 }),
    Object.assign(new Array(1), { more: 2 }),
    new Array(17).fill(0),
    "x".repeat(1_025),
    new Uint8Array([1, 2]),
  ];

  for (const [kind, values] of [
    ["as text", [...plain, [], plain, ["", null]]],
    ["by structured clone", other],
  ] as const)
    it(`arrive as they were, ${kind}`, () => {
      for (const value of values) {
        const bytes = serializeValue(value, "args");
        assert.equal(isPlainText(bytes), kind === "as text");
        const arrived = deserializeValue(bytes);
        assert.deepStrictEqual(arrived, structuredClone(value));
        assert.ok(!Object.is(value, -0) || Object.is(arrived, -0));
      }
    });

  it("are copies: of an array of the program's own class, too", () => {
    class Mine extends Array<number> {}
    const mine = Mine.of(1, 2);
    const arrived = deserializeValue(serializeValue(mine, "args"));
    assert.notEqual(arrived, mine);
    assert.equal(Object.getPrototypeOf(arrived), Array.prototype);
  });

  it("are read from a part of a larger memory", () => {
    const bytes = serializeValue(["ä", 1], "args");
    const memory = Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(3)]);
    assert.deepEqual(deserializeValue(new Uint8Array(memory.buffer, memory.byteOffset + 3, bytes.length)), ["ä", 1]);
  });

  it("are never taken for the other kind", () => assert.throws(() => deserialize(serializeValue(1, "args"))));

  it("are refused if they are neither", () => {
    for (const bytes of [Buffer.from([0]), Buffer.from("\0{"), Buffer.from([1, 2])]) assert.throws(() => deserializeValue(bytes));
  });
});
