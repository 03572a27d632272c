import { monotonicNow } from "../clock.js";
import type { PoolWorker } from "./poolWorker.js";

/** ms: what it takes to be woken twice, here and in the worker. */
const longest = 0.1;
/** Tasks in a row that took longer, after which others are not watched. */
const enough = 3;
/** Of those, each so-manieth is watched all the same: they may have become shorter. */
const tryEvery = 16;

/**
 * Looks for the outcome of a call that may be short, instead of sleeping until the worker tells of it. For a thread that has nothing else to do meanwhile:
 * it does not sleep and need not be woken, nor has the worker to wake it.
 */
export class BriefWatch {
  /** Of the last tasks, how many in a row took longer. */
  #longer = 0;
  #unwatched = 0;

  /** @param isDone whether the outcome is there. */
  watch(workers: Iterable<PoolWorker>, isDone: () => boolean): void {
    if (this.#longer >= enough && ++this.#unwatched % tryEvery !== 0) return;
    const channels = Array.from(workers, ({ channel }) => channel).filter(({ look }) => look !== undefined);
    if (channels.length === 0) return;
    const end = monotonicNow() + longest;
    try {
      while (!isDone() && monotonicNow() < end) for (const channel of channels) channel.look?.(true);
    } finally {
      for (const channel of channels) channel.look?.(false);
    }
    this.#longer = isDone() ? 0 : this.#longer + 1;
  }
}
