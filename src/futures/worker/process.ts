/** Entry of a worker that is a process. */
import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import { cloneableInProcess } from "../transfer/cloneable.js";
import { startLoop } from "./loop.js";

const send = process.send?.bind(process);
if (!send || !process.argv[2]) throw new Error("this module is the entry of a pool's process and cannot be started by hand");

// A terminal sends these to every process of the program. Whether work goes on is for the pool's process to decide: when it ends, so does this one.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});

let unsent = 0;
let drained: (() => void) | undefined;

const take = startLoop(JSON.parse(process.argv[2]) as WorkerSetup, {
  send(message: MessageFromWorker) {
    send(message, undefined, undefined, () => {
      unsent -= 1;
      if (unsent === 0) drained?.();
    });
    unsent += 1; // after send: what structured clone refuses throws and was never under way
  },
  flush: () => (unsent === 0 ? Promise.resolve() : new Promise((resolve) => (drained = resolve))),
  cloneable: cloneableInProcess,
  ownProcess: true,
});
process.on("message", (message: MessageToWorker) => take(message));
// The pool's process is gone, or has let go of this one: nobody waits for results any more.
process.on("disconnect", () => process.exit(0));
