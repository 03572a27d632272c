// @ts-check
/** Functions that run in workers, given by reference: tasks(url). */
import { connect } from "node:net";
import v8 from "node:v8";
import vm from "node:vm";
import * as workerThreads from "node:worker_threads";
import { currentTask, TimeoutError } from "concurrent-futures";

/** Changed by `setStatus` in the worker alone. */
let status = "untouched";

/** @param {string} value */
export function setStatus(value) {
  status = value;
}

export const getStatus = () => status;

/** Where this function was loaded from. */
export const ownModule = () => import.meta.url;

export const whoAmI = () => ({
  pid: process.pid,
  threadId: workerThreads.threadId,
  threadName: /** @type {{ threadName?: string }} */ (workerThreads).threadName,
  worker: currentTask()?.worker,
});

/**
 * Says a word at a gate and waits until it is opened.
 * @template T
 * @param {string} address
 * @param {T} word
 * @returns {Promise<T>}
 */
export const waitAtGate = (address, word) => meet(address, word, true);

/**
 * Says a word at a gate, and goes on.
 * @template T
 * @param {string} address
 * @param {T} word
 * @returns {Promise<T>}
 */
export const tell = (address, word) => meet(address, word, false);

/**
 * Waits at a gate for the item 2 alone.
 * @param {string} address
 * @param {number} item
 */
export const waitAtGateOnTwo = (address, item) => (item === 2 ? waitAtGate(address, item) : item);

/** @param {string} address */
export async function failAtGate(address) {
  await waitAtGate(address, "about to fail");
  throw new Error("this is an exception");
}

/** @param {string} address */
export async function exitAtGate(address) {
  await waitAtGate(address, "about to exit");
  process.exit(1);
}

/**
 * Says "started" at a gate, and "finished" once it has been opened.
 * @param {string} address
 */
export async function startAndFinish(address) {
  await waitAtGate(address, "started");
  await tell(address, "finished");
}

/**
 * Says at a gate when this process is asked to end, and ends in its own way.
 * @param {string} address
 */
export async function hearSigterm(address) {
  process.once("SIGTERM", () => void tell(address, "SIGTERM").then(() => process.exit(7)));
  await waitAtGate(address, "started");
}

/** @type {WeakRef<object> | undefined} */
let remembered;

/** @param {object} argument */
export function remember(argument) {
  remembered = new WeakRef(argument);
}

/** Whether the argument of the task before has been collected in this worker. */
export async function isForgotten() {
  v8.setFlagsFromString("--expose-gc");
  const collectGarbage = vm.runInNewContext("gc");
  for (let i = 0; i < 100 && remembered?.deref() !== undefined; i += 1) {
    await new Promise((resolve) => setImmediate(resolve)); // a WeakRef holds its object until the end of the turn
    collectGarbage();
  }
  return remembered !== undefined && remembered.deref() === undefined;
}

/** The line of the throw is looked for in the stack. */
export function failHere() {
  throw new RangeError("123", { cause: new TypeError("the reason") });
}

/** @param {number} item */
export function timeoutOnOne(item) {
  if (item === 1) throw new TimeoutError("of the task itself");
  return item;
}

/**
 * @template T
 * @param {string} address
 * @param {T} word
 * @param {boolean} wait
 * @returns {Promise<T>}
 */
function meet(address, word, wait) {
  return new Promise((resolve, reject) => {
    const socket = connect(address, () => socket.write(`${JSON.stringify({ word, wait })}\n`));
    socket.on("error", reject);
    socket.resume().on("end", () => resolve(word));
  });
}
