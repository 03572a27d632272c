import assert from "node:assert/strict";
import { type PoolExecutor, ProcessPoolExecutor, type ProcessPoolOptions, ThreadPoolExecutor, type ThreadPoolOptions } from "concurrent-futures";
import type { Ground } from "../rows/row.js";
import { clusterKeyOf, keysOf, rowOf } from "../table.js";
import { isAboutCluster, withClusters } from "./onCluster.js";

/** Makes a pool of the kind under test. It is shut down after the test; then it must have no worker left. */
export type Make = (options?: ThreadPoolOptions & ProcessPoolOptions) => PoolExecutor;

/** Makes a pool that is nobody's: the test may lose it. */
export const poolOf = (ground: Ground, options?: ThreadPoolOptions & ProcessPoolOptions): PoolExecutor =>
  ground === "threads" ? new ThreadPoolExecutor(options) : new ProcessPoolExecutor(options);

/** ms after which a test counts as a deadlock. Less than the limit of the suite, so that its pools can be ended and named. */
const deadlock = 25_000;

/**
 * The tests of a row of the conformance table: one for each ground that the row names, or one without.
 * @param test gets what makes pools, and the ground; a row about futures alone needs neither.
 * @throws Error if there is no such row, or if the row does not apply.
 */
export function conformance(id: string, test: (make: Make, ground: Ground) => unknown): void {
  const row = rowOf(id);
  if (row.verdict === "N") throw new Error(`${id} does not apply: ${row.note}`);
  if (isAboutCluster) {
    // No row that runs there asks what it is on.
    const runOn = async (make: Make): Promise<void> => void (await test(make, "cluster" as never));
    const key = clusterKeyOf(row);
    if (key) it(`${key}: ${row.asserts}`, () => withClusters((make) => inTime(() => runOn(make))));
    return;
  }
  keysOf(row).forEach((key, i) => {
    it(`${key}: ${row.asserts}${row.note && `; here: ${row.note}`}`, () => onGround(row.grounds[i] ?? "threads", test));
  });
}

async function onGround(ground: Ground, test: (make: Make, ground: Ground) => unknown): Promise<void> {
  const pools: PoolExecutor[] = [];
  const make: Make = (options) => {
    const pool = poolOf(ground, options);
    pools.push(pool);
    return pool;
  };
  try {
    await inTime(async () => {
      await test(make, ground);
      for (const pool of pools) {
        await pool.shutdown();
        assert.deepEqual(pool.workers(), [], "workers are left after shutdown");
      }
    });
  } catch (error) {
    await Promise.allSettled(pools.map(async (pool) => pool.killWorkers())); // settled: the error of the test is the one to tell
    throw error;
  }
}

/** CPython's tests end a deadlock themselves too: a hang must not take the other tests with it. */
async function inTime(act: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`deadlock: not done after ${deadlock} ms`)), deadlock);
  });
  try {
    await Promise.race([act(), expired]);
  } finally {
    clearTimeout(timer);
  }
}
