import { inspect } from "node:util";
import { displayKey, usageKey } from "../programs/callProgram.js";
import { type ProgressDescription, previewLimit, textLimit, type UsageDescription, type ValueDescription } from "../protocol/values.js";
import { plotOf } from "./values/numberPlot.js";
import { recordsOf } from "./values/table.js";
import { isExpandable } from "./values/valueTree.js";

/** How much of a value is shown. Keeps `inspect` short whatever comes. */
interface Limits {
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

const usual: Limits = { items: 1_000, nodes: 10_000, depth: 12, string: 50_000, text: textLimit };
/** Of a preview there may be hundreds at a time. */
const brief: Limits = { ...usual, nodes: 100 };
/** Of what somebody has asked for. It takes half a second at most, in which nobody else is heard. */
const ample: Limits = { items: 100_000, nodes: 200_000, depth: 40, string: 5_000_000, text: 10_000_000 };

/** Prepares a result for people, in bounded time: a value that is too large is shown in part, and says so. Never throws. */
export function describeValue(value: unknown): ValueDescription {
  const display = displayOf(value);
  if (display) return describeDisplay(display);
  const bounded = new Bounded(value, usual);
  const plot = plotOf(value);
  return {
    preview: shortened(bounded.value),
    ...textOf(bounded, usual),
    type: typeName(value),
    ...(isExpandable(value) && { expandable: true }),
    ...(recordsOf(value) && { tabular: true }),
    ...(plot && { plot }),
  };
}

/** The value as {@link ValueDescription.text} has it, but for what is very large the whole of it. Never throws. */
export function amplyDescribed(value: unknown): Pick<ValueDescription, "text" | "truncated"> {
  return textOf(new Bounded(value, ample), ample);
}

function textOf(bounded: Bounded, limits: Limits): Pick<ValueDescription, "text" | "truncated"> {
  const { items, depth, string } = limits;
  const text = inspect(bounded.value, { depth: depth + 1, maxArrayLength: items + 1, maxStringLength: string, breakLength: 100 });
  return {
    text: cut(text, limits.text),
    truncated: bounded.truncated || text.length > limits.text || /\.\.\. \d+ more (item|character)s?/.test(text),
  };
}

/** One line, at most {@link previewLimit} characters. Never throws. */
export function previewOf(value: unknown): string {
  return typeof value === "object" && value !== null ? shortened(new Bounded(value, brief).value) : shortened(value);
}

function shortened(bounded: unknown): string {
  const preview = inspect(bounded, {
    depth: 2,
    maxArrayLength: 20,
    maxStringLength: previewLimit,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
  });
  return cut(preview.replace(/\s*\n\s*/g, " "), previewLimit);
}

/** Characters of what a value shows itself as; more of one MIME type is left out. */
const displayLimit = 2_000_000;

function displayOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Object.keys(value).join() !== displayKey) return undefined;
  const bundle = (value as Record<string, unknown>)[displayKey];
  return typeof bundle === "object" && bundle !== null ? (bundle as Record<string, unknown>) : undefined;
}

function describeDisplay(bundle: Record<string, unknown>): ValueDescription {
  const display: Record<string, string> = {};
  for (const [type, content] of Object.entries(bundle)) {
    const text = content instanceof Uint8Array ? Buffer.from(content).toString("base64") : typeof content === "string" ? content : inspect(content);
    if (text.length <= displayLimit) display[type] = text;
  }
  const plain = display["text/plain"];
  const types = Object.keys(bundle).join(", ");
  return {
    preview: cut((plain ?? `display: ${types}`).replace(/\s*\n\s*/g, " "), previewLimit),
    text: cut(plain ?? inspect(bundle, { maxStringLength: 2_000 }), textLimit),
    truncated: (plain?.length ?? 0) > textLimit || Object.keys(display).length < Object.keys(bundle).length,
    type: types,
    display,
  };
}

/** `{ value: 40, total: 100 }`, as the library makes of `progress(40, 100)`, and anything that a task may tell. */
export function describeProgress(told: unknown): ProgressDescription {
  const { value, total } = (typeof told === "object" && told !== null ? told : {}) as { value?: unknown; total?: unknown };
  if (typeof value === "number" && typeof total === "number" && total > 0)
    return { text: `${value}/${total}`, fraction: Math.min(1, Math.max(0, value / total)) };
  const shown = typeof told === "object" && told !== null && "value" in told && Object.keys(told).length === 1 ? value : told;
  return { text: typeof shown === "string" ? cut(shown.replace(/\s+/g, " "), 80) : cut(describeValue(shown).preview, 80) };
}

/** What a call tells at its end of what it took; nothing if it is the user's own progress. */
export function usageIn(told: unknown): UsageDescription | undefined {
  const { value } = (typeof told === "object" && told !== null ? told : {}) as { value?: unknown };
  if (typeof value !== "object" || value === null || !(usageKey in value)) return undefined;
  const { memory, cpuTime } = (value as Record<string, Partial<UsageDescription> | undefined>)[usageKey] ?? {};
  if (typeof memory !== "number") return undefined;
  return { memory, ...(typeof cpuTime === "number" && { cpuTime }) };
}

export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return `Array(${value.length})`;
  if (value instanceof Map || value instanceof Set) return `${value.constructor.name}(${value.size})`;
  if (ArrayBuffer.isView(value) && "length" in value) return `${value.constructor.name}(${value.length})`;
  return value.constructor?.name ?? "Object";
}

function cut(text: string, limit: number): string {
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
class Bounded {
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
