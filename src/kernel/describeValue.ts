import { inspect } from "node:util";
import { displayKey, usageKey } from "../programs/callSupport.js";
import { type ProgressDescription, previewLimit, textLimit, type UsageDescription, type ValueDescription } from "../protocol/values.js";
import { Bounded, cut, type Limits, shortened, typeName, usual } from "./values/bounded.js";
import { plotOf } from "./values/numberPlot.js";
import { recordsOf } from "./values/table.js";
import { isExpandable } from "./values/valueTree.js";

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
