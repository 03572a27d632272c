import type { WorkerSet } from "./workerSet.js";

/** Sees to it that there are as many workers awake as there is work, and no more workers than there may be. */
export class Staff {
  readonly #workers: WorkerSet;
  readonly #maxWorkers: number;
  readonly #waiting: () => number;
  readonly #unclaimed: () => number;
  readonly #startFailed: (error: unknown) => void;

  /**
   * @param waiting how many tasks no worker has claimed.
   * @param unclaimed how many of them are in the call queue.
   * @param startFailed no worker could be started, and there is none that could do the work.
   */
  constructor(workers: WorkerSet, maxWorkers: number, waiting: () => number, unclaimed: () => number, startFailed: (error: unknown) => void) {
    this.#workers = workers;
    this.#maxWorkers = maxWorkers;
    this.#waiting = waiting;
    this.#unclaimed = unclaimed;
    this.#startFailed = startFailed;
  }

  /**
   * Wakes workers until as many look as there are calls. One too many costs those that work their processor, and this thread up to 50 µs: while some
   * worker comes for calls, those that doze are left to look by themselves.
   */
  wake(calls: number): void {
    let coming = 0;
    let dozing = 0;
    for (const { state, channel } of this.#workers) {
      if (state !== "ready") continue;
      if (channel.comes?.()) coming += 1;
      else if (channel.dozes) dozing += 1;
    }
    if (coming >= calls) return;
    let left = Math.min(calls, this.#unclaimed()) - coming; // one that came may have found its call meanwhile
    if (coming > 0) left -= dozing;
    for (const { spent, state, channel } of this.#workers)
      if (left > 0 && !spent && state === "ready" && !(coming > 0 && channel.dozes) && channel.wake?.()) left -= 1;
  }

  /** Starts as many workers as are missing. */
  start(): void {
    const room = this.#maxWorkers - this.#workers.count("starting", "ready");
    if (room <= 0) return;
    for (let n = Math.min(this.#missing(), room); n > 0; n -= 1) if (!this.#startOne()) break;
  }

  /** Those that take no task any more. */
  retireSpent(): void {
    for (const worker of this.#workers) if (worker.spent && this.#workers.hire(worker)) this.#workers.retire(worker);
  }

  retireFree(): void {
    for (const worker of this.#workers) if (this.#workers.hire(worker)) this.#workers.retire(worker);
  }

  /** Whether a worker holds a task that was sent to it. */
  get holds(): boolean {
    for (const worker of this.#workers) if (worker.assigned) return true;
    return false;
  }

  /** Workers claim while they are counted: a count is good if nobody has meanwhile. */
  #missing(): number {
    for (;;) {
      const free = this.#free();
      const missing = this.#waiting() - free;
      if (missing <= 0 || free === this.#free()) return missing;
    }
  }

  #free(): number {
    let free = this.#workers.count("starting");
    for (const worker of this.#workers) if (worker.free && !worker.spent) free += 1;
    return free;
  }

  #startOne(): boolean {
    try {
      this.#workers.start();
      return true;
    } catch (error) {
      if (this.#workers.count("starting", "ready") === 0) this.#startFailed(error);
      return false;
    }
  }
}
