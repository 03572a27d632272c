import assert from "node:assert/strict";
import { areOutcomes, decodeOutcomes } from "../../../src/futures/pool/chunks.js";
import { cloneableInThread } from "../../../src/futures/transfer/cloneable.js";
import { encodeThrown } from "../../../src/futures/transfer/errors.js";

const failed = encodeThrown(new RangeError("failed"), cloneableInThread);

describe("the outcomes of a chunk", () => {
  it("are put in order with those of the calls that were not sent", () => {
    const refused = new Map([
      [0, "a"],
      [2, "b"],
      [4, "c"],
    ]);
    const { values, errors } = decodeOutcomes({ values: [1, undefined], errors: [[1, failed]] }, refused);
    assert.deepEqual(values, [undefined, 1, undefined, undefined, undefined]);
    assert.deepEqual(
      [0, 1, 2, 4].map((place) => errors?.get(place)),
      ["a", undefined, "b", "c"],
    );
    assert.ok(errors?.get(3) instanceof RangeError);
  });

  it("tell the errors by their places if everything was sent", () => {
    const { values, errors } = decodeOutcomes({ values: [1, undefined, 3], errors: [[1, failed]] });
    assert.deepEqual(values, [1, undefined, 3]);
    assert.deepEqual([...(errors?.keys() ?? [])], [1]);
    assert.equal(decodeOutcomes({ values: [1] }).errors, undefined);
  });

  it("are believed only in their form and number", () => {
    assert.equal(areOutcomes({ values: [1, 2] }, 2), true);
    assert.equal(areOutcomes({ values: [1, undefined], errors: [[1, failed]] }, 2), true);
    assert.equal(areOutcomes({ values: [] }, 0), true);
    for (const values of [undefined, null, 5, {}, [1], [1, 2, 3]]) assert.equal(areOutcomes({ values }, 2), false, JSON.stringify(values));
    for (const errors of [null, 5, {}, [1], [[2, failed]], [[-1, failed]], [["0", failed]], [[0.5, failed]]])
      assert.equal(areOutcomes({ values: [1, 2], errors }, 2), false, JSON.stringify(errors));
  });
});
