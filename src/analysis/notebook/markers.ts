import { tryParse } from "../parse.js";
import type { Span } from "../text.js";
import type { Language } from "../types.js";

/** What a marker says of its cell: `// %% Primes [executor=processes timeout=5000]`. */
export interface MarkerInfo {
  readonly kind: "code" | "markdown";
  /** Empty: none. */
  readonly title: string;
  /** What stands in brackets as `name=value`. */
  readonly attributes: Readonly<Record<string, string>>;
}

const line = /^\/\/[ \t]*%%(?![^\s[])[^\n\r]*(?:\r\n|\n|\r|$)/gm;
const markdown = /\[(?:markdown|md)\]/i;

/** Where the lines of markers stand in a text, line breaks included. One in a template or a block comment is none. */
export function markersIn(text: string, language: Language): Span[] {
  const found = [...text.matchAll(line)].map(({ 0: match, index }) => ({ start: index, end: index + match.length }));
  if (found.length === 0 || !/`|\/\*/.test(text)) return found;
  const parsed = tryParse(text, language);
  // What does not parse may begin a template anywhere: then every line that looks like a marker is one.
  if (!("body" in parsed)) return found;
  const comments = new Set(parsed.comments.filter(({ type }) => type === "CommentLine").map(({ start }) => start));
  return found.filter(({ start }) => comments.has(start));
}

/** Reads a marker's line; an empty one is that of code before the first marker. */
export function markerInfo(marker: string): MarkerInfo {
  const rest = marker.replace(/^\/\/[ \t]*%%/, "").trim();
  const attributes: Record<string, string> = {};
  const title = rest.replace(/\[([^\]]*)\]/g, (brackets, inner: string) => {
    const pairs = [...inner.matchAll(/([\w.-]+)=("[^"]*"|\S+)/g)];
    if (pairs.length === 0) return markdown.test(brackets) ? "" : brackets;
    for (const [, name = "", value = ""] of pairs) attributes[name] = value.replace(/^"|"$/g, "");
    return "";
  });
  return { kind: isMarkdown(marker) ? "markdown" : "code", title: title.trim(), attributes };
}

/** True for the marker of a cell of text. */
export function isMarkdown(marker: string): boolean {
  return markdown.test(marker);
}

/** The same marker for a cell of this kind. */
export function markerWithKind(marker: string, kind: "code" | "markdown"): string {
  if (isMarkdown(marker) === (kind === "markdown")) return marker;
  const plain = marker.replace(new RegExp(`[ \\t]*${markdown.source}`, "gi"), "");
  return kind === "code" ? plain : plain.replace(/[ \t]*(\r\n|\n|\r|$)/, " [markdown]$1");
}

/** How a cell wants to be run. */
export interface CellOptions {
  /** Absent: in the session. */
  readonly executor?: "threads" | "processes";
  /** ms. */
  readonly timeout?: number;
}

/**
 * Reads the attributes of a cell; those with other names are none of ours.
 * @throws RangeError that says what one may be.
 */
export function cellOptions({ attributes: { executor, timeout } }: MarkerInfo): CellOptions {
  if (executor !== undefined && executor !== "threads" && executor !== "processes")
    throw new RangeError(`[executor=${executor}] must be [executor=threads] or [executor=processes]`);
  if (timeout !== undefined && !(Number(timeout) > 0)) throw new RangeError(`[timeout=${timeout}] must be a number of milliseconds, more than 0`);
  return { ...(executor !== undefined && { executor }), ...(timeout !== undefined && { timeout: Number(timeout) }) };
}
