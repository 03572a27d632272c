import { inspect } from "node:util";
import { displayKey, usageKey } from "../programs/callProgram.js";
import { type ProgressDescription, previewLimit, textLimit, type UsageDescription, type ValueDescription } from "../protocol/values.js";
import { plotOf } from "./values/numberPlot.js";
import { recordsOf } from "./values/table.js";
import { isExpandable } from "./values/valueTree.js";

/** Items of one collection, keys of one object that are shown. */
const itemLimit = 1000;
/** Values shown in all: keeps `inspect` short whatever comes. */
const nodeLimit = 10_000;
/** The same of a preview, of which there may be hundreds at a time. */
const previewNodes = 100;
/** Nesting shown. */
const depthLimit = 12;
/** Characters of one string that are shown. */
const stringLimit = 50_000;

/** Prepares a result for people, in bounded time: a value that is too large is shown in part, and says so. Never throws. */
export function describeValue(value: unknown): ValueDescription {
  const display = displayOf(value);
  if (display) return describeDisplay(display);
  const bounded = new Bounded(value);
  const plot = plotOf(value);
  const text = inspect(bounded.value, { depth: depthLimit + 1, maxArrayLength: itemLimit + 1, maxStringLength: stringLimit, breakLength: 100 });
  return {
    preview: shortened(bounded.value),
    text: cut(text, textLimit),
    truncated: bounded.truncated || text.length > textLimit || /\.\.\. \d+ more (item|character)s?/.test(text),
    type: typeName(value),
    ...(isExpandable(value) && { expandable: true }),
    ...(recordsOf(value) && { tabular: true }),
    ...(plot && { plot }),
  };
}

/** One line, at most {@link previewLimit} characters. Never throws. */
export function previewOf(value: unknown): string {
  return typeof value === "object" && value !== null ? shortened(new Bounded(value, previewNodes).value) : shortened(value);
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
  readonly #copies = new Map<object, unknown>();

  /** @param nodes values that are copied in all. */
  constructor(value: unknown, nodes = nodeLimit) {
    this.#left = nodes;
    this.value = this.#copy(value, 0);
  }

  #copy(value: unknown, depth: number): unknown {
    this.#left -= 1;
    if (typeof value !== "object" || value === null) return value;
    const known = this.#copies.get(value);
    if (known) return known;
    if (depth > depthLimit && !isLeaf(value)) return this.#omit(`[${typeName(value)}]`);
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
    const entries = keys.slice(0, itemLimit).map((key): [string, unknown] => [key, (value as Record<string, unknown>)[key]]);
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
      if (shown === itemLimit || this.#left <= 0) break;
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
