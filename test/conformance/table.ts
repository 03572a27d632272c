/** CPython's own tests of `concurrent.futures`, row by row, and what became of each here. */

import { notOnCluster } from "./rows/cluster.js";
import { executor } from "./rows/executor.js";
import type { Row } from "./rows/row.js";
import { testAsCompleted } from "./rows/test_as_completed.js";
import { testDeadlock } from "./rows/test_deadlock.js";
import { testFuture } from "./rows/test_future.js";
import { testInit } from "./rows/test_init.js";
import { testInterpreterPool } from "./rows/test_interpreter_pool.js";
import { testProcessPool } from "./rows/test_process_pool.js";
import { testShutdown } from "./rows/test_shutdown.js";
import { testThreadPool } from "./rows/test_thread_pool.js";
import { testWait } from "./rows/test_wait.js";

export const table: readonly Row[] = [
  ...testFuture,
  ...testWait,
  ...testAsCompleted,
  ...executor,
  ...testThreadPool,
  ...testInit,
  ...testShutdown,
  ...testProcessPool,
  ...testDeadlock,
  ...testInterpreterPool,
];

/** By what a row's tests are known: one for each ground, or one for a row without. */
export const keysOf = (row: Row): string[] => {
  if (row.verdict === "N") return [];
  return row.grounds.length === 0 ? [row.id] : row.grounds.map((ground) => `${row.id} [${ground}]`);
};

/** By what the test of a row on a cluster is known; `undefined` if it has none: the row is about futures alone, or cannot hold there. */
export const clusterKeyOf = (row: Row): string | undefined =>
  row.verdict === "N" || row.grounds.length === 0 || row.id in notOnCluster ? undefined : `${row.id} [cluster]`;

/** @throws Error if there is no row of this id: a test must not stand beside the table. */
export function rowOf(id: string): Row {
  const row = table.find((candidate) => candidate.id === id);
  if (!row) throw new Error(`the conformance table has no row ${id}`);
  return row;
}
