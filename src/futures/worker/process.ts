/** Entry of a worker that is a process. */
import type { MessageFromWorker, MessageToWorker } from "../pool/messages.js";
import { wakeFrame } from "../process/frames.js";
import { pack, unpack } from "../process/packets.js";
import { addPlain, readPlain } from "../process/plainMessages.js";
import type { ProcessSetup } from "../process/processSetup.js";
import { cloneableInProcess } from "../transfer/cloneable.js";
import { failures } from "./late.js";
import { startLoop } from "./loop.js";
import { ProcessCalls } from "./processCalls.js";
import { Wire } from "./wire.js";

if (!process.send || !process.argv[2]) throw new Error("this module is the entry of a pool's process and cannot be started by hand");

// A terminal sends these to every process of the program. Whether work goes on is for the pool's process to decide: when it ends, so does this one.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});

const answers: ReadonlySet<MessageFromWorker["type"]> = new Set(["result", "chunk", "error"]);
const setup = JSON.parse(process.argv[2]) as ProcessSetup;
const wire = new Wire({
  packet: (packet) => unpack<MessageToWorker>(packet, loop.take, unreadable),
  frame(kind, number, body) {
    if (kind === wakeFrame) {
      calls?.getUp();
      loop.wake();
      return;
    }
    const message = readPlain(kind, number, body);
    if (message) loop.take(message as MessageToWorker);
  },
});
const calls = setup.takesCalls ? new ProcessCalls(wire) : undefined;
const send = (message: MessageFromWorker): void => {
  // A broker passes packets on, and nothing else.
  if (!setup.plainFrames || !addPlain(message, wire)) wire.post(pack(message));
  // With the answer of a call goes what the worker does next, which it knows at once.
  if (!calls || !answers.has(message.type)) wire.flush();
};
const unreadable = (error: unknown, task: number | undefined): void => {
  send({ type: "unreadable", ...(task === undefined ? {} : { task }), error: failures().encodeThrown(error, cloneableInProcess) });
  if (task !== undefined) calls?.tellRest();
};

const loop = startLoop(setup, {
  send,
  flush: () => wire.flushed(),
  cloneable: cloneableInProcess,
  ...(calls ? { calls } : {}),
  ownProcess: true,
});
process.on("exit", () => wire.flush());
// The pool's process is gone, or has let go of this one: nobody waits for results any more.
process.on("disconnect", () => process.exit(0));
