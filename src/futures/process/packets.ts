/**
 * How messages cross between processes: as bytes of our own making in a plain envelope. Where Node itself reads a message that cannot be read (nested too
 * deep, or a `WebAssembly.Module`) it throws where nobody can catch it, and the whole program ends; here one task fails.
 */
import v8 from "node:v8";
import type { MessageFromWorker, MessageToWorker } from "../pool/messages.js";

export interface Packet {
  /** `Future.id` of the task that it is about, if it is about one. */
  readonly task?: number;
  readonly bytes: Uint8Array;
}

/** @throws what structured clone throws for content that it refuses. */
export function pack(message: MessageToWorker | MessageFromWorker): Packet {
  const bytes = v8.serialize(message);
  return "task" in message && message.task !== undefined ? { task: message.task, bytes } : { bytes };
}

/** Whether what came over a channel is a packet: user code can send to the pool's channel too. */
export function isPacket(sent: unknown): sent is Packet {
  return typeof sent === "object" && sent !== null && (sent as Partial<Packet>).bytes instanceof Uint8Array;
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
    message = v8.deserialize(bytes) as M;
  } catch (error) {
    unreadable(error, task);
    return;
  }
  take(message);
}
