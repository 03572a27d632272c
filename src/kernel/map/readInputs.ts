/** Loaded by workers: reads the inputs of a map from a file or a text. Parsing what is large must not hold up the kernel's own thread. */
import { readFile } from "node:fs/promises";
import path from "node:path";

type Format = "json" | "ndjson" | "csv" | "lines";

/**
 * @param file absolute path; its ending tells the format: `.json`, `.ndjson` or `.jsonl`, `.csv`. Any other is looked at as {@link readText} does.
 * @returns the inputs: the items of a JSON array, the values of the lines, the records of a CSV file.
 * @throws SyntaxError that names the file and the line.
 */
export async function readFileInputs(file: string): Promise<unknown[]> {
  const text = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  const format = formats[path.extname(file).toLowerCase()] ?? formatOf(text);
  try {
    return parsers[format](text);
  } catch (error) {
    throw new SyntaxError(`${path.basename(file)} is no ${names[format]}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The inputs that a text has: a JSON array, JSON values line by line, or else its lines. */
export function readText(text: string): unknown[] {
  return parsers[formatOf(text)](text);
}

const formats: Readonly<Record<string, Format>> = { ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv" };
const names: Readonly<Record<Format, string>> = { json: "JSON", ndjson: "NDJSON", csv: "CSV", lines: "text" };

function formatOf(text: string): Format {
  if (parses(() => parseJson(text))) return "json";
  return parses(() => parseNdjson(text)) ? "ndjson" : "lines";
}

function parses(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new TypeError(`it has ${value === null ? "null" : `one ${typeof value}`} and no array of inputs`);
  return value;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

function parseNdjson(text: string): unknown[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new SyntaxError(`line ${i + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** RFC 4180, the first line naming the columns. What is written as a number becomes one. */
function parseCsv(text: string): unknown[] {
  const [head, ...rows] = csvRows(text);
  if (!head) return [];
  return rows.map(({ cells, line }) => {
    if (cells.length !== head.cells.length) throw new SyntaxError(`line ${line} has ${cells.length} cells, the first line ${head.cells.length}`);
    return Object.fromEntries(head.cells.map((name, i) => [name, cellValue(cells[i] as string)]));
  });
}

function cellValue(cell: string): unknown {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cell) && String(Number(cell)).length <= 17 ? Number(cell) : cell;
}

function csvRows(text: string): { readonly cells: string[]; readonly line: number }[] {
  const rows: { cells: string[]; line: number }[] = [];
  const token = /("(?:[^"]|"")*"|[^,\r\n"]*)(,|\r\n|\n|\r|$)/gy;
  let cells: string[] = [];
  let line = 1;
  let start = 1;
  while (token.lastIndex < text.length || cells.length > 0) {
    const match = token.exec(text);
    if (!match) throw new SyntaxError(`line ${line}: a quote is not closed, or stands within a cell`);
    const [, cell = "", end] = match;
    cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    line += cell.split("\n").length - 1;
    if (end === ",") continue;
    if (cells.length > 1 || cells[0] !== "") rows.push({ cells, line: start });
    cells = [];
    line += 1;
    start = line;
    if (end === "") break;
  }
  return rows;
}

const parsers: Readonly<Record<Format, (text: string) => unknown[]>> = { json: parseJson, ndjson: parseNdjson, csv: parseCsv, lines: linesOf };
