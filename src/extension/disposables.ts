import type { Disposable } from "./emitter.js";

/** What a class opened, disposed together and in reverse order. Something added after that is disposed at once. */
export class Disposables implements Disposable {
  #items: Disposable[] | undefined = [];

  /** Keeps `item` until {@link dispose}; gives it back. */
  add<T extends Disposable>(item: T): T {
    if (this.#items) this.#items.push(item);
    else item.dispose();
    return item;
  }

  /** Keeps a clean-up function until {@link dispose}. */
  defer(cleanUp: () => void): void {
    this.add({ dispose: cleanUp });
  }

  /** True after {@link dispose}. */
  get disposed(): boolean {
    return this.#items === undefined;
  }

  /** Disposes all; a second call does nothing. */
  dispose(): void {
    const items = this.#items ?? [];
    this.#items = undefined;
    for (const item of items.reverse()) item.dispose();
  }
}
