import assert from "node:assert/strict";
import { CodeStore } from "../../../src/futures/worker/code/codeStore.js";

describe("the code that workers are given", () => {
  const code = { text: Buffer.from("text"), data: Buffer.from("data") };

  it("is asked for of one worker, and given to those that come after it", () => {
    const store = new CodeStore();
    assert.equal(store.give({}), "wanted");
    assert.equal(store.give({}), undefined);
    store.keep(code);
    assert.equal(store.give({}), code);
  });

  it("is asked for of another when that one has ended without", () => {
    const store = new CodeStore();
    const [first, second] = [{}, {}];
    store.give(first);
    store.give(second);
    store.ended(second);
    assert.equal(store.give({}), undefined);
    store.ended(first);
    assert.equal(store.give(second), "wanted");
    store.keep(code);
    store.ended(second);
    assert.equal(store.give({}), code);
  });
});
