/** Entry of the broker, the thread that holds the channels to the processes of a pool whose own thread may block. */
import { isMainThread, workerData } from "node:worker_threads";
import { announceArrival } from "../blocking.js";
import type { ChannelEnd } from "../pool/transport.js";
import type { BrokerData, EncodedEnd, MessageFromBroker, MessageToBroker } from "../process/brokerMessages.js";
import { type ProcessLink, startProcess } from "../process/processLink.js";
import { cloneableInThread } from "../transfer/cloneable.js";
import { encodeThrown } from "../transfer/errors.js";

if (isMainThread) throw new Error("this module is the entry of a pool's broker and cannot be started by hand");
const { port, arrivals, options, place } = workerData as BrokerData;
const counter = new Int32Array(arrivals);
const links = new Map<number, ProcessLink>();

const tell = (message: MessageFromBroker): void => {
  port.postMessage(message);
  announceArrival(counter);
};

port.on("message", (message: MessageToBroker) => {
  if (message.type === "start") start(message);
  else if (message.type === "kill") links.get(message.worker)?.kill(message.gently);
  else links.get(message.worker)?.post(message.packet);
});

function start({ worker, setup }: MessageToBroker & { type: "start" }): void {
  try {
    const link = startProcess(setup, options, place, {
      packet: (packet) => tell({ type: "packet", worker, packet }),
      output: (stream, text) => tell({ type: "output", worker, stream, text }),
      end(end) {
        links.delete(worker);
        tell({ type: "end", worker, end: encodeEnd(end) });
      },
    });
    links.set(worker, link);
    tell({ type: "started", worker, ...(link.pid === undefined ? {} : { pid: link.pid }) });
  } catch (error) {
    tell({ type: "end", worker, end: encodeEnd({ exitCode: null, error }) });
  }
}

function encodeEnd({ error, ...end }: ChannelEnd): EncodedEnd {
  return error === undefined ? end : { ...end, error: encodeThrown(error, cloneableInThread) };
}
