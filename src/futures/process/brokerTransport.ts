import type { Worker } from "node:worker_threads";
import { arrivalsBuffer } from "../blocking.js";
import type { MessageFromWorker, WorkerSetup } from "../pool/messages.js";
import type { Channel, ChannelEvents, Transport } from "../pool/transport.js";
import { SyncPort } from "../thread/syncPort.js";
import { cloneableInProcess } from "../transfer/cloneable.js";
import { decodeThrown } from "../transfer/errors.js";
import { startThread } from "../worker/entries.js";
import type { BrokerData, EncodedEnd, MessageFromBroker, MessageToBroker } from "./brokerMessages.js";
import { inheritedOptions } from "./inheritedOptions.js";
import { pack, unpack } from "./packets.js";
import { placeOfPool } from "./processPlace.js";
import type { ProcessPoolOptions } from "./processPoolOptions.js";

/** A process as this side of the broker knows it. */
interface Remote {
  readonly events: ChannelEvents;
  pid: number | undefined;
}

interface Broker {
  readonly thread: Worker;
  readonly port: SyncPort<MessageFromBroker, MessageToBroker>;
}

/**
 * Workers that are processes, with a thread between them and the pool, the broker: it has an event loop to read their channels with while the
 * pool's own thread blocks.
 *
 *   pool's thread ── SyncPort ──► broker ── IPC channel ──► process
 */
export class BrokerTransport implements Transport {
  readonly kind = "process";
  readonly cloneable = cloneableInProcess;
  readonly #options: ProcessPoolOptions;
  readonly #remotes = new Map<number, Remote>();
  readonly #held = new Set<number>();
  #broker: Broker | undefined;
  #started = 0;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  start(setup: WorkerSetup, events: ChannelEvents): Channel {
    this.#broker ??= this.#startBroker();
    const { port } = this.#broker;
    const worker = this.#started++;
    const remote: Remote = { events, pid: undefined };
    this.#remotes.set(worker, remote);
    port.post({ type: "start", worker, setup });
    return {
      get pid() {
        return remote.pid;
      },
      send: (message) => port.post({ type: "post", worker, packet: pack(message) }),
      drain: () => port.drain(() => null),
      freeze: () => false, // the broker would answer too late
      kill: (gently = false) => port.post({ type: "kill", worker, gently }),
      hold: (held) => {
        if (held) this.#held.add(worker);
        else this.#held.delete(worker);
        port.hold(this.#held.size > 0);
      },
    };
  }

  async close(): Promise<void> {
    await this.#broker?.thread.terminate();
    this.#broker = undefined;
  }

  #startBroker(): Broker {
    const port = new SyncPort<MessageFromBroker, MessageToBroker>();
    const { env = process.env, cwd = process.cwd(), execArgv = inheritedOptions(process.execArgv) } = this.#options;
    const workerData: BrokerData = {
      ...port.theirs,
      arrivals: arrivalsBuffer,
      options: { env: { ...env }, cwd, execArgv: [...execArgv] },
      place: placeOfPool(),
    };
    const thread = startThread("broker", {
      name: "broker of a ProcessPoolExecutor",
      workerData,
      transferList: [workerData.port, workerData.lifeLine],
      execArgv: [],
    });
    port.attach(thread, {
      message: (message) => this.#take(message),
      unreadable: (error) => this.#endAll(error), // nobody knows whose it was
      end: (_exitCode, failure) => this.#endAll(failure),
    });
    return { thread, port };
  }

  #take(message: MessageFromBroker): void {
    const remote = this.#remotes.get(message.worker);
    if (!remote) return;
    if (message.type === "started") remote.pid = message.pid;
    else if (message.type === "packet") unpack<MessageFromWorker>(message.packet, remote.events.message, remote.events.unreadable);
    else if (message.type === "output") remote.events.message(message);
    else this.#end(message.worker, message.end);
  }

  #end(worker: number, { error, ...end }: EncodedEnd): void {
    const remote = this.#remotes.get(worker);
    this.#remotes.delete(worker);
    this.#held.delete(worker);
    if (this.#held.size === 0) this.#broker?.port.hold(false);
    remote?.events.end({ ...end, ...(error === undefined ? {} : { error: decodeThrown(error) }) });
  }

  /** The broker is gone, and with it every channel. */
  #endAll(failure: unknown): void {
    this.#broker = undefined;
    const remotes = [...this.#remotes.values()];
    this.#remotes.clear();
    this.#held.clear();
    for (const { events } of remotes) events.end({ exitCode: null, error: failure ?? new Error("the broker thread of the pool has ended") });
  }
}
