import { type BlockingSource, blockUntil } from "../blocking.js";
import { Deadline } from "../deadline.js";
import { QueueFullError } from "../errors.js";
import type { CheckedPoolOptions } from "./options.js";

/** What of a pool decides whether it may take in another task. */
export interface RoomState {
  /** Tasks in the queue, and those that run: both of one moment, since workers start tasks while they are counted. */
  counts(): { readonly queued: number; readonly running: number };
  /** It takes in no task any more, so nobody need wait. */
  over(): boolean;
}

/** Who may add a task to a pool with a `maxQueue`, and who waits for it. */
export class Room {
  readonly #options: CheckedPoolOptions;
  readonly #state: RoomState;
  #waiting: (() => void)[] = [];

  constructor(options: CheckedPoolOptions, state: RoomState) {
    this.#options = options;
    this.#state = state;
  }

  /** Whether `maxQueue` tasks wait beyond those for which there is a worker, or may be one. */
  get full(): boolean {
    const { maxQueue, maxWorkers } = this.#options;
    if (maxQueue === Number.POSITIVE_INFINITY) return false;
    const { queued, running } = this.#state.counts();
    return queued >= maxQueue && queued >= maxQueue + maxWorkers - running;
  }

  /** For a pool that is full: returns when there is room, or the pool is over. @throws QueueFullError if it is not to wait. */
  blockFor(pool: BlockingSource): void {
    const { name, maxQueue, whenFull } = this.#options;
    if (whenFull === "error")
      throw new QueueFullError(`${name} has ${maxQueue} tasks waiting, as many as its maxQueue allows: await its room(), or submit later`);
    blockUntil(() => !this.full || this.#state.over(), new Set([pool]), new Deadline(undefined));
  }

  /** Resolves when there may be room, or the pool is over. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** To be called when the pool has changed. */
  wake(): void {
    if (this.#waiting.length === 0 || (this.full && !this.#state.over())) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
