import assert from "node:assert/strict";
import { areOutcomes, decodeOutcomes } from "../../../src/futures/pool/chunks.js";
import { cloneableInThread } from "../../../src/futures/transfer/cloneable.js";
import { encodeThrown } from "../../../src/futures/transfer/errors.js";

const value = (n: number) => ({ kind: "value", value: n }) as const;

describe("the outcomes of a chunk", () => {
  it("are put in order with those of the calls that were not sent", () => {
    const failed = { kind: "error", error: encodeThrown(new RangeError("failed"), cloneableInThread) } as const;
    const outcomes = decodeOutcomes(
      [value(1), failed],
      new Map([
        [0, "a"],
        [2, "b"],
        [4, "c"],
      ]),
    );
    assert.deepEqual(
      outcomes.map((one) => one.kind),
      ["error", "value", "error", "error", "error"],
    );
    assert.deepEqual(
      [outcomes[0], outcomes[1], outcomes[2], outcomes[4]],
      [{ kind: "error", error: "a" }, value(1), { kind: "error", error: "b" }, { kind: "error", error: "c" }],
    );
    assert.ok((outcomes[3] as { error: unknown }).error instanceof RangeError);
  });

  it("are believed only in their form and number", () => {
    assert.equal(areOutcomes([value(1), value(2)], 2), true);
    assert.equal(areOutcomes([], 0), true);
    for (const told of [undefined, null, 5, {}, [value(1)], [value(1), null], [value(1), undefined], [value(1), {}], [value(1), 5]])
      assert.equal(areOutcomes(told, 2), false, JSON.stringify(told));
  });
});
