/**
 * How messages cross between processes: as bytes of our own making. Where Node itself reads a message that cannot be read (nested too
 * deep, or a `WebAssembly.Module`) it throws where nobody can catch it, and the whole program ends; here one task fails.
 */
import type { MessageFromWorker, MessageToWorker } from "../pool/messages.js";
import { builtin } from "../transfer/builtin.js";

/** With the first packet: it takes 1.6 ms, and the first call of a worker, as a rule, needs none. */
let loaded: typeof import("node:v8") | undefined;
function v8(): typeof import("node:v8") {
  loaded ??= builtin("node:v8") as typeof import("node:v8");
  return loaded;
}

export interface Packet {
  /** `Future.id` of the task that it is about; 0: it is about none. */
  readonly task: number;
  readonly bytes: Uint8Array;
}

/** @throws what structured clone throws for content that it refuses. */
export function pack(message: MessageToWorker | MessageFromWorker): Packet {
  const bytes = v8().serialize(message);
  return { task: "task" in message && message.task !== undefined ? message.task : 0, bytes };
}

/**
 * Reads a packet, or else says why it cannot be read.
 * @param unreadable gets the task that the packet was about, if it was about one.
 */
export function unpack<M extends MessageToWorker | MessageFromWorker>(
  { bytes, task }: Packet,
  take: (message: M) => void,
  unreadable: (error: unknown, task: number | undefined) => void,
): void {
  let message: M;
  try {
    message = v8().deserialize(bytes) as M;
  } catch (error) {
    unreadable(error, task === 0 ? undefined : task);
    return;
  }
  take(message);
}
