import assert from "node:assert/strict";
import { pendingOf, rootOf, titlesOf } from "../support/mochaTitles.js";
import { keyOf } from "../support/tableText.js";
import { notOnCluster } from "./rows/cluster.js";
import { isAboutCluster } from "./support/onCluster.js";
import { clusterKeyOf, keysOf, rowOf, table } from "./table.js";

describe("the conformance table", () => {
  it("has a row for each of CPython's 155 tests, as many a file as that file has", () => {
    const counts: Record<string, number> = {};
    for (const { file } of table) counts[file] = (counts[file] ?? 0) + 1;
    assert.deepEqual(counts, {
      test_future: 21,
      test_wait: 9,
      test_as_completed: 5,
      executor: 21,
      test_thread_pool: 7,
      test_init: 4,
      test_shutdown: 20,
      test_process_pool: 27,
      test_deadlock: 16,
      test_interpreter_pool: 25,
    });
    assert.equal(table.length, 155);
    assert.equal(new Set(table.map(({ id }) => id)).size, table.length);
  });

  it("says of each adapted row how, and of each row that does not apply why", () => {
    assert.deepEqual(
      table.filter(({ verdict, note }) => (verdict === "A") !== (note === "")),
      [],
    );
  });

  it("says of each row about executors that cannot hold on a cluster why", () => {
    for (const [id, reason] of Object.entries(notOnCluster)) {
      assert.ok(rowOf(id).grounds.length > 0, `${id} is about futures alone`);
      assert.ok(reason.length > 20);
    }
  });

  it("has a test for every row that applies, on every ground that the row names, and no test is skipped or stands beside it", function () {
    const root = rootOf((this.test as Mocha.Test).parent as Mocha.Suite);
    const wanted = isAboutCluster ? table.flatMap((row) => clusterKeyOf(row) ?? []) : table.flatMap(keysOf);
    const found = titlesOf(root)
      .map(keyOf)
      .filter((key) => /^\w+\.\w/.test(key));
    const missing = wanted.filter((key) => !found.includes(key));
    assert.ok(missing.length === 0, `all files of the folder have to be run together; no test for: ${missing.join(", ")}`);
    assert.deepEqual(found.toSorted(), wanted.toSorted(), "tests beside the table, or twice");
    assert.deepEqual(pendingOf(root), []);
  });
});
