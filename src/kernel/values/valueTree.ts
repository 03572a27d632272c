import type { ValueNode, ValueStep } from "../../protocol/questions.js";
import { previewOf, typeName } from "./bounded.js";

/** Entries shown at a time; more are folded into stretches of so many, and those again. */
const stretch = 100;
/** Characters of a key that are shown. */
const labelLimit = 80;

/** What a value has in it. */
interface Parts {
  readonly size: number;
  label(place: number): string;
  at(place: number): unknown;
}

/** A value and which of its entries are meant. */
interface Place {
  readonly value: unknown;
  readonly from: number;
  readonly to: number;
}

/** @returns whether there is anything in a value to be looked at by itself. */
export function isExpandable(value: unknown): boolean {
  return partsOf(value).size > 0;
}

/**
 * The lines below a part of a value.
 * @param path from the whole value.
 * @throws RangeError if there is no such part.
 */
export function childrenOf(value: unknown, path: readonly ValueStep[]): ValueNode[] {
  const { value: part, from, to } = path.reduce(follow, wholeOf(value));
  const parts = partsOf(part);
  if (to - from <= stretch) return Array.from({ length: to - from }, (_, i) => nodeOf(parts, from + i));
  let size = stretch;
  while ((to - from) / size > stretch) size *= stretch;
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, i) => {
    const start = from + i * size;
    const end = Math.min(to, start + size);
    return { label: `[${start} … ${end - 1}]`, preview: "", type: "", expandable: true, step: { from: start, to: end } };
  });
}

function follow({ value, from, to }: Place, step: ValueStep): Place {
  if ("from" in step) {
    if (step.from < from || step.to > to) throw new RangeError(`there are no entries ${step.from} to ${step.to}`);
    return { value, from: step.from, to: step.to };
  }
  const parts = partsOf(value);
  if (step.entry < 0 || step.entry >= parts.size) throw new RangeError(`there is no entry ${step.entry}`);
  return wholeOf(parts.at(step.entry));
}

function wholeOf(value: unknown): Place {
  return { value, from: 0, to: partsOf(value).size };
}

function nodeOf(parts: Parts, place: number): ValueNode {
  const value = parts.at(place);
  return { label: parts.label(place), preview: previewOf(value), type: typeName(value), expandable: isExpandable(value), step: { entry: place } };
}

/** What came by structured clone has no getters, so that reading runs no code. */
function partsOf(value: unknown): Parts {
  if (typeof value !== "object" || value === null) return none;
  if (Array.isArray(value)) return { size: value.length, label: (i) => `[${i}]`, at: (i) => value[i] };
  if (ArrayBuffer.isView(value) && "length" in value) {
    const items = value as unknown as ArrayLike<unknown>;
    return { size: items.length, label: (i) => `[${i}]`, at: (i) => items[i] };
  }
  if (value instanceof Map) {
    const entries = [...value];
    const label = (i: number): string => cut(typeof entries[i]?.[0] === "string" ? (entries[i]?.[0] as string) : previewOf(entries[i]?.[0]));
    return { size: entries.length, label, at: (i) => entries[i]?.[1] };
  }
  if (value instanceof Set) {
    const items = [...value];
    return { size: items.length, label: () => "", at: (i) => items[i] };
  }
  if (value instanceof Error) {
    const keys = ["message", "stack", ...("cause" in value ? ["cause"] : []), ...Object.keys(value)];
    return { size: keys.length, label: (i) => keys[i] as string, at: (i) => value[keys[i] as keyof Error] };
  }
  const keys = Object.keys(value);
  return { size: keys.length, label: (i) => cut(keys[i] as string), at: (i) => (value as Record<string, unknown>)[keys[i] as string] };
}

const none: Parts = { size: 0, label: () => "", at: () => undefined };

function cut(text: string): string {
  return text.length <= labelLimit ? text : `${text.slice(0, labelLimit - 1)}…`;
}
