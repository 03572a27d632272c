// What the tasks of a random walk do, in their worker. Each first leaves a mark on the board: it has started.
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A call of a walk.
 * @typedef {object} Call
 * @property {number} n Which of the walk.
 * @property {number} gate The gate it waits at, if it waits.
 * @property {SharedArrayBuffer} [cells] The board of threads: the marks left so far, then a cell for each gate, then one for each call, then the call that has started twice, or -1.
 * @property {number} gates How many gates there are.
 * @property {string} [folder] The board of processes: a file "starts" with a line for each mark, and a file for each open gate.
 */

/** @param {Call} call */
function start({ n, cells, gates, folder }) {
  if (!cells) return appendFileSync(`${folder}/starts`, `${n}\n`);
  const board = new Int32Array(cells);
  const before = Atomics.exchange(board, 1 + gates + n, Atomics.add(board, 0, 1) + 1);
  if (before > 0) Atomics.store(board, board.length - 1, n);
}

/** @param {Call} call */
const isOpen = ({ cells, folder, gate }) => (cells ? Atomics.load(new Int32Array(cells), 1 + gate) === 1 : existsSync(`${folder}/gate-${gate}`));

/** @param {Call} call */
export function returns(call) {
  start(call);
  return call.n * 2;
}

/** @param {Call} call */
export function throws(call) {
  start(call);
  throw new RangeError(`task ${call.n}`);
}

/** @param {Call} call */
export async function later(call) {
  start(call);
  await sleep(1);
  return call.n * 2;
}

/**
 * Hears nothing until the gate opens.
 * @param {Call} call
 */
export async function blocks(call) {
  start(call);
  if (call.cells) Atomics.wait(new Int32Array(call.cells), 1 + call.gate, 0);
  while (!isOpen(call)) await sleep(2);
  return "opened";
}

/**
 * Waits for the gate, or for the signal to stop.
 * @param {Call} call
 */
export async function heeds(call) {
  start(call);
  // Here and not above: to load the library takes longer than to start a thread, and few tasks need it.
  const { currentTask } = await import("concurrent-futures");
  const signal = currentTask()?.signal;
  while (!isOpen(call)) {
    if (signal?.aborted) return "stopped";
    await sleep(2);
  }
  return "opened";
}

/**
 * @param {Call} call
 * @returns {never}
 */
export function exits(call) {
  start(call);
  process.exit(3);
}

/** @param {Call} call */
export async function* yields(call) {
  start(call);
  for (const step of [0, 1, 2]) yield step;
  return call.n * 2;
}

/**
 * Every fifth fails, and every third takes its time.
 * @param {Call} call
 */
export async function item(call) {
  start(call);
  if (call.n % 3 === 1) await sleep(3);
  if (call.n % 5 === 4) throw new RangeError(`task ${call.n}`);
  return call.n * 2;
}
