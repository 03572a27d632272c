/** What undoes something: a listener, a timer, a resource. Fits `vscode.Disposable`. */
export interface Disposable {
  dispose(): void;
}

/** Fits `vscode.Event`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** An event and the right to fire it. Ours and not `vscode.EventEmitter`, so that stores and kernel client run without an editor. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();

  /** Subscribes; the result ends the subscription. */
  readonly event: Event<T> = (listener) => {
    // A wrapper of its own, so that one function can subscribe twice and leave once.
    const entry = (value: T): void => listener(value);
    this.#listeners.add(entry);
    return { dispose: () => void this.#listeners.delete(entry) };
  };

  /** Calls every listener, in the order of subscription. One that throws ends the call. */
  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  /** Drops every listener. */
  dispose(): void {
    this.#listeners.clear();
  }
}
