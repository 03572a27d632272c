import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { NotebookSession } from "../../../../src/kernel/notebook/notebookSession.js";
import type { CellOutcome, CellOutput, MimeBundle, SessionTask } from "../../../../src/protocol/cells.js";

/** What became of a cell. */
export interface CellResult {
  readonly run: number;
  readonly outcome: CellOutcome;
  /** What is shown at its end, replaced outputs left out. */
  readonly outputs: readonly CellOutput[];
  /** All that was told, in order. */
  readonly told: readonly CellOutput[];
  readonly isLive: boolean;
}

const built = (name: string): string => pathToFileURL(path.resolve("dist", name)).href;

/** A notebook in a folder of its own, whose cells really run. */
export class TestNotebook {
  readonly folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "notebook-")));
  readonly session: NotebookSession;
  readonly tasks = new Map<number, SessionTask>();
  readonly lost: string[] = [];
  readonly stuck: number[] = [];
  readonly unowned: CellOutput[] = [];
  readonly texts = new Map<string, string>();
  readonly #told = new Map<number, CellOutput[]>();
  readonly #waiting = new Map<string, () => void>();
  readonly #ends = new Map<number, CellResult>();
  readonly #closed = new Set<number>();
  readonly #changed = new Set<() => void>();
  #runs = 0;

  constructor({ execArgv = [] as readonly string[] } = {}) {
    this.session = new NotebookSession({
      notebook: path.join(this.folder, "book.nb.ts"),
      storage: path.join(this.folder, ".storage"),
      libraryUrl: built("futures/index.js"),
      sessionUrl: built("kernel/session.js"),
      execArgv,
      listener: {
        started: (run) => this.#tell(`started ${run}`),
        outputs: (run, outputs) => {
          if (run === undefined) this.unowned.push(...outputs);
          else this.#toldOf(run).push(...outputs);
          this.#change();
        },
        ended: (run, outcome, isLive) => {
          const told = this.#toldOf(run);
          this.#ends.set(run, { run, outcome, told, isLive, outputs: [] });
          this.#tell(`ended ${run}`);
        },
        closed: (run) => {
          this.#closed.add(run);
          this.#change();
        },
        tasks: (tasks) => {
          for (const task of tasks) this.tasks.set(task.id, task);
          this.#change();
        },
        stuck: (run) => {
          this.stuck.push(run);
          this.#change();
        },
        lost: (why) => {
          this.lost.push(why);
          this.#change();
        },
      },
    });
  }

  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Takes a cell into the queue; gives its run. */
  begin(text: string, timeout = 0, batch?: number): number {
    const run = ++this.#runs;
    const source = path.join(this.folder, `cell-${run}.ts`);
    this.session.run({ run, text, language: "ts", source, texts: this.texts, timeout, ...(batch !== undefined && { batch }) });
    return run;
  }

  async started(run: number): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.set(`started ${run}`, resolve));
  }

  async ended(run: number): Promise<CellResult> {
    await this.until(() => this.#ends.has(run));
    return this.#resultOf(run);
  }

  async closed(run: number): Promise<CellResult> {
    await this.until(() => this.#closed.has(run));
    return this.#resultOf(run);
  }

  run(text: string, timeout = 0): Promise<CellResult> {
    return this.ended(this.begin(text, timeout));
  }

  /** The text of what a cell shows last. @throws what it fails with. */
  async value(text: string): Promise<string | undefined> {
    const result = await this.run(text);
    if (result.outcome.state !== "finished") throw new Error(`${text}: ${JSON.stringify(result.outcome)}`);
    return bundles(result).at(-1)?.["text/plain"];
  }

  /** Resolves when something holds, looked at whenever anything is told. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#changed.delete(look);
        resolve();
      };
      this.#changed.add(look);
    });
  }

  async dispose(): Promise<void> {
    await this.session.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What was told of a run so far. */
  toldOf(run: number): readonly CellOutput[] {
    return this.#toldOf(run);
  }

  #toldOf(run: number): CellOutput[] {
    const told = this.#told.get(run) ?? [];
    this.#told.set(run, told);
    return told;
  }

  #resultOf(run: number): CellResult {
    const shown: CellOutput[] = [];
    const told = this.#toldOf(run);
    for (const output of told) {
      const last = shown.at(-1);
      if (output.kind === "clear") shown.length = 0;
      else if (output.kind === "stream" && last?.kind === "stream" && last.stream === output.stream)
        shown[shown.length - 1] = { ...output, text: last.text + output.text };
      else {
        const place = output.kind === "display" ? shown.findIndex((each) => each.kind === "display" && each.id === output.id) : -1;
        if (place >= 0) shown[place] = output;
        else shown.push(output);
      }
    }
    return { ...(this.#ends.get(run) as CellResult), outputs: shown, told };
  }

  #tell(what: string): void {
    this.#waiting.get(what)?.();
    this.#waiting.delete(what);
    this.#change();
  }

  #change(): void {
    for (const look of [...this.#changed]) look();
  }
}

/** What a cell has printed. */
export function printed({ outputs }: CellResult, stream?: "stdout" | "stderr"): string {
  return outputs.flatMap((output) => (output.kind === "stream" && (!stream || output.stream === stream) ? [output.text] : [])).join("");
}

export function bundles({ outputs }: CellResult): MimeBundle[] {
  return outputs.flatMap((output) => (output.kind === "display" ? [output.bundle] : []));
}

/** The error of a cell as `Name: message`. */
export function failure({ outcome }: CellResult): string {
  return outcome.state === "failed" ? `${outcome.error.name}: ${outcome.error.message}` : outcome.state;
}
