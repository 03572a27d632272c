/**
 * Notebooks as plain modules: `// %%` begins a cell of code, `// %% [markdown]` one of text in `//` comments. What is read keeps what was
 * written, so that a notebook that is printed again is the same to the byte wherever nobody changed it.
 */
import type { Language } from "../types.js";
import { isMarkdown, markersIn, markerWithKind } from "./markers.js";

export type CellKind = "code" | "markdown";

/** What stood in the file for a cell: its marker's line, and all up to the next marker. */
export interface CellSource {
  /** With its line break; empty for code before the first marker. */
  readonly marker: string;
  readonly body: string;
}

export interface PlainCell {
  readonly kind: CellKind;
  /** What is edited: code, or Markdown. Lines end with `\n`, and none at the end is empty. */
  readonly text: string;
  /** Absent: the cell is new. */
  readonly source?: CellSource;
}

export interface PlainNotebook {
  /** A byte order mark, and blank lines before the first marker. */
  readonly head: string;
  /** Line break of new lines. */
  readonly eol: "\n" | "\r\n";
  readonly cells: readonly PlainCell[];
}

/** Reads a module as a notebook; every text is one. Code before the first marker is a cell of its own. */
export function parsePlainNotebook(text: string, language: Language): PlainNotebook {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const rest = text.slice(mark.length);
  const starts = markersIn(rest, language);
  const preamble = rest.slice(0, starts[0]?.start ?? rest.length);
  const isBlank = /^\s*$/.test(preamble);
  const cells: PlainCell[] = isBlank ? [] : [cellOf({ marker: "", body: preamble })];
  starts.forEach(({ start, end }, index) => {
    cells.push(cellOf({ marker: rest.slice(start, end), body: rest.slice(end, starts[index + 1]?.start) }));
  });
  return { head: mark + (isBlank ? preamble : ""), eol: /\r?\n/.exec(rest)?.[0] === "\r\n" ? "\r\n" : "\n", cells };
}

/** Writes a notebook as a module. Cells that are as they were read are written as they were. */
export function printPlainNotebook({ head, eol, cells }: PlainNotebook): string {
  let printed = head;
  cells.forEach((cell, index) => {
    const { marker, body } = sourceFor(cell, index === 0, eol);
    if (marker !== "" && printed !== "" && !/[\n\r]$/.test(printed) && printed !== "\uFEFF") printed += eol;
    // A marker that was not there before stands off from what is above it.
    if (index > 0 && !cell.source?.marker && !/(?:^|\n|\r(?!\n))[ \t]*(?:\r\n|\n|\r)$/.test(printed)) printed += eol;
    printed += marker === "" || /[\n\r]$/.test(marker) || body === "" ? marker + body : marker + eol + body;
  });
  return printed;
}

/** The text of a cell as it is read from what stands for it. */
export function cellOf(source: CellSource): PlainCell {
  const lines = source.body.slice(0, source.body.length - tailOf(source.body).length).split(/\r\n|\n|\r/);
  const markdown = isMarkdown(source.marker) ? markdownOf(lines) : undefined;
  return markdown === undefined ? { kind: "code", text: lines.join("\n"), source } : { kind: "markdown", text: markdown, source };
}

function sourceFor({ kind, text, source }: PlainCell, isFirst: boolean, eol: string): CellSource {
  const was = source && cellOf(source);
  const isSame = was?.kind === kind && was.text === text;
  const needsMarker = !source || (source.marker === "" && !(isFirst && kind === "code"));
  const marker = needsMarker ? markerWithKind(`// %%${eol}`, kind) : isSame ? source.marker : markerWithKind(source.marker, kind);
  if (source && isSame) return { marker, body: source.body };
  const lines = kind === "markdown" ? text.split("\n").map((line) => (line === "" ? "//" : `// ${line}`)) : text.split("\n");
  const tail = source ? tailOf(source.body) : "";
  if (text === "") return { marker, body: tail };
  return { marker, body: lines.join(eol) + (/^[\n\r]/.test(tail) || (source?.body && tail === "") ? tail : eol) };
}

/** Blank lines at the end of a text, with the line break before them. */
function tailOf(body: string): string {
  return /^[ \t]*(?:(?:\r\n|\n|\r)[ \t]*)*$/.exec(body)?.[0] ?? /(?:(?:\r\n|\n|\r)[ \t]*)*$/.exec(body)?.[0] ?? "";
}

/** The text of comments, one to a line or one around all; `undefined` if there is anything else: that is code, whatever its marker says. */
function markdownOf(lines: readonly string[]): string | undefined {
  if (lines.every((line) => /^\s*$/.test(line))) return "";
  if (lines.every((line) => line.startsWith("//"))) return lines.map((line) => line.replace(/^\/\/ ?/, "")).join("\n");
  const block = /^\/\*\*?\s*?\n?((?:(?!\*\/)[\s\S])*?)\n?[ \t]*\*\/$/.exec(lines.join("\n"))?.[1];
  if (block === undefined) return undefined;
  const inner = block.split("\n");
  const isStarred = inner.every((line) => /^\s*\*(?:\s|$)/.test(line));
  return (isStarred ? inner.map((line) => line.replace(/^\s*\* ?/, "")) : inner).join("\n").trim();
}

/** The line, counted from 1, at which the text of each cell begins in the file. */
export function firstLines({ head, cells }: PlainNotebook): number[] {
  let before = head;
  return cells.map(({ source = { marker: "", body: "" } }) => {
    const line = (before + source.marker).split(/\r\n|\n|\r/).length;
    before += source.marker + source.body;
    return line;
  });
}
