import type { Answer } from "../../protocol/questions.js";

interface Open {
  readonly kernel: string;
  resolve(answer: Answer): void;
}

/** Questions to kernels that are not answered yet. Each is answered, or its kernel is gone: none waits for ever. */
export class Questions {
  readonly #open = new Map<number, Open>();
  #last = 0;

  /** Begins one. */
  ask(kernel: string): { readonly questionId: number; readonly answer: Promise<Answer> } {
    this.#last += 1;
    const questionId = this.#last;
    const answer = new Promise<Answer>((resolve) => this.#open.set(questionId, { kernel, resolve }));
    return { questionId, answer };
  }

  answered(questionId: number, answer: Answer): void {
    this.#open.get(questionId)?.resolve(answer);
    this.#open.delete(questionId);
  }

  /** The kernel has ended. */
  giveUp(kernel: string): void {
    for (const [questionId, open] of this.#open) if (open.kernel === kernel) this.answered(questionId, { kind: "problem", reason: "gone" });
  }
}
