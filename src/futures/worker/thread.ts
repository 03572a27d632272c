/** Entry of a worker that is a thread. */
import { isMainThread, workerData } from "node:worker_threads";
import { announceArrival } from "../blocking.js";
import type { MessageFromWorker, MessageToWorker } from "../pool/messages.js";
import { startCall } from "../thread/sharedCall.js";
import type { ThreadData } from "../thread/threadTransport.js";
import { cloneableInThread } from "../transfer/cloneable.js";
import { encodeThrown } from "../transfer/errors.js";
import { startLoop } from "./loop.js";

if (isMainThread) throw new Error("this module is the entry of a pool's thread and cannot be started by hand");
const { setup, port, lifeLine, arrivals, call } = { ...(workerData as ThreadData) };
// User code must not find the pool's channel.
for (const name of Object.keys(workerData)) delete (workerData as Record<string, unknown>)[name];

const counter = new Int32Array(arrivals);
const callState = new Int32Array(call);
const send = (message: MessageFromWorker): void => {
  port.postMessage(message);
  announceArrival(counter);
};

const take = startLoop(setup, {
  send,
  flush: async () => {}, // a posted message is out of this thread's hands
  cloneable: cloneableInThread,
  start: () => startCall(callState),
  ownProcess: false,
});
port.on("message", (message: MessageToWorker) => take(message));
port.on("messageerror", (error) => send({ type: "unreadable", error: encodeThrown(error, cloneableInThread) }));
process.on("exit", (exitCode) => {
  send({ type: "exiting", exitCode });
  lifeLine.close();
});
