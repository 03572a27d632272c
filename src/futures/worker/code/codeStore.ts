import type { CompiledCode, GivenCode } from "./compiledCode.js";

/** What the workers of a kind run, compiled by the first one of this program that had the time, for those that start later. */
export class CodeStore {
  #code: CompiledCode | undefined;
  /** Who has been asked for it. */
  #maker: object | undefined;

  /** What a worker is given at its start. @param worker stands for it in {@link ended}. */
  give(worker: object): GivenCode {
    if (this.#code || this.#maker) return this.#code;
    this.#maker = worker;
    return "wanted";
  }

  keep(code: CompiledCode): void {
    this.#code = code;
  }

  /** Another is asked if that one has not made it. */
  ended(worker: object): void {
    if (this.#maker === worker) this.#maker = undefined;
  }
}
