/** ms for which an id is remembered, at least. */
const remembered = 60_000;
/** Ids at most, some 30 MB; the oldest are forgotten first. */
const most = 200_000;

/** Ids of tasks that must not be run here: those that have ended, so that one which is put into the queue again is not run twice, and those that were stopped before they came. */
export class EndedTasks {
  /** Until when, in the order in which they came. */
  readonly #ids = new Map<string, number>();

  /** @param until ms since the epoch. */
  add(id: string, until = 0): void {
    const now = Date.now();
    this.#ids.delete(id);
    this.#ids.set(id, Math.max(until, now + remembered));
    for (const [known, end] of this.#ids) {
      if (end > now && this.#ids.size <= most) break;
      this.#ids.delete(known);
    }
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}
