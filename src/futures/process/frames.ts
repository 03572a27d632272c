/**
 * What goes over the wire between a pool and a process of it: frames one after another, each a head and a body that is padded to whole words.
 *
 *   byte  0        4        8               16
 *         length   kind     number          body …
 */
import { type WordMemory, WordReader, wordMemory } from "../transfer/words.js";

/** Kinds of frames. */
/** A message, see `packets.ts`; its number is that of the task that it is about. */
export const packetFrame = 0;
/** To the worker: it may look for calls. */
export const wakeFrame = 1;
/** A call or a chunk sent to this worker, and what came of it, with the number of the task: see `plainMessages.ts`. */
export const runFrame = 6;
export const resultFrame = 7;
export const runChunkFrame = 8;
export const chunkFrame = 9;
export const readyFrame = 10;
export const loadedFrame = 11;
/** From the worker, with the number of a call: it has started; it is not for this worker, which does not know its function; it has ended, and the body is its outcome. */
export const startFrame = 2;
export const giveBackFrame = 3;
export const outcomeFrame = 4;
/** From the worker: it takes no call until it is woken, or one is sent to it. The number: ms that it has worked. */
export const restFrame = 5;

export const headBytes = 16;
/** Bytes of a buffer for frames; longer ones go by themselves. */
export const bufferBytes = 1 << 16;
const wordBytes = 8;

function padded(bytes: number): number {
  return (bytes + wordBytes - 1) & ~(wordBytes - 1);
}

/** Collects frames, to be written at once. */
export class FrameBuffer {
  readonly memory: WordMemory = wordMemory(new ArrayBuffer(bufferBytes));
  readonly #numbers = new Float64Array(this.memory.words.buffer);
  #end = 0;

  get empty(): boolean {
    return this.#end === 0;
  }

  /** Adds a frame if there is room. @param body writes it at a word, up to another, and returns the word after it or a negative number. @returns whether it was added. */
  add(kind: number, number: number, body?: (memory: WordMemory, at: number, end: number) => number): boolean {
    const start = this.#end;
    if (start + headBytes > bufferBytes) return false;
    const bodyAt = (start + headBytes) / 4;
    const end = body ? body(this.memory, bodyAt, bufferBytes / 4) : bodyAt;
    if (end < 0) return false;
    this.#head(start, (end - bodyAt) * 4, kind, number);
    this.#end = start + headBytes + padded((end - bodyAt) * 4);
    return true;
  }

  /** Adds a frame of bytes if there is room. @returns whether it was added. */
  addBytes(kind: number, number: number, bytes: Uint8Array): boolean {
    const start = this.#end;
    if (start + headBytes + padded(bytes.length) > bufferBytes) return false;
    this.#head(start, bytes.length, kind, number);
    this.memory.bytes.set(bytes, start + headBytes);
    this.#end = start + headBytes + padded(bytes.length);
    return true;
  }

  /** All frames so far; to be written or copied before another is added. */
  take(): Buffer {
    const bytes = this.memory.bytes.subarray(0, this.#end);
    this.#end = 0;
    return bytes;
  }

  #head(start: number, length: number, kind: number, number: number): void {
    this.memory.words[start / 4] = length;
    this.memory.words[start / 4 + 1] = kind;
    this.#numbers[start / 8 + 1] = number;
  }
}

/** A frame by itself. */
export function frameOf(kind: number, number: number, bytes: Uint8Array): Buffer {
  const frame = Buffer.alloc(headBytes + padded(bytes.length));
  frame.writeInt32LE(bytes.length, 0);
  frame.writeInt32LE(kind, 4);
  frame.writeDoubleLE(number, 8);
  frame.set(bytes, headBytes);
  return frame;
}

export interface FrameEvents {
  /** @param body is somebody else's when this returns. */
  frame(kind: number, number: number, body: WordReader): void;
  /** @param bytes are the receiver's. */
  packet(number: number, bytes: Uint8Array): void;
}

/** A packet that is longer than a reader's memory, as far as it has come. */
interface LongPacket {
  readonly number: number;
  readonly bytes: Uint8Array;
  filled: number;
  padding: number;
}

/** Takes frames apart that come in pieces. */
export class FrameReader {
  readonly #events: FrameEvents;
  readonly #memory: WordMemory = wordMemory(new ArrayBuffer(2 * bufferBytes));
  readonly #numbers = new Float64Array(this.#memory.words.buffer);
  /** One for all: were it made anew for each frame, a full collection would find none, and throw away the code that was made for it. */
  readonly #body = new WordReader(this.#memory);
  /** What has come and was not read: bytes from the first to the last. */
  #start = 0;
  #end = 0;
  #long: LongPacket | undefined;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  take(piece: Uint8Array): void {
    let rest = piece;
    while (rest.length > 0) {
      rest = this.#long ? this.#fill(this.#long, rest) : this.#keep(rest);
      while (!this.#long && this.#readOne());
    }
  }

  /** @returns what did not fit. */
  #keep(piece: Uint8Array): Uint8Array {
    const { bytes } = this.#memory;
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#start > bufferBytes) {
      bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const length = Math.min(piece.length, bytes.length - this.#end);
    bytes.set(piece.subarray(0, length), this.#end);
    this.#end += length;
    return piece.subarray(length);
  }

  #fill(long: LongPacket, piece: Uint8Array): Uint8Array {
    const { bytes, filled } = long;
    const length = Math.min(piece.length, bytes.length - filled);
    bytes.set(piece.subarray(0, length), filled);
    long.filled += length;
    const skipped = Math.min(piece.length - length, long.padding);
    long.padding -= skipped;
    if (long.filled === bytes.length && long.padding === 0) {
      this.#long = undefined;
      this.#events.packet(long.number, bytes);
    }
    return piece.subarray(length + skipped);
  }

  /** @returns false if there is no whole frame. */
  #readOne(): boolean {
    const { words, bytes } = this.#memory;
    const available = this.#end - this.#start;
    if (available < headBytes) return false;
    const at = this.#start / 4;
    const length = words[at] as number;
    const kind = words[at + 1] as number;
    const number = this.#numbers[this.#start / 8 + 1] as number;
    const body = this.#start + headBytes;
    if (kind === packetFrame && headBytes + padded(length) > bufferBytes) {
      this.#long = { number, bytes: new Uint8Array(length), filled: 0, padding: padded(length) - length };
      const rest = this.#fill(this.#long, bytes.subarray(body, this.#end).slice());
      bytes.set(rest, 0);
      this.#start = 0;
      this.#end = rest.length;
      return !this.#long;
    }
    if (available < headBytes + padded(length)) return false;
    this.#start = body + padded(length);
    if (kind === packetFrame) this.#events.packet(number, new Uint8Array(bytes.subarray(body, body + length)));
    else {
      this.#body.at = at + headBytes / 4;
      this.#events.frame(kind, number, this.#body);
    }
    return true;
  }
}
