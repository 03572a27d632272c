import assert from "node:assert/strict";
import { pendingOf, rootOf, titlesOf } from "../support/mochaTitles.js";
import { keyOf } from "../support/tableText.js";
import { keysOf, table } from "./table.js";

describe("the fault matrix", () => {
  it("has a test for every fault on every pool that it names, and no test is skipped or stands beside it", function () {
    const root = rootOf((this.test as Mocha.Test).parent as Mocha.Suite);
    const ours = root.suites.filter(({ title }) => title.startsWith("faults: "));
    const found = ours.flatMap(titlesOf).map(keyOf);
    assert.deepEqual(found.toSorted(), table.flatMap(keysOf).toSorted(), "all files of the folder have to be run together");
    assert.deepEqual(ours.flatMap(pendingOf), []);
  });
});
