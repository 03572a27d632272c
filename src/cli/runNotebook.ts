import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { languageOf } from "../analysis/language.js";
import { type Ipynb, type IpynbCell, ipynbMetadata, linesOf, parseIpynb, printIpynb, textOf, withIds } from "../analysis/notebook/ipynb.js";
import { type CellOptions, cellOptions, markerInfo } from "../analysis/notebook/markers.js";
import { firstLines, parsePlainNotebook } from "../analysis/notebook/plainNotebook.js";
import type { Language } from "../analysis/types.js";
import { NotebookSession } from "../kernel/notebook/notebookSession.js";
import type { CellOutcome, CellOutput } from "../protocol/cells.js";
import { CellOutputs } from "./notebookOutputs.js";

const libraryUrl = new URL("../futures/index.js", import.meta.url).href;
const sessionUrl = new URL("../kernel/session.js", import.meta.url).href;

/** A cell as it is in its file. */
interface FileCell {
  readonly kind: "code" | "markdown" | "raw";
  readonly text: string;
  /** Counted from 1. */
  readonly firstLine: number;
  /** What stands for it in stacks. */
  readonly source: string;
  readonly options: CellOptions;
  /** As it stands in a notebook file. */
  readonly ipynb: IpynbCell;
}

export interface RunNotebookOptions {
  /** Path of the executed notebook to be written, from the working directory. */
  readonly output?: string;
}

/** True for files that are run cell by cell. */
export function isNotebook(file: string): boolean {
  return /\.nb\.[cm]?[jt]sx?$|\.ipynb$/i.test(file);
}

/**
 * Runs all cells of a notebook in order, up to one that fails, and prints what they show.
 * @param file path of a `*.nb.ts` or a Jupyter notebook, from the working directory.
 * @returns the exit code: 1 if a cell failed, or the file is not to be read.
 */
export async function runNotebook(file: string, { output }: RunNotebookOptions = {}): Promise<number> {
  const notebook = path.resolve(file);
  if (!existsSync(notebook)) return refuse(`there is no file ${notebook}`);
  let read: { readonly cells: readonly FileCell[]; readonly language: Language; readonly metadata: Ipynb["metadata"] };
  try {
    read = readNotebook(notebook);
  } catch (error) {
    return refuse(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const storage = mkdtempSync(path.join(os.tmpdir(), "futures-"));
  const runner = new NotebookRunner(notebook, storage, read.language);
  // A person who presses Ctrl+C ends the notebook, and what it has begun.
  process.once("SIGINT", () => {
    void runner.dispose().then(() => {
      rmSync(storage, { recursive: true, force: true });
      process.exit(130);
    });
  });
  const executed: IpynbCell[] = [];
  let failed = false;
  let count = 0;
  try {
    for (const cell of read.cells) {
      if (failed || cell.kind !== "code" || cell.text.trim() === "") {
        executed.push(cell.kind === "code" ? { ...cell.ipynb, outputs: [], execution_count: null } : cell.ipynb);
        continue;
      }
      count += 1;
      const outputs = await runner.run(cell, count);
      failed = runner.hasFailed;
      executed.push({ ...cell.ipynb, outputs: outputs.all, execution_count: count });
    }
  } finally {
    await runner.dispose();
    rmSync(storage, { recursive: true, force: true });
  }
  if (output !== undefined) {
    const metadata = { ...ipynbMetadata, ...read.metadata };
    writeFileSync(path.resolve(output), printIpynb({ nbformat: 4, nbformat_minor: 5, metadata, cells: executed }));
  }
  return failed ? 1 : 0;
}

/** Runs cells one by one, and prints what they show. */
class NotebookRunner {
  hasFailed = false;
  readonly #session: NotebookSession;
  readonly #language: Language;
  readonly #outputs = new Map<number, CellOutputs>();
  #ended: ((outcome: CellOutcome, isLive: boolean) => void) | undefined;
  #closed: (() => void) | undefined;

  constructor(notebook: string, storage: string, language: Language) {
    this.#language = language;
    this.#session = new NotebookSession({
      notebook,
      storage,
      libraryUrl,
      sessionUrl,
      printLimit: Number.POSITIVE_INFINITY,
      listener: {
        started: () => {},
        outputs: (run, outputs) => this.#show(run, outputs),
        ended: (_run, outcome, isLive) => this.#ended?.(outcome, isLive),
        closed: () => this.#closed?.(),
        tasks: () => {},
        stuck: () => {},
        lost: () => {},
      },
    });
  }

  /** Resolves when the cell has ended, and the futures that it shows are done. */
  async run({ text, source, firstLine, options }: FileCell, run: number): Promise<CellOutputs> {
    const outputs = new CellOutputs();
    this.#outputs.set(run, outputs);
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    const { outcome, isLive } = await new Promise<{ outcome: CellOutcome; isLive: boolean }>((resolve) => {
      this.#ended = (outcome, isLive) => resolve({ outcome, isLive });
      this.#session.run({ run, text, language: this.#language, source, firstLine, texts: new Map(), ...options });
    });
    if (isLive) await closed;
    for (const shown of outputs.texts) process.stdout.write(`${shown}\n`);
    if (outcome.state !== "finished") {
      this.hasFailed = true;
      const error =
        outcome.state === "failed"
          ? outcome.error
          : ({ source: "stop", name: "Interrupted", message: "the cell was interrupted", stack: "", frames: [] } as const);
      outputs.addError(error);
      const place = error.frames[0]?.text;
      process.stderr.write(`${error.stack || `${error.name}: ${error.message}${place ? `\n    at ${place}` : ""}`}\n`);
    }
    return outputs;
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }

  #show(run: number | undefined, outputs: readonly CellOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "stream") process[output.stream].write(output.text);
      if (run !== undefined) this.#outputs.get(run)?.add(output, run);
    }
  }
}

function readNotebook(notebook: string): { cells: FileCell[]; language: Language; metadata: Ipynb["metadata"] } {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(notebook));
  if (notebook.toLowerCase().endsWith(".ipynb")) {
    const { cells, metadata } = parseIpynb(text);
    const code = withIds(cells).map((cell, place): FileCell => {
      const source = `${notebook}#cell-${place + 1}`;
      const text = textOf(cell.source);
      return { kind: cell.cell_type, text, firstLine: 1, source, options: {}, ipynb: { ...cell, source: linesOf(text) } };
    });
    return { cells: code, language: "ts", metadata };
  }
  const language = languageOf(notebook) ?? "ts";
  const plain = parsePlainNotebook(text, language);
  const lines = firstLines(plain);
  const cells = plain.cells.map((cell, place): FileCell => {
    const options = cellOptions(markerInfo(cell.source?.marker ?? ""));
    const ipynb: IpynbCell = {
      cell_type: cell.kind,
      id: `cell-${place + 1}`,
      metadata: {},
      source: linesOf(cell.text),
      ...(cell.kind === "code" && { outputs: [], execution_count: null }),
    };
    return { kind: cell.kind, text: cell.text, firstLine: lines[place] ?? 1, source: notebook, options, ipynb };
  });
  return { cells, language, metadata: {} };
}

function refuse(reason: string): number {
  process.stderr.write(`futures: ${reason}\n`);
  return 1;
}
