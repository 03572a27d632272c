import type { MessagePort, Worker, WorkerOptions } from "node:worker_threads";
import { arrivalsBuffer } from "../blocking.js";
import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import type { Channel, ChannelEvents, Transport } from "../pool/transport.js";
import { cloneableInThread } from "../transfer/cloneable.js";
import { startThread } from "../worker/entries.js";
import { sharedCall } from "./sharedCall.js";
import { SyncPort } from "./syncPort.js";
import type { ThreadPoolOptions } from "./threadPoolOptions.js";

/** What a thread knows from its start. */
export interface ThreadData {
  readonly setup: WorkerSetup;
  readonly port: MessagePort;
  readonly lifeLine: MessagePort;
  readonly arrivals: SharedArrayBuffer;
  readonly call: SharedArrayBuffer;
}

/** Workers that are threads of this process. */
export class ThreadTransport implements Transport {
  readonly kind = "thread";
  readonly cloneable = cloneableInThread;
  readonly #options: ThreadPoolOptions;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  start(setup: WorkerSetup, events: ChannelEvents): Channel {
    const port = new SyncPort<MessageFromWorker, MessageToWorker>();
    const call = new SharedArrayBuffer(4);
    const worker = this.#start({ setup, ...port.theirs, arrivals: arrivalsBuffer, call });
    let exiting: number | null = null;
    port.attach(worker, {
      message(message) {
        if (message?.type === "exiting") exiting = message.exitCode;
        else events.message(message);
      },
      unreadable: (error) => events.unreadable(error),
      end: (exitCode, failure) => events.end({ exitCode, ...(failure === undefined ? {} : { error: failure }) }),
    });
    return {
      get threadId() {
        return worker.threadId;
      },
      call: sharedCall(call),
      send: (message, transfer) => port.post(message, transfer),
      drain: () => port.drain(() => exiting),
      kill: () => void worker.terminate(),
      hold: (held) => port.hold(held),
    };
  }

  #start(workerData: ThreadData): Worker {
    const { resourceLimits, execArgv } = this.#options;
    const options: WorkerOptions = { name: workerData.setup.worker, workerData, transferList: [workerData.port, workerData.lifeLine] };
    if (resourceLimits) options.resourceLimits = resourceLimits;
    if (execArgv) options.execArgv = [...execArgv];
    return startThread("thread", options);
  }
}
