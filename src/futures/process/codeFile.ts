/** How compiled code comes to a process that starts: in a file without a name, which it inherits, and closes when it has read it. */
import { closeSync, constants, readSync, unlinkSync, writeSync } from "node:fs";
import type { CompiledCode, GivenCode } from "../worker/code/compiledCode.js";
import { createInMemory } from "./fileInMemory.js";
import { codeDescriptor, type ProcessSetup } from "./processSetup.js";

/** What a process is told of it: bytes of the parts, one after the other. */
export type CodePlace = { readonly text: number; readonly data: number } | "wanted";

/** The pool's side, while it starts a process. */
export class CodeFile {
  /** What the process inherits, and what it is told of that; nothing where there is no place for a file. */
  readonly descriptor: number | undefined;
  readonly place: CodePlace | undefined;

  constructor(given: GivenCode) {
    this.descriptor = typeof given === "object" ? fileOf(given) : undefined;
    if (given === "wanted") this.place = given;
    else if (given && this.descriptor !== undefined) this.place = { text: given.text.length, data: given.data.length };
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }
}

function fileOf({ text, data }: CompiledCode): number | undefined {
  let descriptor: number | undefined;
  try {
    const [name, opened] = createInMemory(constants.O_RDWR);
    descriptor = opened;
    unlinkSync(name);
    for (const part of [text, data]) writeSync(descriptor, part);
    return descriptor;
  } catch {
    if (descriptor !== undefined) closeSync(descriptor); // no room: it compiles for itself
    return undefined;
  }
}

/** In the process. @param argument its only one. */
export function codeOf(argument: string | undefined): GivenCode {
  const place = argument === undefined ? undefined : (JSON.parse(argument) as ProcessSetup).code;
  if (typeof place !== "object") return place;
  const bytes = Buffer.alloc(place.text + place.data);
  const length = readSync(codeDescriptor, bytes, 0, bytes.length, 0);
  closeSync(codeDescriptor);
  return length < bytes.length ? undefined : { text: bytes.subarray(0, place.text), data: bytes.subarray(place.text) };
}
