/** A way to V8's inspector in a worker. */
export interface Inspector {
  /** Evaluates an expression, also while the worker is in an endless loop, and there on top of what it is at. @throws Error when the worker is gone. */
  evaluate(expression: string): Promise<unknown>;
  /** Ends it. */
  close(): void;
}

interface Answer {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/** A question, and its answer. */
export class Question {
  readonly text: string;
  readonly answer: Promise<unknown>;
  readonly #id: number;
  #resolve: (value: unknown) => void = () => {};

  /** @param id tells it from others that go the same way. */
  constructor(id: number, expression: string) {
    this.#id = id;
    this.text = JSON.stringify({ id, method: "Runtime.evaluate", params: { expression, returnByValue: true, silent: true } });
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Takes whatever comes from the other side. */
  take(text: string): void {
    const { id, result } = JSON.parse(text) as Answer;
    if (id === this.#id) this.#resolve(result?.result?.value);
  }
}
