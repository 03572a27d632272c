import { writeSync } from "node:fs";
import type { Socket } from "node:net";

/**
 * Writes to a wire at once, since a program may end at any moment, and past the stream, whose optimised code every full collection throws away.
 * What the system does not take the socket writes as soon as it can.
 */
export class WireWriter {
  readonly #socket: Socket;
  readonly #descriptor: number | undefined;

  /** @param descriptor of the socket; `undefined` where it has none. */
  constructor(socket: Socket, descriptor: number | undefined) {
    this.#socket = socket;
    this.#descriptor = descriptor;
  }

  /** @param bytes may be overwritten when this returns. */
  write(bytes: Uint8Array): void {
    const written = this.#descriptor === undefined || this.#socket.writableLength > 0 ? 0 : writeNow(this.#descriptor, bytes);
    if (written < bytes.length) this.#socket.write(Buffer.from(bytes.subarray(written)));
  }
}

/** @returns how many bytes the system has taken. */
function writeNow(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes);
  } catch {
    return 0; // full, or nobody is there: the socket knows what to do
  }
}
