import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";

interface CellFile {
  readonly text: string;
  readonly mappings: readonly (readonly SourceMapSegment[])[];
  readonly source: string;
}

/** A text that was copied from a cell into another module. */
export interface CopiedText {
  readonly text: string;
  /** Where it begins there, counted from 0. */
  readonly line: number;
  readonly column: number;
}

/** Where the texts of functions are from, so that stacks of workers lead to the cells. */
export class Origins {
  /** `undefined`: not read yet. */
  readonly #files = new Map<string, CellFile | undefined>();

  /** @param url of a compiled cell. */
  add(url: string): void {
    if (!this.#files.has(url)) this.#files.set(url, undefined);
  }

  /** The source map of a module with such texts in it, as JSON. */
  mapOf(copied: readonly CopiedText[]): string {
    const sources: string[] = [];
    const lines: SourceMapSegment[][] = [];
    for (const { text, line, column } of copied) {
      const file = this.#fileWith(text);
      if (!file) continue;
      const place = sources.includes(file.source) ? sources.indexOf(file.source) : sources.push(file.source) - 1;
      const start = file.text.indexOf(text);
      const before = file.text.slice(0, start).split("\n");
      const from = { line: before.length - 1, column: (before.at(-1) as string).length };
      const last = from.line + text.split("\n").length - 1;
      for (let own = from.line; own <= last; own += 1) {
        const isFirst = own === from.line;
        const shift = isFirst ? column - from.column : 0;
        lines[line + own - from.line] ??= [];
        for (const segment of file.mappings[own] ?? []) {
          if (segment.length === 1 || (isFirst && segment[0] < from.column)) continue;
          lines[line + own - from.line]?.push([segment[0] + shift, place, segment[2], segment[3]]);
        }
      }
    }
    return JSON.stringify({ version: 3, names: [], sources, mappings: encode(Array.from(lines, (segments) => segments ?? [])) });
  }

  #fileWith(text: string): CellFile | undefined {
    // A cell that was run again is looked at first.
    for (const url of [...this.#files.keys()].reverse()) {
      const file = this.#files.get(url) ?? read(url);
      this.#files.set(url, file);
      if (file.text.includes(text)) return file;
    }
    return undefined;
  }
}

function read(url: string): CellFile {
  const path = fileURLToPath(url);
  const { mappings, sources } = JSON.parse(readFileSync(`${path}.map`, "utf8")) as { mappings: string; sources: string[] };
  return { text: readFileSync(path, "utf8"), mappings: decode(mappings), source: sources[0] ?? "" };
}
