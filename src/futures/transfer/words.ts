/**
 * Small plain values as 32-bit words in memory that threads share: several times faster than a message. What is not small and plain is refused, and goes
 * by structured clone; whatever is taken arrives as structured clone would have made it.
 */
import { types } from "node:util";

/** Memory as words and as bytes. */
export interface WordMemory {
  readonly words: Int32Array;
  readonly bytes: Buffer;
}

export function wordMemory(buffer: SharedArrayBuffer | ArrayBuffer): WordMemory {
  return { words: new Int32Array(buffer), bytes: Buffer.from(buffer) };
}

/** What {@link writeValue} returns for what it refuses. */
export const refused = -1;

const tagBits = 4;
const tagMask = (1 << tagBits) - 1;
/** An integer, in the same word as its tag. */
const smallInteger = 0;
const undefinedTag = 1;
const nullTag = 2;
const trueTag = 3;
const falseTag = 4;
const double = 5;
/** Of one byte a character. */
const narrowString = 6;
const wideString = 7;
const array = 8;
const object = 9;

const smallest = -(2 ** 27);
const largest = 2 ** 27 - 1;
const mostElements = 64;
const mostObjects = 32;
/** Characters up to which a loop is faster than a call into Node. */
const loopLength = 24;

const float = new Float64Array(1);
const floatHalves = new Int32Array(float.buffer);

/** Objects met in the value that is being written: one that comes twice, or within itself, is refused, since the copy would be two. */
const met: object[] = [];

/**
 * Writes a value at a word.
 * @param end the word up to which there is room.
 * @returns the word after it, or {@link refused}; then what is there between is garbage.
 */
export function writeValue(memory: WordMemory, at: number, end: number, value: unknown): number {
  if (at >= end) return refused;
  const { words } = memory;
  switch (typeof value) {
    case "number":
      return writeNumber(words, at, end, value);
    case "string":
      return writeString(memory, at, end, value);
    case "undefined":
      words[at] = undefinedTag;
      return at + 1;
    case "boolean":
      words[at] = value ? trueTag : falseTag;
      return at + 1;
    case "object":
      if (value === null) {
        words[at] = nullTag;
        return at + 1;
      }
      return writeOuterObject(memory, at, end, value);
    default:
      return refused;
  }
}

export function writeNumber(words: Int32Array, at: number, end: number, value: number): number {
  if ((value | 0) === value && value >= smallest && value <= largest && (value !== 0 || 1 / value > 0)) {
    words[at] = (value << tagBits) | smallInteger;
    return at + 1;
  }
  if (at + 3 > end) return refused;
  float[0] = value;
  words[at] = double;
  words[at + 1] = floatHalves[0] as number;
  words[at + 2] = floatHalves[1] as number;
  return at + 3;
}

function writeString({ words, bytes }: WordMemory, at: number, end: number, value: string): number {
  const { length } = value;
  if (length > (end - at - 1) * 2) return refused;
  const start = (at + 1) * 4;
  if (length <= loopLength && writeNarrow(bytes, start, value)) {
    words[at] = (length << tagBits) | narrowString;
    return at + 1 + ((length + 3) >> 2);
  }
  words[at] = (length << tagBits) | wideString;
  bytes.write(value, start, "utf16le");
  return at + 1 + ((length + 1) >> 1);
}

/** @returns false if a character needs more than a byte. */
function writeNarrow(bytes: Buffer, start: number, value: string): boolean {
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code > 255) return false;
    bytes[start + i] = code;
  }
  return true;
}

function writeOuterObject(memory: WordMemory, at: number, end: number, value: object): number {
  const outermost = met.length === 0;
  try {
    return writeObject(memory, at, end, value);
  } catch {
    return refused; // a getter threw: structured clone shall tell
  } finally {
    if (outermost) met.length = 0;
  }
}

function writeObject(memory: WordMemory, at: number, end: number, value: object): number {
  if (types.isProxy(value) || met.includes(value) || met.length === mostObjects) return refused;
  met.push(value);
  if (Array.isArray(value)) return writeArray(memory, at, end, value);
  if (Object.getPrototypeOf(value) !== Object.prototype) return refused;
  const keys = Object.keys(value);
  if (keys.length > mostElements) return refused;
  memory.words[at] = (keys.length << tagBits) | object;
  let next = at + 1;
  for (const key of keys) {
    if (key === "__proto__") return refused;
    next = next >= end ? refused : writeString(memory, next, end, key);
    if (next !== refused) next = writeValue(memory, next, end, (value as Record<string, unknown>)[key]);
    if (next === refused) return refused;
  }
  return next;
}

function writeArray(memory: WordMemory, at: number, end: number, value: readonly unknown[]): number {
  // Holes and properties of its own are kept by structured clone.
  if (value.length > mostElements || Object.getPrototypeOf(value) !== Array.prototype || Object.keys(value).length !== value.length) return refused;
  memory.words[at] = (value.length << tagBits) | array;
  let next = at + 1;
  for (const element of value) {
    next = writeValue(memory, next, end, element);
    if (next === refused) return refused;
  }
  return next;
}

/** Reads values one after another, from a word on. */
export class WordReader {
  at = 0;
  readonly #words: Int32Array;
  readonly #bytes: Buffer;

  constructor({ words, bytes }: WordMemory) {
    this.#words = words;
    this.#bytes = bytes;
  }

  word(): number {
    return this.#words[this.at++] as number;
  }

  value(): unknown {
    const word = this.word();
    switch (word & tagMask) {
      case smallInteger:
        return word >> tagBits;
      case undefinedTag:
        return undefined;
      case nullTag:
        return null;
      case trueTag:
        return true;
      case falseTag:
        return false;
      case double:
        floatHalves[0] = this.word();
        floatHalves[1] = this.word();
        return float[0];
      case narrowString:
        return this.#string(word >> tagBits, 1, "latin1");
      case wideString:
        return this.#string(word >> tagBits, 2, "utf16le");
      case array:
        return this.#array(word >> tagBits);
      default:
        return this.#object(word >> tagBits);
    }
  }

  /** @param width bytes a character. */
  #string(length: number, width: 1 | 2, encoding: "latin1" | "utf16le"): string {
    const start = this.at * 4;
    this.at += (length * width + 3) >> 2;
    return this.#bytes.toString(encoding, start, start + length * width);
  }

  #array(length: number): unknown[] {
    const made: unknown[] = [];
    for (let i = 0; i < length; i += 1) made.push(this.value());
    return made;
  }

  #object(size: number): Record<string, unknown> {
    const made: Record<string, unknown> = {};
    for (let i = 0; i < size; i += 1) {
      const key = this.value() as string;
      made[key] = this.value();
    }
    return made;
  }
}
