/** Entry of a worker that is a process. */
import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import { isPacket, pack, unpack } from "../process/packets.js";
import { cloneableInProcess } from "../transfer/cloneable.js";
import { encodeThrown } from "../transfer/errors.js";
import { startLoop } from "./loop.js";

const send = process.send?.bind(process);
if (!send || !process.argv[2]) throw new Error("this module is the entry of a pool's process and cannot be started by hand");

// A terminal sends these to every process of the program. Whether work goes on is for the pool's process to decide: when it ends, so does this one.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});

let unsent = 0;
let drained: (() => void) | undefined;

const tell = (message: MessageFromWorker): void => {
  const packet = pack(message);
  send(packet, undefined, undefined, () => {
    unsent -= 1;
    if (unsent === 0) drained?.();
  });
  unsent += 1;
};

const loop = startLoop(JSON.parse(process.argv[2]) as WorkerSetup, {
  send: tell,
  flush: () => (unsent === 0 ? Promise.resolve() : new Promise((resolve) => (drained = resolve))),
  cloneable: cloneableInProcess,
  ownProcess: true,
});
const unreadable = (error: unknown, task: number | undefined): void =>
  tell({ type: "unreadable", ...(task === undefined ? {} : { task }), error: encodeThrown(error, cloneableInProcess) });
process.on("message", (sent) => {
  if (isPacket(sent)) unpack<MessageToWorker>(sent, loop.take, unreadable);
});
// The pool's process is gone, or has let go of this one: nobody waits for results any more.
process.on("disconnect", () => process.exit(0));
