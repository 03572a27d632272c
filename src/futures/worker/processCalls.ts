import { readSync } from "node:fs";
import { monotonicNow } from "../clock.js";
import { callWord, dataWord, flagsWord, functionWord, recordBytes } from "../process/callsFile.js";
import { giveBackFrame, outcomeFrame, restFrame, startFrame } from "../process/frames.js";
import { callsDescriptor } from "../process/processSetup.js";
import { announce, arityShift } from "../thread/callMemory.js";
import type { ClaimedCall } from "../thread/claims.js";
import { refused, type WordMemory, WordReader, wordMemory, writeValue } from "../transfer/words.js";
import type { OpenCalls } from "./port.js";
import type { Wire } from "./wire.js";

/** The calls that the processes of a pool take from a file, see `callsFile.ts`. */
export class ProcessCalls implements OpenCalls {
  readonly #wire: Wire;
  readonly #memory: WordMemory = wordMemory(new ArrayBuffer(recordBytes));
  readonly #reader = new WordReader(this.#memory);
  #resting = false;
  #closed = false;
  /** ms that it has worked until it last rested, and since when it works. */
  #worked = 0;
  #workingSince = monotonicNow();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The pool has ended its rest. */
  getUp(): void {
    this.#resting = false;
    this.#workingSince = monotonicNow();
  }

  work(): void {
    if (this.#resting) this.getUp();
  }

  begin(): boolean {
    return !this.#resting;
  }

  close(): void {
    this.#closed = true;
  }

  get any(): boolean {
    return true; // only reading tells
  }

  claim(): ClaimedCall | undefined {
    if (this.#closed || this.#resting) return undefined;
    if (readSync(callsDescriptor, this.#memory.bytes, 0, recordBytes, null) < recordBytes) return undefined;
    const { words } = this.#memory;
    const flags = words[flagsWord] as number;
    const reader = this.#reader;
    reader.at = dataWord;
    const task = reader.value() as number;
    const args: unknown[] = [];
    for (let n = reader.word(); n > 0; n -= 1) args.push(reader.value());
    const fn = words[functionWord] as number;
    return { call: words[callWord] as number, task, fn, arity: flags >> arityShift, announce: (flags & announce) !== 0, args };
  }

  giveBack(call: number): void {
    this.#resting = true;
    this.#wire.add(giveBackFrame, call);
    this.#wire.flush();
  }

  start(call: number): boolean {
    this.#wire.add(startFrame, call);
    this.#wire.flush();
    return true;
  }

  answer(call: number, value: unknown, values: readonly unknown[] | undefined): boolean {
    return this.#wire.add(outcomeFrame, call, (memory, at, end) => {
      memory.words[at] = values ? values.length : -1;
      if (!values) return writeValue(memory, at + 1, end, value);
      let next = at + 1;
      for (let i = 0; i < values.length && next !== refused; i += 1) next = writeValue(memory, next, end, values[i]);
      return next;
    });
  }

  end(): void {}

  leave(): void {
    this.#wire.flush();
  }

  flush(): void {
    this.#wire.flush();
  }

  rest(): boolean {
    if (!this.#resting) {
      this.#resting = true;
      this.#worked += monotonicNow() - this.#workingSince;
      this.tellRest();
    }
    return false;
  }

  /** Also if the pool thinks that there is a call to be run, which could not be read. */
  tellRest(): void {
    this.#wire.add(restFrame, this.#worked);
    this.#wire.flush();
  }
}
