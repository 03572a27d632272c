import { inspect } from "node:util";
import { previewLimit, textLimit } from "../../protocol/values.js";

/** How much of a value is shown. Keeps `inspect` short whatever comes. */
export interface Limits {
  /** Items of one collection, keys of one object. */
  readonly items: number;
  /** Values in all. */
  readonly nodes: number;
  /** Nesting. */
  readonly depth: number;
  /** Characters of one string. */
  readonly string: number;
  /** Characters of the text. */
  readonly text: number;
}

/** Of a value that is told with its task. */
export const usual: Limits = { items: 1_000, nodes: 10_000, depth: 12, string: 50_000, text: textLimit };
/** Of a preview there may be hundreds at a time. */
const brief: Limits = { ...usual, nodes: 100 };

/** One line, at most {@link previewLimit} characters. Never throws. */
export function previewOf(value: unknown): string {
  return typeof value === "object" && value !== null ? shortened(new Bounded(value, brief).value) : shortened(value);
}

/** The same of what was bounded already. */
export function shortened(bounded: unknown): string {
  const preview = inspect(bounded, {
    depth: 2,
    maxArrayLength: 20,
    maxStringLength: previewLimit,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
  });
  return cut(preview.replace(/\s*\n\s*/g, " "), previewLimit);
}

export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return `Array(${value.length})`;
  if (value instanceof Map || value instanceof Set) return `${value.constructor.name}(${value.size})`;
  if (ArrayBuffer.isView(value) && "length" in value) return `${value.constructor.name}(${value.length})`;
  return value.constructor?.name ?? "Object";
}

/** At most `limit` characters. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

/** Stands for what is left out; `inspect` shows its text. */
class Omitted {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  [inspect.custom](): string {
    return this.#text;
  }
}

/**
 * A copy of a value without the parts that are too many. `inspect` has limits of its own, but none on the keys of an object nor
 * on the whole. What came by structured clone has only plain objects, arrays, maps and sets to descend into.
 */
export class Bounded {
  readonly value: unknown;
  truncated = false;
  #left: number;
  readonly #limits: Limits;
  readonly #copies = new Map<object, unknown>();

  constructor(value: unknown, limits: Limits) {
    this.#limits = limits;
    this.#left = limits.nodes;
    this.value = this.#copy(value, 0);
  }

  #copy(value: unknown, depth: number): unknown {
    this.#left -= 1;
    if (typeof value !== "object" || value === null) return value;
    const known = this.#copies.get(value);
    if (known) return known;
    if (depth > this.#limits.depth && !isLeaf(value)) return this.#omit(`[${typeName(value)}]`);
    if (Array.isArray(value)) return this.#fill<unknown[]>(value, [], value.entries(), (copy, _key, item) => copy.push(item), value.length, depth);
    if (value instanceof Map)
      return this.#fill<Map<unknown, unknown>>(
        value,
        new Map(),
        value.entries(),
        (copy, key, item) => copy.set(this.#copy(key, depth + 1), item),
        value.size,
        depth,
      );
    if (value instanceof Set)
      return this.#fill<Set<unknown>>(value, new Set(), value.entries(), (copy, _key, item) => copy.add(item), value.size, depth);
    if (isLeaf(value)) return value;
    const keys = Object.keys(value);
    const entries = keys.slice(0, this.#limits.items).map((key): [string, unknown] => [key, (value as Record<string, unknown>)[key]]);
    const define = (copy: object, key: unknown, item: unknown): unknown =>
      Object.defineProperty(copy, key as string, { value: item, enumerable: true });
    return this.#fill(value, Object.create(Object.getPrototypeOf(value) as object | null) as object, entries.values(), define, keys.length, depth);
  }

  #fill<C extends object>(
    original: object,
    copy: C,
    entries: Iterable<[unknown, unknown]>,
    add: (copy: C, key: unknown, item: unknown) => unknown,
    size: number,
    depth: number,
  ): C {
    this.#copies.set(original, copy);
    let shown = 0;
    for (const [key, item] of entries) {
      if (shown === this.#limits.items || this.#left <= 0) break;
      add(copy, key, this.#copy(item, depth + 1));
      shown += 1;
    }
    const more = size - shown;
    if (more > 0) add(copy, "…", this.#omit(`… ${more} more ${Array.isArray(copy) || copy instanceof Set ? "items" : "entries"}`));
    return copy;
  }

  #omit(text: string): Omitted {
    this.truncated = true;
    return new Omitted(text);
  }
}

/** Dates, buffers, errors and the like: `inspect` shows them within its own limits. */
function isLeaf(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return !(prototype === null || prototype === Object.prototype || Array.isArray(value) || value instanceof Map || value instanceof Set);
}
