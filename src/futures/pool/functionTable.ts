import { type FunctionReference, referenceOf, standInFor } from "../task.js";

/** A function as a pool knows it. */
export interface PoolFunction {
  /** By which workers know it too, once they have found it. */
  readonly number: number;
  readonly to: FunctionReference;
  /** 0: a task is one call. Otherwise it is a chunk of calls, with so many arguments each. */
  readonly arity: number;
}

/** The functions of a pool. Those that a worker would find in the same place have one number, however often they were made. */
export class FunctionTable {
  readonly #numbers = new Map<string, number>();
  readonly #references: FunctionReference[] = [];
  /** By arity. */
  readonly #known: WeakMap<object, PoolFunction>[] = [];

  /** @throws what {@link referenceOf} throws. */
  of(given: unknown, arity = 0): PoolFunction {
    const fn = standInFor(given);
    this.#known[arity] ??= new WeakMap();
    const known = this.#known[arity];
    const found = known.get(fn as object);
    if (found) return found;
    const to = referenceOf(fn);
    const made = { number: this.#numberOf(to), to, arity };
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

  /** Where workers find the first functions, by their numbers, up to one that is known by its source, which may be long. @param most of them. */
  first(most: number): readonly FunctionReference[] {
    const first = this.#references.slice(0, most);
    const long = first.findIndex(({ kind }) => kind === "source");
    return long < 0 ? first : first.slice(0, long);
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
