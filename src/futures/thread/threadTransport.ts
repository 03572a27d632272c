import { type Transferable, Worker, type WorkerOptions } from "node:worker_threads";
import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "../pool/messages.js";
import type { Channel, ChannelEvents, Transport } from "../pool/transport.js";
import { cloneableInThread } from "../transfer/cloneable.js";
import type { ThreadPoolOptions } from "./threadPoolOptions.js";

/** Beside the built library; this module is bundled into its index. */
const entry = new URL("./worker/thread.js", import.meta.url);

/** Workers that are threads of this process. */
export class ThreadTransport implements Transport {
  readonly kind = "thread";
  readonly cloneable = cloneableInThread;
  readonly #options: ThreadPoolOptions;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  start(setup: WorkerSetup, events: ChannelEvents): Channel {
    const { resourceLimits, execArgv } = this.#options;
    const options: WorkerOptions = { name: setup.worker, workerData: setup };
    if (resourceLimits) options.resourceLimits = resourceLimits;
    if (execArgv) options.execArgv = [...execArgv];
    const worker = new Worker(entryFor(process.execArgv), options);
    let failure: unknown;
    worker.on("message", (message: MessageFromWorker) => events.message(message));
    worker.on("messageerror", (error) => events.unreadable(error));
    worker.on("error", (error) => (failure = error));
    // Node delivers what the thread had posted before it emits this.
    worker.on("exit", (exitCode) => events.end({ exitCode, ...(failure === undefined ? {} : { error: failure }) }));
    return {
      get threadId() {
        return worker.threadId;
      },
      send: (message: MessageToWorker, transfer?: readonly object[]) => worker.postMessage(message, transfer as readonly Transferable[] | undefined),
      kill: () => void worker.terminate(),
      hold: (held) => (held ? worker.ref() : worker.unref()),
    };
  }
}

/** A program given on the command line with `--input-type` may have no file as the entry of a thread, but a text that imports the file. */
function entryFor(execArgv: readonly string[]): URL {
  const byText = execArgv.some((option) => option.startsWith("--input-type"));
  return byText ? new URL(`data:text/javascript,import ${JSON.stringify(entry.href)}`) : entry;
}
