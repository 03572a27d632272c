import type { FunctionReference } from "../task.js";

/** Numbers the functions of a pool, so that a function that a worker has found is named by its number from then on. */
export class ReferenceNumbers {
  readonly #numbers = new Map<string, number>();

  numberOf(reference: FunctionReference): number {
    const key =
      reference.kind === "source"
        ? `source ${reference.source}`
        : reference.kind === "module"
          ? `module ${reference.url} ${reference.path.join(".")} ${reference.name}`
          : `global ${reference.path.join(".")}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }
}
