/** Entry of a worker that is a process. */
import type { MessageFromWorker, MessageToWorker } from "../pool/messages.js";
import { pack, unpack } from "../process/packets.js";
import type { ProcessSetup } from "../process/processLink.js";
import { cloneableInProcess } from "../transfer/cloneable.js";
import { encodeThrown } from "../transfer/errors.js";
import { startLoop } from "./loop.js";
import { Wire } from "./wire.js";

if (!process.send || !process.argv[2]) throw new Error("this module is the entry of a pool's process and cannot be started by hand");

// A terminal sends these to every process of the program. Whether work goes on is for the pool's process to decide: when it ends, so does this one.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});

const wire = new Wire({
  packet: (packet) => unpack<MessageToWorker>(packet, loop.take, unreadable),
  frame: () => {},
});
const send = (message: MessageFromWorker): void => wire.post(pack(message));
const unreadable = (error: unknown, task: number | undefined): void =>
  send({ type: "unreadable", ...(task === undefined ? {} : { task }), error: encodeThrown(error, cloneableInProcess) });

const loop = startLoop(JSON.parse(process.argv[2]) as ProcessSetup, {
  send,
  flush: () => wire.flushed(),
  cloneable: cloneableInProcess,
  ownProcess: true,
});
// The pool's process is gone, or has let go of this one: nobody waits for results any more.
process.on("disconnect", () => process.exit(0));
