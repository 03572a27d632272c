import { type FunctionReference, referenceOf } from "../task.js";

/** A function as a pool knows it. */
export interface PoolFunction {
  /** By which workers know it too, once they have found it. */
  readonly number: number;
  readonly to: FunctionReference;
  /** Its tasks are chunks of `map`: the arguments are those of several calls. */
  readonly chunk: boolean;
}

/** The functions of a pool. Those that a worker would find in the same place have one number, however often they were made. */
export class FunctionTable {
  readonly #numbers = new Map<string, number>();
  readonly #references: FunctionReference[] = [];
  readonly #known = { one: new WeakMap<object, PoolFunction>(), chunk: new WeakMap<object, PoolFunction>() };

  /** @throws what {@link referenceOf} throws. */
  of(fn: unknown, chunk: boolean): PoolFunction {
    const known = this.#known[chunk ? "chunk" : "one"];
    const found = known.get(fn as object);
    if (found) return found;
    const to = referenceOf(fn);
    const made = { number: this.#numberOf(to), to, chunk };
    known.set(fn as object, made);
    return made;
  }

  #numberOf(to: FunctionReference): number {
    const key = keyOf(to);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    this.#references.push(to);
    return number;
  }

  /** Where a worker finds the function of that number; `undefined` if no function has it. */
  reference(number: number): FunctionReference | undefined {
    return this.#references[number];
  }
}

function keyOf(to: FunctionReference): string {
  if (to.kind === "source") return `source ${to.source}`;
  return to.kind === "module" ? `module ${to.url} ${to.path.join(".")} ${to.name}` : `global ${to.path.join(".")}`;
}
