import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import { bufferBytes, FrameBuffer, FrameReader, frameOf, packetFrame } from "../process/frames.js";
import type { Packet } from "../process/packets.js";
import { wireDescriptor } from "../process/processSetup.js";
import { WireWriter } from "../process/wireWriter.js";
import type { WordMemory, WordReader } from "../transfer/words.js";

export interface WireEvents {
  packet(packet: Packet): void;
  /** Any other frame, as `FrameEvents`. */
  frame(kind: number, number: number, body: WordReader): void;
}

/** A process's end of the wire to its pool. */
export class Wire {
  readonly #socket: Socket;
  readonly #writer: WireWriter;
  readonly #buffer = new FrameBuffer();

  constructor(events: WireEvents) {
    const reader = new FrameReader({
      packet: (task, bytes) => events.packet({ task, bytes }),
      frame: (kind, number, body) => events.frame(kind, number, body),
    });
    const buffer = Buffer.alloc(bufferBytes);
    // Into one buffer and past the stream, which would take longer than all the rest.
    const callback = (length: number): boolean => {
      reader.take(buffer.subarray(0, length));
      return true;
    };
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      fd: wireDescriptor,
      readable: true,
      writable: true,
      onread: { buffer, callback },
    };
    this.#socket = new Socket(options);
    this.#writer = new WireWriter(this.#socket, wireDescriptor);
    this.#socket.on("error", () => {}); // the pool is gone: the end of the other channel tells
  }

  /** Adds a packet to what is written with the next flush. */
  post({ task, bytes }: Packet): void {
    if (this.#buffer.addBytes(packetFrame, task, bytes)) return;
    this.flush();
    this.#writer.write(frameOf(packetFrame, task, bytes));
  }

  /** Adds a frame to those that are written with the next flush. @param body as for {@link FrameBuffer.add}. @returns false if there is no room for the body. */
  add(kind: number, number: number, body?: (memory: WordMemory, at: number, end: number) => number): boolean {
    if (this.#buffer.add(kind, number, body)) return true;
    if (this.#buffer.empty) return false;
    this.flush();
    return this.#buffer.add(kind, number, body);
  }

  flush(): void {
    if (!this.#buffer.empty) this.#writer.write(this.#buffer.take());
  }

  /** Resolves when everything has left this process. */
  async flushed(): Promise<void> {
    this.flush();
    while (this.#socket.writableLength > 0) await new Promise((resolve) => this.#socket.once("drain", resolve));
  }
}
