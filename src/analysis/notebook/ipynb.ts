/** Jupyter's notebook files, as far as cells and what they have shown go: nbformat 4.5. */

type Source = string | readonly string[];

export interface IpynbCell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly id?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: Source;
  readonly execution_count?: number | null;
  readonly outputs?: readonly IpynbOutput[];
}

export type IpynbOutput =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; readonly text: Source }
  | {
      readonly output_type: "display_data" | "execute_result";
      readonly data: Readonly<Record<string, unknown>>;
      readonly metadata: Readonly<Record<string, unknown>>;
      readonly execution_count?: number | null;
    }
  | { readonly output_type: "error"; readonly ename: string; readonly evalue: string; readonly traceback: readonly string[] };

export interface Ipynb {
  readonly nbformat: number;
  readonly nbformat_minor: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly cells: readonly IpynbCell[];
}

/** What a notebook of ours says of its language and kernel. */
export const ipynbMetadata = {
  kernelspec: { display_name: "TypeScript (Concurrent Futures)", language: "typescript", name: "concurrent-futures" },
  language_info: { file_extension: ".ts", mimetype: "text/typescript", name: "typescript" },
} as const;

/**
 * Reads a notebook file.
 * @throws SyntaxError that says what is wrong with it.
 */
export function parseIpynb(text: string): Ipynb {
  const parsed = JSON.parse(text) as Partial<Ipynb> | null;
  if (typeof parsed !== "object" || parsed === null || !Array.isArray(parsed.cells)) throw new SyntaxError("it is no notebook: it has no cells");
  if (typeof parsed.nbformat !== "number" || parsed.nbformat < 4) throw new SyntaxError(`its format is ${String(parsed.nbformat)}, and not 4`);
  for (const [place, cell] of parsed.cells.entries()) {
    const isText =
      typeof cell?.source === "string" || (Array.isArray(cell?.source) && cell.source.every((line: unknown) => typeof line === "string"));
    if (!isText) throw new SyntaxError(`cell ${place + 1} has no text`);
  }
  return { ...(parsed as Ipynb), metadata: parsed.metadata ?? {} };
}

/** The text of a cell or an output. */
export function textOf(source: Source): string {
  return typeof source === "string" ? source : source.join("");
}

/** A text as nbformat has it: lines with their ends, so that a change of one line is one in a diff. Lines end where they do for Python. */
export function linesOf(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they end lines
  return text === "" ? [] : text.split(/(?<=\r\n|\r(?!\n)|[\n\v\f\x1c-\x1e\x85\u2028\u2029])/);
}

/** What is shown, by MIME types, as nbformat has it: JSON as what it says, lines of what is text, and anything else as it is. */
export function mimeDataOf(bundle: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, content]) => {
      if (/^application\/(?:.*\+)?json$/.test(type)) return [type, jsonOf(content)];
      return [type, /^text\/|^application\/javascript$|^image\/svg\+xml$/.test(type) ? linesOf(content) : content];
    }),
  );
}

/** A text that is no JSON stands for itself, as a cell may show anything as JSON. */
function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
}

/** The cells, each with an id of its own: files before nbformat 4.5 have none, and a cell that was copied by hand has that of another. */
export function withIds(cells: readonly IpynbCell[]): IpynbCell[] {
  const isId = (id: unknown): id is string => typeof id === "string" && /^[\w-]{1,64}$/.test(id);
  const taken = new Set(cells.map(({ id }) => id));
  const seen = new Set<string>();
  let count = 0;
  return cells.map((cell) => {
    let { id } = cell;
    if (!isId(id) || seen.has(id)) {
      do id = `cell-${++count}`;
      while (taken.has(id));
    }
    seen.add(id);
    return { ...cell, id };
  });
}

/** Whether a cell of TypeScript or JavaScript is meant. */
export function isScript({ metadata }: Ipynb): boolean {
  const { kernelspec, language_info } = metadata as {
    kernelspec?: { language?: string; name?: string };
    language_info?: { name?: string };
  };
  return /^(?:typescript|javascript|ts|js)$/i.test(kernelspec?.language ?? language_info?.name ?? "");
}

/** As Jupyter writes it: to save it there changes nothing. */
export function printIpynb(notebook: Ipynb): string {
  return `${JSON.stringify(notebook, asJupyter, 1)}\n`;
}

/** Keys are sorted; halves of characters, which Jupyter could not write, are replaced as when they are printed. */
function asJupyter(_key: string, value: unknown): unknown {
  if (typeof value === "string") return value.replace(/\p{Surrogate}/gu, "\ufffd");
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
