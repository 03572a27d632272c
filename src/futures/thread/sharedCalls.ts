import type { Task } from "../pool/task.js";
import type { CallQueue, Offer } from "../pool/transport.js";
import { refused, writeNumber, writeValue } from "../transfer/words.js";
import * as memory from "./callMemory.js";

/** The pool's side of the memory that is told in `callMemory.ts`. */
export class SharedCalls implements CallQueue {
  readonly wakesSlowly = false;
  readonly #memory = memory.callMemory(memory.makeCallMemory());
  readonly #words = this.#memory.words;
  #tail = 0;

  get buffer(): SharedArrayBuffer {
    return this.#memory.buffer;
  }

  offer(task: Task, announces: boolean, taken: (call: number) => boolean): Offer {
    if (task.options.transfer?.length || task.args.length > memory.dataWords) return "unfit";
    const position = this.#freePosition(taken);
    if (position === undefined) return "full";
    const slot = memory.slotOf(position);
    if (!this.#write(slot, task)) return "unfit";
    const words = this.#words;
    words[memory.functionAt(slot)] = task.fn.number;
    words[memory.flagsAt(slot)] = (announces ? memory.announce : 0) | (task.fn.arity << memory.arityShift);
    words[memory.stateAt(slot)] = memory.offeredAt(position);
    this.#tail = (position + 1) | 0;
    return slot;
  }

  publish(): void {
    Atomics.store(this.#words, memory.tail, this.#tail);
  }

  unclaimed(most: number): number {
    const words = this.#words;
    let count = 0;
    for (let position = Atomics.load(words, memory.head); position !== this.#tail && count < most; position = (position + 1) | 0)
      if (words[memory.stateAt(memory.slotOf(position))] === memory.offeredAt(position)) count += 1;
    return count;
  }

  recall(which: (call: number) => boolean): number[] {
    const recalled: number[] = [];
    for (let position = Atomics.load(this.#words, memory.head); position !== this.#tail; position = (position + 1) | 0) {
      const slot = memory.slotOf(position);
      if (this.#state(slot) === memory.offeredAt(position) && which(slot) && this.revoke(slot)) recalled.push(slot);
    }
    return recalled;
  }

  settle(then: () => void): void {
    then(); // nothing is ever unknown
  }

  started(call: number): boolean {
    return memory.kindOf(Atomics.load(this.#words, memory.stateAt(call))) === memory.started;
  }

  revoke(call: number): boolean {
    for (;;) {
      const state = this.#state(call);
      const kind = memory.kindOf(state);
      if (kind === memory.started) return false;
      if (kind !== memory.offered && kind !== memory.claimed) return true;
      const then = kind === memory.offered ? memory.empty : memory.withKind(state, memory.revoked);
      if (Atomics.compareExchange(this.#words, memory.stateAt(call), state, then) === state) return true;
    }
  }

  holder(call: number): number | undefined {
    const state = this.#state(call);
    const kind = memory.kindOf(state);
    return kind === memory.empty || kind === memory.offered ? undefined : memory.placeOf(state);
  }

  heldBy(place: number): number[] {
    const held: { call: number; age: number }[] = [];
    for (let call = 0; call < memory.capacity; call += 1)
      if (this.holder(call) === place) held.push({ call, age: memory.ageOf(call, this.#state(call), this.#tail) });
    return held.sort((a, b) => b.age - a.age).map(({ call }) => call);
  }

  done(call: number): void {
    if (memory.kindOf(this.#state(call)) === memory.started) this.release(call);
  }

  stamp(call: number): number {
    return this.#state(call);
  }

  /** Empties the slots of a worker that is gone; those whose calls were not taken back are to be released by whoever knows of them. */
  forget(place: number): void {
    Atomics.compareExchange(this.#words, memory.watcher, place + 1, 0);
    for (let slot = 0; slot < memory.capacity; slot += 1) {
      const state = this.#state(slot);
      if (memory.kindOf(state) === memory.revoked && memory.placeOf(state) === place) this.release(slot);
    }
  }

  release(call: number): void {
    this.#words[memory.stateAt(call)] = memory.empty;
  }

  /** As it was at the last message of the worker, or outcome. */
  #state(call: number): number {
    return this.#words[memory.stateAt(call)] as number;
  }

  /** Positions whose slots are still held, by calls that run for long, are left out. */
  #freePosition(taken: (call: number) => boolean): number | undefined {
    for (let position = this.#tail, tries = 0; tries < memory.capacity; position = (position + 1) | 0, tries += 1) {
      const slot = memory.slotOf(position);
      if (!taken(slot) && this.#state(slot) === memory.empty) return position;
    }
    return undefined;
  }

  #write(slot: number, { future, args }: Task): boolean {
    const start = memory.dataOf(slot);
    const end = start + memory.dataWords;
    let at = writeNumber(this.#words, start, end, future.id);
    this.#words[at++] = args.length;
    for (let i = 0; i < args.length; i += 1) {
      at = writeValue(this.#memory, at, end, args[i]);
      if (at === refused) return false;
    }
    return true;
  }
}
