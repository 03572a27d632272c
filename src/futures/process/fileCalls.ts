import type { Task } from "../pool/task.js";
import type { CallQueue, Offer } from "../pool/transport.js";
import { announce, arityShift } from "../thread/callMemory.js";
import { refused, type WordMemory, wordMemory, writeNumber, writeValue } from "../transfer/words.js";
import { CallsFile, callWord, dataWord, flagsWord, functionWord, recordBytes, recordWords } from "./callsFile.js";

/** Calls that may be on their way at a time. */
const capacity = 256;

/** ms after the death of a worker within which every other has told of a call that it had taken by then. */
const tellingTakes = 1000;

/**
 * The pool's side of the file that is told in `callsFile.ts`. What workers take from it they tell at once, but it takes a moment until that is heard: where
 * it matters, as for `cancel()`, the pool takes out of the file what is left there, and knows.
 *
 *   offer ──► waiting ──► started, and by whom ──► done
 *                 └──► taken, not known by whom ──┘
 */
export class FileCalls implements CallQueue {
  readonly wakesSlowly = true;
  /** Opened with the first call; `null`: there can be none, and every call is sent by itself. */
  #file: CallsFile | null | undefined;
  /** Records that are not written yet. */
  readonly #memory: WordMemory = wordMemory(new ArrayBuffer(capacity * recordBytes));
  #unwritten = 0;
  #nextCall = 0;
  /** In the order in which they were offered. */
  readonly #waiting = new Set<number>();
  readonly #taken = new Set<number>();
  /** Places of those that have them, in the order in which that became known. */
  readonly #started = new Map<number, number>();
  readonly #stamps = new Uint32Array(capacity);
  readonly #settling: (() => void)[] = [];

  /** What workers are to inherit; `undefined` if they take no calls. */
  get descriptor(): number | undefined {
    return this.#open()?.reading;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  offer(task: Task, announces: boolean, isTaken: (call: number) => boolean): Offer {
    if (task.args.length > recordWords || !this.#open()) return "unfit";
    const call = this.#freeCall(isTaken);
    if (call === undefined) return "full";
    const { words } = this.#memory;
    const start = this.#unwritten * recordWords;
    words[start + callWord] = call;
    words[start + flagsWord] = (announces ? announce : 0) | (task.fn.arity << arityShift);
    words[start + functionWord] = task.fn.number;
    if (!this.#write(start + dataWord, start + recordWords, task)) return "unfit";
    this.#unwritten += 1;
    this.#waiting.add(call);
    this.#stamps[call] = (this.#stamps[call] as number) + 1;
    this.#nextCall = (call + 1) % capacity;
    return call;
  }

  publish(): void {
    if (this.#unwritten === 0 || this.#settling.length > 0) return;
    const file = this.#open() as CallsFile;
    file.write(this.#memory.bytes.subarray(0, this.#unwritten * recordBytes));
    this.#unwritten = 0;
    if (file.long) this.#look();
  }

  unclaimed(most: number): number {
    return Math.min(this.#waiting.size, most);
  }

  started(call: number): boolean {
    if (this.#waiting.has(call)) this.#look();
    return this.#started.has(call) || this.#taken.has(call);
  }

  revoke(call: number): boolean {
    if (this.#waiting.has(call)) this.recall((one) => one === call);
    return !this.#started.has(call) && !this.#taken.has(call);
  }

  recall(which: (call: number) => boolean): number[] {
    const recalled: number[] = [];
    this.#takeOut();
    const { words, bytes } = this.#memory;
    let kept = 0;
    for (let record = 0; record < this.#unwritten; record += 1) {
      const call = words[record * recordWords + callWord] as number;
      if (which(call)) {
        recalled.push(call);
        this.#waiting.delete(call);
      } else {
        bytes.copyWithin(kept * recordBytes, record * recordBytes, (record + 1) * recordBytes);
        kept += 1;
      }
    }
    this.#unwritten = kept;
    this.publish();
    return recalled;
  }

  settle(then: () => void): void {
    this.#takeOut();
    this.#settling.push(then);
    this.#checkSettled();
  }

  holder(call: number): number | undefined {
    return this.#started.get(call);
  }

  heldBy(place: number): number[] {
    return [...this.#started].filter(([, holder]) => holder === place).map(([call]) => call);
  }

  stamp(call: number): number {
    return this.#started.has(call) ? (this.#stamps[call] as number) : -1;
  }

  done(call: number): void {
    this.release(call);
  }

  release(call: number): void {
    this.#waiting.delete(call);
    this.#started.delete(call);
    this.#taken.delete(call);
    this.#checkSettled();
  }

  forget(place: number, alone: boolean, lost: (calls: readonly number[]) => void): void {
    for (const call of this.heldBy(place)) this.#started.delete(call);
    this.#look();
    // It may have died between taking a call and telling so; or another one is about to tell.
    const suspects = [...this.#taken].map((call) => [call, this.#stamps[call]] as const);
    const tell = (): void => {
      const calls = suspects.filter(([call, stamp]) => this.#taken.has(call) && this.#stamps[call] === stamp).map(([call]) => call);
      if (calls.length > 0) lost(calls);
    };
    if (suspects.length === 0) return;
    if (alone) tell();
    else setTimeout(tell, tellingTakes).unref();
  }

  /** The worker of that place has told that it has started the call. @returns false if that cannot be. */
  hasStarted(call: number, place: number): boolean {
    if (!this.#waiting.delete(call) && !this.#taken.delete(call)) return false;
    this.#started.set(call, place);
    this.#checkSettled();
    return true;
  }

  /** A worker has told that it will not start the call, which is to be released. @returns false if that cannot be. */
  givenBack(call: number): boolean {
    return this.#waiting.has(call) || this.#taken.has(call);
  }

  /** Finds out which calls are still waiting. */
  #look(): void {
    this.#takeOut();
    this.publish();
  }

  /** Takes out of the file what nobody has taken, before what is not written yet. */
  #takeOut(): void {
    const { words, bytes } = this.#memory;
    const unwritten = Buffer.from(bytes.subarray(0, this.#unwritten * recordBytes));
    const records = this.#file?.takeAll(capacity * recordBytes - unwritten.length) ?? Buffer.alloc(0);
    bytes.set(records, 0);
    bytes.set(unwritten, records.length);
    this.#unwritten = (records.length + unwritten.length) / recordBytes;
    const here = new Set<number>();
    for (let record = 0; record < this.#unwritten; record += 1) here.add(words[record * recordWords + callWord] as number);
    for (const call of this.#waiting) {
      if (here.has(call)) continue;
      this.#waiting.delete(call);
      this.#taken.add(call);
    }
  }

  #open(): CallsFile | null {
    if (this.#file !== undefined) return this.#file;
    try {
      this.#file = new CallsFile();
    } catch {
      this.#file = null; // no place for a file, or no descriptor left: slower, and right
    }
    return this.#file;
  }

  #checkSettled(): void {
    if (this.#settling.length === 0 || this.#taken.size > 0) return;
    for (const then of this.#settling) then();
    this.#settling.length = 0;
    this.publish();
  }

  #freeCall(isTaken: (call: number) => boolean): number | undefined {
    if (this.#unwritten === capacity) return undefined;
    for (let tries = 0; tries < capacity; tries += 1) {
      const call = (this.#nextCall + tries) % capacity;
      if (!isTaken(call) && !this.#waiting.has(call) && !this.#taken.has(call) && !this.#started.has(call)) return call;
    }
    return undefined;
  }

  #write(start: number, end: number, { future, args }: Task): boolean {
    const { words } = this.#memory;
    let at = writeNumber(words, start, end, future.id);
    words[at++] = args.length;
    for (let i = 0; i < args.length; i += 1) {
      at = writeValue(this.#memory, at, end, args[i]);
      if (at === refused) return false;
    }
    return true;
  }
}
