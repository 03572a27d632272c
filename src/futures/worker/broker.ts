/** Entry of the broker, the thread that holds the channels to the processes of a pool whose own thread may block. */
import v8 from "node:v8";
import { isMainThread, workerData } from "node:worker_threads";
import { announceArrival } from "../blocking.js";
import type { MessageToWorker } from "../pool/messages.js";
import type { Channel, ChannelEnd } from "../pool/transport.js";
import type { BrokerData, EncodedEnd, MessageFromBroker, MessageToBroker } from "../process/brokerMessages.js";
import { ProcessTransport } from "../process/processTransport.js";
import { cloneableInThread } from "../transfer/cloneable.js";
import { encodeThrown } from "../transfer/errors.js";

if (isMainThread) throw new Error("this module is the entry of a pool's broker and cannot be started by hand");
const { port, arrivals, options, place } = workerData as BrokerData;
const counter = new Int32Array(arrivals);
const transport = new ProcessTransport(options, place);
const channels = new Map<number, Channel>();

const tell = (message: MessageFromBroker): void => {
  port.postMessage(message);
  announceArrival(counter);
};

port.on("message", (message: MessageToBroker) => {
  if (message.type === "start") start(message);
  else if (message.type === "kill") channels.get(message.worker)?.kill(message.gently);
  else channels.get(message.worker)?.send(v8.deserialize(message.message) as MessageToWorker);
});

function start({ worker, setup }: MessageToBroker & { type: "start" }): void {
  try {
    const channel = transport.start(setup, {
      message: (message) => tell({ type: "message", worker, message }),
      unreadable: (error) => tell({ type: "unreadable", worker, error: encodeThrown(error, cloneableInThread) }),
      end(end) {
        channels.delete(worker);
        tell({ type: "end", worker, end: encodeEnd(end) });
      },
    });
    channels.set(worker, channel);
    tell({ type: "started", worker, ...(channel.pid === undefined ? {} : { pid: channel.pid }) });
  } catch (error) {
    tell({ type: "end", worker, end: encodeEnd({ exitCode: null, error }) });
  }
}

function encodeEnd({ error, ...end }: ChannelEnd): EncodedEnd {
  return error === undefined ? end : { ...end, error: encodeThrown(error, cloneableInThread) };
}
