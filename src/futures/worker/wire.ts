import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { FrameBuffer, FrameReader, frameOf, packetFrame } from "../process/frames.js";
import type { Packet } from "../process/packets.js";
import { wireDescriptor } from "../process/processLink.js";
import type { WordMemory } from "../transfer/words.js";

export interface WireEvents {
  packet(packet: Packet): void;
  /** Any other frame, as `FrameEvents`. */
  frame(kind: number, number: number, memory: WordMemory, at: number): void;
}

/** A process's end of the wire to its pool. */
export class Wire {
  readonly #socket: Socket;
  readonly #buffer = new FrameBuffer();

  constructor(events: WireEvents) {
    this.#socket = new Socket({ fd: wireDescriptor, readable: true, writable: true });
    const reader = new FrameReader({ packet: (task, bytes) => events.packet({ task, bytes }), frame: (...frame) => events.frame(...frame) });
    this.#socket.on("data", (piece: Buffer) => reader.take(piece));
    this.#socket.on("error", () => {}); // the pool is gone: the end of the other channel tells
  }

  /** Adds a packet to what is written with the next flush. */
  post({ task, bytes }: Packet): void {
    if (this.#buffer.addBytes(packetFrame, task, bytes)) return;
    this.flush();
    this.#write(frameOf(packetFrame, task, bytes));
  }

  /** Adds a frame to those that are written with the next flush. @param body as for {@link FrameBuffer.add}. @returns false if there is no room for the body. */
  add(kind: number, number: number, body?: (memory: WordMemory, at: number, end: number) => number): boolean {
    if (this.#buffer.add(kind, number, body)) return true;
    if (this.#buffer.empty) return false;
    this.flush();
    return this.#buffer.add(kind, number, body);
  }

  flush(): void {
    if (!this.#buffer.empty) this.#write(this.#buffer.take());
  }

  /** Resolves when everything has left this process. */
  async flushed(): Promise<void> {
    this.flush();
    while (this.#socket.writableLength > 0) await new Promise((resolve) => this.#socket.once("drain", resolve));
  }

  /** At once, since the process may end at any moment; what the system does not take, as soon as it does. */
  #write(bytes: Uint8Array): void {
    const written = this.#socket.writableLength > 0 ? 0 : writeNow(bytes);
    if (written < bytes.length) this.#socket.write(Buffer.from(bytes.subarray(written)));
  }
}

/** @returns how many bytes the system has taken. */
function writeNow(bytes: Uint8Array): number {
  try {
    return writeSync(wireDescriptor, bytes);
  } catch {
    return 0; // full, or nobody is there: the socket knows what to do
  }
}
