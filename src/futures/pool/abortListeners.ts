/**
 * Hears abort signals for many tasks with one listener a signal: Node takes the eleventh listener of a signal for a leak, and says so on stderr, where a
 * program gives one signal to all its tasks.
 */
export class AbortListeners {
  readonly #actions = new Map<AbortSignal, Set<() => void>>();
  readonly #heard = (event: Event): void => {
    const signal = event.currentTarget as AbortSignal;
    const actions = this.#actions.get(signal) ?? [];
    this.#forget(signal);
    for (const act of actions) act();
  };

  /** @returns what takes `act` back; the last one to be taken back lets go of the signal. */
  add(signal: AbortSignal, act: () => void): () => void {
    let actions = this.#actions.get(signal);
    if (!actions) {
      actions = new Set();
      this.#actions.set(signal, actions);
      signal.addEventListener("abort", this.#heard);
    }
    actions.add(act);
    return () => {
      if (actions.delete(act) && actions.size === 0) this.#forget(signal);
    };
  }

  #forget(signal: AbortSignal): void {
    this.#actions.delete(signal);
    signal.removeEventListener("abort", this.#heard);
  }
}
