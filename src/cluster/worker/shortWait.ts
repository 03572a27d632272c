import { type Executor, type Future, ThreadPoolExecutor, waitSync } from "../../futures/index.js";

/** ms: a task that takes longer gains nothing that is worth having. */
const longest = 0.5;
/** Tasks in a row that took longer, after which others are not waited for. */
const enough = 3;
/** Of those, each so-manieth is waited for all the same: they may have become shorter. */
const tryEvery = 16;

/**
 * Waits for the outcome of a task that may be short, without the event loop: to be woken in that takes as long again. For a worker that has nothing else
 * to do meanwhile.
 */
export class ShortWait {
  /** Messages of processes come by the event loop. */
  readonly #canBlock: boolean;
  /** Of the last tasks, how many in a row took longer. */
  #longer = 0;
  #passed = 0;

  constructor(pool: Executor) {
    this.#canBlock = pool instanceof ThreadPoolExecutor;
  }

  for(future: Future<unknown>): void {
    if (!this.#canBlock || (this.#longer >= enough && ++this.#passed % tryEvery !== 0)) return;
    waitSync([future], { timeout: longest });
    this.#longer = future.done() ? 0 : this.#longer + 1;
  }
}
