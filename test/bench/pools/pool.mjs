// @ts-check
// What the measures of pools ask of a contender, however its library is called.
import { WrongResult } from "../harness.mjs";

/** Workers of a pool, unless a chart says otherwise: as many as the smallest machine that we measure on has cores. */
export const usualWorkers = 2;

/** The function that every pool runs, see there. */
export const taskModule = new URL("../task.mjs", import.meta.url);

/**
 * @typedef {object} OpenPool
 * @property {(n: number) => Promise<number>} one Submits the task and resolves to its result.
 * @property {(count: number) => Promise<number[]>} all Submits the tasks 0 to `count - 1` at once and resolves to their results, in order.
 * @property {(us: number) => Promise<number>} [busy] Submits a task that works for so many µs, and resolves to that number.
 * @property {() => unknown} close
 * @property {number} [share] Of the tasks of a plan, as many as it is given: less for one that would take minutes.
 */

/** @typedef {import("../harness.mjs").Contender<OpenPool> & { withWorkers: (workers: number) => PoolContender }} PoolContender */

/**
 * @param {string} name
 * @param {import("../harness.mjs").Role} role
 * @param {(workers: number) => OpenPool | Promise<OpenPool>} open
 * @returns {PoolContender}
 */
export function poolContender(name, role, open, workers = usualWorkers) {
  return {
    name,
    role,
    open: async () => checked(await open(workers), workers),
    close: (pool) => pool.close(),
    withWorkers: (number) => poolContender(name, role, open, number),
  };
}

/**
 * @param {(n: number) => Promise<number>} one
 * @returns {(count: number) => Promise<number[]>}
 */
export function allOf(one) {
  return (count) => {
    const results = new Array(count);
    for (let n = 0; n < count; n += 1) results[n] = one(n);
    return Promise.all(results);
  };
}

/**
 * Every worker is up, and has loaded the function, before anything is timed.
 * @param {OpenPool} pool
 * @param {number} workers
 */
async function checked(pool, workers) {
  checkAll(await pool.all(100 * workers));
  return pool;
}

/**
 * @param {readonly number[]} results
 * @throws {WrongResult} If one is not its own index.
 */
export function checkAll(results) {
  for (let n = 0; n < results.length; n += 1) if (results[n] !== n) throw new WrongResult(`task ${n} gave ${results[n]}`);
}
