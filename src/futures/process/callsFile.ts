/**
 * The file in which the calls of a process pool wait for whichever worker comes first. Processes of Node share no memory, but they can share the position
 * of an open file: the pool opens it once for reading, every worker inherits that, and each read takes the next record and moves the position on, for
 * all of them and at once (POSIX: reads of one open file are atomic to each other). So a call is taken by one worker, or back by the pool, never both;
 * calls are taken in the order in which they were written; and nothing waits behind a slow task.
 *
 *   position of the file          tail
 *        ▼                         ▼
 *   …│ 6 │ 7 │ 8 │ 9 │ 10│ 11│ 12 │         records of one length, which divides that of a page: none is seen in part
 */
import { closeSync, constants, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { createInMemory } from "./fileInMemory.js";

/** Bytes of a record, and words. */
export const recordBytes = 512;
export const recordWords = recordBytes / 4;

/** Words of a record: number of the call; flags and arity, see `callMemory.ts`; number of the function; then task and arguments. */
export const callWord = 0;
export const flagsWord = 1;
export const functionWord = 2;
export const dataWord = 3;

/** Bytes that the file may have before what was read is cut off. */
const longestFile = 1 << 22;

/** The pool's side: the only one that writes. */
export class CallsFile {
  /** What workers inherit. */
  readonly reading: number;
  readonly #writing: number;
  #tail = 0;
  #cutAt = 0;

  /** @throws what the file system throws. */
  constructor() {
    const [name, writing] = createInMemory(constants.O_WRONLY);
    this.#writing = writing;
    try {
      this.reading = openSync(name, constants.O_RDONLY);
    } finally {
      unlinkSync(name);
    }
  }

  write(records: Uint8Array): void {
    if (records.length === 0) return;
    for (let done = 0; done < records.length; ) done += writeSync(this.#writing, records, done, records.length - done, this.#tail + done);
    this.#tail += records.length;
  }

  /** Whether it is time to take everything out, so that what was read can be cut off. */
  get long(): boolean {
    return this.#tail - this.#cutAt > longestFile;
  }

  /** Takes out everything that nobody has taken. @param most bytes that can be there. */
  takeAll(most: number): Buffer {
    const records = Buffer.alloc(most);
    let length = 0;
    for (let read = -1; read !== 0 && length < most; length += read) read = readSync(this.reading, records, length, most - length, null);
    if (this.long) {
      // Nothing is between the position and the tail: whatever comes next is written beyond what is not there any more.
      ftruncateSync(this.#writing, 0);
      this.#cutAt = this.#tail;
    }
    return records.subarray(0, length);
  }

  close(): void {
    closeSync(this.reading);
    closeSync(this.#writing);
  }
}
