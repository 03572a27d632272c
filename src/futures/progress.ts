interface Link {
  value: unknown;
  /** Absent at the end of the list, whose last link is empty. */
  next: Link | undefined;
}

/**
 * What a task tells while it runs. A linked list in which every reader keeps its own place, so that what all have read is free at once;
 * what came before the first reader waits for it.
 */
export class ProgressLog {
  #tail: Link = { value: undefined, next: undefined };
  /** Where the first reader begins; afterwards nothing is kept for readers to come. */
  #unread: Link | undefined = this.#tail;
  #ended = false;
  readonly #callbacks: ((value: unknown) => void)[] = [];
  #sleepers: (() => void)[] = [];

  add(value: unknown): void {
    this.#tail.value = value;
    this.#tail.next = { value: undefined, next: undefined };
    this.#tail = this.#tail.next;
    for (const callback of this.#callbacks) callback(value);
    this.#wake();
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Calls `callback` with each value, at once with those that nobody has read yet. */
  each(callback: (value: unknown) => void): void {
    let link = this.#takePlace();
    this.#callbacks.push(callback);
    for (; link.next; link = link.next) callback(link.value);
  }

  /** Gives each value as it comes, from the first that nobody has read, and ends when the task has. */
  async *read(): AsyncGenerator<unknown, undefined, undefined> {
    let link = this.#takePlace();
    for (;;) {
      while (link.next) {
        const value = link.value;
        link = link.next;
        yield value;
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => this.#sleepers.push(resolve));
    }
  }

  #takePlace(): Link {
    const link = this.#unread ?? this.#tail;
    this.#unread = undefined;
    return link;
  }

  #wake(): void {
    const sleepers = this.#sleepers;
    this.#sleepers = [];
    for (const resolve of sleepers) resolve();
  }
}
