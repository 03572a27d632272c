/** Entry of a worker that is a thread. */
import { isMainThread, workerData } from "node:worker_threads";
import { announceArrival } from "../blocking.js";
import type { MessageFromWorker, MessageToWorker } from "../pool/messages.js";
import { Claims } from "../thread/claims.js";
import { startCall } from "../thread/sharedCall.js";
import { type Bell, bell, type ThreadData } from "../thread/threadTransport.js";
import { WorkerDesk } from "../thread/workerDesk.js";
import { cloneableInThread } from "../transfer/cloneable.js";
import { failures } from "./late.js";
import { startLoop } from "./loop.js";
import { ThreadCalls } from "./threadCalls.js";

/** ms after which a task finds standard input at its end. */
const stdinEndsBy = 10;

if (isMainThread) throw new Error("this module is the entry of a pool's thread and cannot be started by hand");
const { setup, port, lifeLine, arrivals, calls, memory } = { ...(workerData as ThreadData) };
// User code must not find the pool's channel.
for (const name of Object.keys(workerData)) delete (workerData as Record<string, unknown>)[name];

const counter = new Int32Array(arrivals);
const desk = new WorkerDesk(memory);
const directCall = desk.directCall;
const send = (message: MessageFromWorker): void => {
  port.postMessage(message);
  desk.hasPosted();
  announceArrival(counter);
};
const ring = (): void => {
  port.postMessage(bell);
  announceArrival(counter);
};

const loop = startLoop(setup, {
  send,
  flush: async () => {}, // a posted message is out of this thread's hands
  cloneable: cloneableInThread,
  start: () => startCall(directCall),
  calls: new ThreadCalls(new Claims(calls, setup.place), desk, ring, setup.alone === true),
  ownProcess: false,
});
port.on("message", (message: MessageToWorker | Bell) => (message === bell ? loop.wake() : loop.take(message)));
port.on("messageerror", (error) => send({ type: "unreadable", error: failures().encodeThrown(error, cloneableInThread) }));
process.on("exit", (exitCode) => {
  send({ type: "exiting", exitCode });
  lifeLine.close();
});
setTimeout(() => process.stdin.push(null), stdinEndsBy);
