/** Entry of a worker that is a thread. */
import { parentPort, workerData } from "node:worker_threads";
import type { MessageToWorker, WorkerSetup } from "../pool/messages.js";
import { cloneableInThread } from "../transfer/cloneable.js";
import { startLoop } from "./loop.js";

const port = parentPort;
if (!port) throw new Error("this module is the entry of a pool's thread and cannot be started by hand");

const take = startLoop(workerData as WorkerSetup, {
  send: (message) => port.postMessage(message),
  flush: async () => {}, // a posted message is out of this thread's hands
  cloneable: cloneableInThread,
});
port.on("message", (message: MessageToWorker) => take(message));
