import type { MessageFromWorker, WorkerSetup } from "../pool/messages.js";
import type { Channel, ChannelEvents, Transport } from "../pool/transport.js";
import { cloneableInProcess } from "../transfer/cloneable.js";
import { pack, unpack } from "./packets.js";
import { startProcess } from "./processLink.js";
import { placeOfPool } from "./processPlace.js";
import type { ProcessPoolOptions } from "./processPoolOptions.js";

/** Workers that are processes. */
export class ProcessTransport implements Transport {
  readonly kind = "process";
  readonly cannotBlock = "messages of processes come by the event loop; make the pool with broker: true";
  readonly cloneable = cloneableInProcess;
  readonly #options: ProcessPoolOptions;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  start(setup: WorkerSetup, events: ChannelEvents): Channel {
    const link = startProcess(setup, this.#options, placeOfPool(), {
      packet: (packet) => unpack<MessageFromWorker>(packet, events.message, events.unreadable),
      output: (stream, text) => events.message({ type: "output", stream, text }),
      end: (end) => events.end(end),
    });
    return {
      pid: link.pid,
      send: (message) => link.post(pack(message)),
      kill: (gently = false) => link.kill(gently),
      hold: (held) => link.hold(held),
    };
  }
}
