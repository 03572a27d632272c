import { WordReader } from "../transfer/words.js";
import * as memory from "./callMemory.js";

/** A call that a worker has claimed. Its arguments are read before it starts: then the slot may be anybody's. */
export interface ClaimedCall {
  readonly call: number;
  readonly task: number;
  readonly fn: number;
  /** As {@link PoolFunction.arity}. */
  readonly arity: number;
  readonly announce: boolean;
  readonly args: readonly unknown[];
}

/** A worker's side of the memory that is told in `callMemory.ts`. */
export class Claims {
  readonly #words: Int32Array;
  readonly #reader: WordReader;
  readonly #place: number;
  /** State of the call that it has claimed last. */
  #state = 0;

  constructor(buffer: SharedArrayBuffer, place: number) {
    const shared = memory.callMemory(buffer);
    this.#words = shared.words;
    this.#reader = new WordReader(shared);
    this.#place = place;
  }

  /** Whether there is a call to be claimed. */
  get any(): boolean {
    const words = this.#words;
    for (let position = Atomics.load(words, memory.head); position !== Atomics.load(words, memory.tail); position = (position + 1) | 0)
      if (Atomics.load(words, memory.stateAt(memory.slotOf(position))) === memory.offeredAt(position)) return true;
    return false;
  }

  /** Of all workers of a pool one at a time may keep looking without sleep. @returns whether it is this one. */
  beginWatch(): boolean {
    return Atomics.compareExchange(this.#words, memory.watcher, 0, this.#place + 1) === 0;
  }

  endWatch(): void {
    Atomics.store(this.#words, memory.watcher, 0);
  }

  /** Takes the oldest call that is offered. @returns its slot, or `undefined`. */
  claim(): number | undefined {
    const words = this.#words;
    const first = words[memory.head] as number;
    const end = Atomics.load(words, memory.tail);
    let position = first;
    for (; position !== end; position = (position + 1) | 0) {
      const slot = memory.slotOf(position);
      const state = memory.offeredAt(position);
      const at = memory.stateAt(slot);
      if (words[at] !== state) continue;
      this.#state = memory.claimedBy(state, this.#place);
      if (Atomics.compareExchange(words, at, state, this.#state) !== state) continue;
      Atomics.compareExchange(words, memory.head, first, (position + 1) | 0);
      return slot;
    }
    if (position !== first) Atomics.compareExchange(words, memory.head, first, position);
    return undefined;
  }

  read(slot: number): ClaimedCall {
    const flags = this.#words[memory.flagsAt(slot)] as number;
    const reader = this.#reader;
    reader.at = memory.dataOf(slot);
    const task = reader.value() as number;
    const args: unknown[] = [];
    for (let n = reader.word(); n > 0; n -= 1) args.push(reader.value());
    const fn = this.#words[memory.functionAt(slot)] as number;
    return { call: slot, task, fn, arity: flags >> memory.arityShift, announce: (flags & memory.announce) !== 0, args };
  }

  /** Marks a claimed call as started; false if it was taken back meanwhile, and then this worker has nothing to do with it any more. */
  start(slot: number): boolean {
    const at = memory.stateAt(slot);
    const state = this.#state;
    const starts = Atomics.compareExchange(this.#words, at, state, memory.withKind(state, memory.started)) === state;
    if (!starts) Atomics.store(this.#words, at, memory.empty);
    return starts;
  }
}
