import assert from "node:assert/strict";
import { EndedTasks } from "../../../src/cluster/worker/endedTasks.js";

describe("ended tasks", () => {
  it("are remembered, the newest of very many", () => {
    const ended = new EndedTasks();
    ended.add("first", Date.now() + 3_600_000);
    assert.equal(ended.has("first"), true);
    assert.equal(ended.has("another"), false);
    for (let n = 0; n < 200_000; n += 1) ended.add(`task-${n}`, Date.now() + 3_600_000);
    assert.equal(ended.has("first"), false);
    assert.equal(ended.has("task-0"), true);
    assert.equal(ended.has("task-199999"), true);
  });
});
