// @ts-check
// What the measures of pools ask of a contender, however its library is called.
import { WrongResult } from "../harness.mjs";

/** Workers of every pool: as many as the smallest machine that we measure on has cores. */
export const workers = 2;

/** The function that every pool runs, see there. */
export const taskModule = new URL("../task.mjs", import.meta.url);

/**
 * @typedef {object} OpenPool
 * @property {(n: number) => Promise<number>} one Submits the task and resolves to its result.
 * @property {(count: number) => Promise<number[]>} all Submits the tasks 0 to `count - 1` at once and resolves to their results, in order.
 * @property {() => unknown} close
 * @property {number} [share] Of the tasks of a plan, as many as it is given: less for one that would take minutes.
 */

/** @typedef {import("../harness.mjs").Contender<OpenPool>} PoolContender */

/**
 * @param {string} name
 * @param {import("../harness.mjs").Role} role
 * @param {() => OpenPool | Promise<OpenPool>} open
 * @returns {PoolContender}
 */
export function poolContender(name, role, open) {
  return { name, role, open: async () => checked(await open()), close: (pool) => pool.close() };
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
 */
async function checked(pool) {
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
