/** Cells on their way: each run is an execution of the editor, from the button to its last output. */
import * as vscode from "vscode";
import { cellOptions, markerInfo } from "../../analysis/notebook/markers.js";
import type { CellEvent, NotebookEvent } from "../../protocol/notebookMessages.js";
import type { ErrorDescription } from "../../protocol/values.js";
import type { Config } from "../config.js";
import { Disposables } from "../disposables.js";
import { unsavedTexts } from "../editor/documents.js";
import { type Disposable, Emitter } from "../emitter.js";
import type { KernelClient } from "../kernel/kernelClient.js";
import type { Kernels } from "../kernel/kernels.js";
import type { TaskOutput } from "../log.js";
import type { Messages } from "../messages.js";
import type { CellDebugging } from "./cellDebugging.js";
import { CellOutputWriter } from "./cellOutputs.js";
import { notebookPath, sourceOf, withCellNames } from "./cellPlaces.js";
import { onDidCloseNotebook } from "./closedNotebooks.js";
import { markerOf } from "./plainSerializer.js";

export interface NotebookRunsParts {
  readonly kernels: Kernels;
  readonly config: Config;
  readonly messages: Messages;
  readonly output: TaskOutput;
  readonly debugging: CellDebugging;
  /** Folder of what is built. */
  readonly storage: string;
}

interface CellRun {
  readonly run: number;
  readonly cell: vscode.NotebookCell;
  readonly execution: vscode.NotebookCellExecution;
  readonly writer: CellOutputWriter;
  readonly kernel: string;
  readonly generation: number;
  isStarted: boolean;
  /** Stands for it while it is debugged. */
  readonly debugFile?: string;
  outcome?: Extract<CellEvent["change"], { kind: "ended" }>["outcome"];
}

export class NotebookRuns implements Disposable {
  readonly #parts: NotebookRunsParts;
  readonly #disposables = new Disposables();
  /** By kernel, then by number. */
  readonly #open = new Map<string, Map<number, CellRun>>();
  /** Which cell a run was of, as long as its kernel lives: tasks of it may come late. */
  readonly #cells = new Map<string, Map<number, vscode.NotebookCell>>();
  readonly #orders = new Map<string, number>();
  readonly #fullOutputs = new WeakMap<vscode.NotebookCell, string>();
  readonly #changes = this.#disposables.add(new Emitter<vscode.NotebookDocument>());
  #last = 0;
  #batches = 0;

  /** A cell has begun or ended. */
  readonly onDidChange = this.#changes.event;

  constructor(parts: NotebookRunsParts) {
    this.#parts = parts;
    const { kernels } = parts;
    this.#disposables.add(
      kernels.onNotebookEvents(({ kernel, events }) => {
        for (const event of events) this.#take(kernel, event);
      }),
    );
    this.#disposables.add(kernels.onEnd(({ kernel, error }) => this.#lose(kernel, error)));
    this.#disposables.add(
      vscode.workspace.onDidChangeNotebookDocument(({ contentChanges }) => {
        for (const cell of contentChanges.flatMap(({ removedCells }) => removedCells)) this.#interruptCell(cell);
      }),
    );
    this.#disposables.add(onDidCloseNotebook((uri) => kernels.closeNotebook(uri.toString())));
  }

  /** Runs cells in the order given, up to one that fails. */
  execute(cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument, controller: vscode.NotebookController): void {
    this.#batches += 1;
    for (const cell of cells) this.#begin(cell, notebook, controller, this.#batches);
  }

  /** Runs a cell in its session with a debugger; resolves when it is on its way. */
  async debug(cell: vscode.NotebookCell, controller: vscode.NotebookController): Promise<void> {
    const file = await this.#parts.debugging.prepare(cell);
    this.#batches += 1;
    this.#begin(cell, cell.notebook, controller, this.#batches, file);
  }

  /** Ends the session of a notebook; resolves when it is gone. */
  async restart(notebook: vscode.NotebookDocument): Promise<void> {
    await this.#parts.kernels.get(keyOf(notebook))?.restart();
  }

  /** The kernel of a notebook, if it has one. */
  kernelOf(notebook: vscode.NotebookDocument): KernelClient | undefined {
    return this.#parts.kernels.get(keyOf(notebook));
  }

  /** Whether a cell of the notebook runs, or waits to. */
  isBusy(notebook: vscode.NotebookDocument): boolean {
    return (this.#open.get(keyOf(notebook))?.size ?? 0) > 0;
  }

  /** The cell of a run. */
  cellOf(kernel: string, run: number | undefined): vscode.NotebookCell | undefined {
    return run === undefined ? undefined : this.#cells.get(kernel)?.get(run);
  }

  /** Path of the file with all that a cell has printed, if that was too much to be shown. */
  fullOutputOf(cell: vscode.NotebookCell): string | undefined {
    return this.#fullOutputs.get(cell);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #begin(
    cell: vscode.NotebookCell,
    notebook: vscode.NotebookDocument,
    controller: vscode.NotebookController,
    batch: number,
    debugFile?: string,
  ): void {
    const { kernels, config } = this.#parts;
    const execution = controller.createNotebookCellExecution(cell);
    const refusal = this.#refusal(cell);
    if (refusal) {
      execution.start(Date.now());
      void execution.clearOutput();
      new CellOutputWriter(execution).fail(refusal);
      execution.end(false, Date.now());
      return;
    }
    const kernel = kernels.forNotebook(keyOf(notebook), notebookPath(notebook));
    const run: CellRun = {
      run: ++this.#last,
      cell,
      execution,
      writer: new CellOutputWriter(execution),
      kernel: kernel.key,
      generation: kernel.start(),
      isStarted: false,
      ...(debugFile !== undefined && { debugFile }),
    };
    mapIn(this.#open, kernel.key).set(run.run, run);
    mapIn(this.#cells, kernel.key).set(run.run, cell);
    execution.token.onCancellationRequested(() => kernel.send({ type: "interruptCell", run: run.run }));
    const { executor, timeout = config.cellTimeout.value } = cellOptions(markerInfo(markerOf(cell.metadata)));
    kernel.send({
      type: "runCell",
      run: run.run,
      notebook: notebookPath(notebook),
      text: cell.document.getText(),
      language: cell.document.languageId === "javascript" ? "js" : "ts",
      source: debugFile ?? sourceOf(cell),
      ...(debugFile !== undefined && { debug: true }),
      overlay: unsavedTexts(cell.document),
      timeout,
      batch,
      ...(executor && { executor }),
    });
    this.#changes.fire(notebook);
  }

  /** Why a cell is not run at all. */
  #refusal(cell: vscode.NotebookCell): ErrorDescription | undefined {
    const { t } = vscode.l10n;
    const refusal = (name: string, message: string): ErrorDescription => ({ source: "kernel", name, message, stack: "", frames: [] });
    if (!vscode.workspace.isTrusted)
      return refusal("NotTrusted", t("Nothing was run: this workspace is not trusted, and running a cell runs its code."));
    try {
      cellOptions(markerInfo(markerOf(cell.metadata)));
      return undefined;
    } catch (error) {
      return refusal("RangeError", error instanceof Error ? error.message : String(error));
    }
  }

  #take(kernel: string, event: NotebookEvent): void {
    if (event.type !== "cell") return;
    const run = this.#open.get(kernel)?.get(event.run);
    if (!run) {
      this.#late(kernel, event);
      return;
    }
    switch (event.change.kind) {
      case "started":
        this.#start(run, event.at);
        break;
      case "debuggable":
        void this.#parts.debugging.attach(run.cell, run.debugFile ?? "", event.change.port, this.#parts.storage);
        break;
      case "outputs":
        for (const output of event.change.outputs) run.writer.write(output);
        if (run.writer.fullOutput !== undefined) this.#fullOutputs.set(run.cell, run.writer.fullOutput);
        break;
      case "ended":
        this.#start(run, event.at);
        run.outcome = event.change.outcome;
        if (run.outcome.state === "failed") run.writer.fail(run.outcome.error);
        if (!event.change.isLive) this.#end(run, event.at);
        break;
      case "closed":
        this.#end(run, event.at);
        break;
      case "stuck":
        this.#offerRestart(run);
        break;
    }
  }

  #start(run: CellRun, at: number): void {
    if (run.isStarted) return;
    run.isStarted = true;
    const order = (this.#orders.get(run.kernel) ?? 0) + 1;
    this.#orders.set(run.kernel, order);
    run.execution.executionOrder = order;
    run.execution.start(at);
    this.#fullOutputs.delete(run.cell);
    void run.execution.clearOutput();
  }

  #end(run: CellRun, at: number): void {
    this.#open.get(run.kernel)?.delete(run.run);
    const state = run.outcome?.state ?? "interrupted";
    run.execution.end(state === "interrupted" ? undefined : state === "finished", at);
    this.#changes.fire(run.cell.notebook);
  }

  #interruptCell(cell: vscode.NotebookCell): void {
    for (const [kernel, runs] of this.#open) {
      for (const run of runs.values()) if (run.cell === cell) this.#parts.kernels.get(kernel)?.send({ type: "interruptCell", run: run.run });
    }
  }

  /** After its end nothing can be added to a cell. */
  #late(kernel: string, { run, change }: CellEvent): void {
    const cell = this.cellOf(kernel, run);
    if (change.kind !== "outputs" || !cell) return;
    for (const output of change.outputs) {
      if (output.kind !== "stream") continue;
      this.#parts.output.append({
        type: "output",
        worker: `cell ${cell.index + 1}`,
        stream: output.stream,
        text: withCellNames(output.text, cell.notebook),
      });
    }
  }

  #offerRestart(run: CellRun): void {
    const { t } = vscode.l10n;
    const restart = { title: t("Restart"), command: { id: "futures.restartNotebook", args: [{ uri: run.cell.notebook.uri.toString() }] } } as const;
    this.#parts.messages.warn(
      t(
        "Cell {0} does not stop: it is in code of a package that never returns. Only a restart ends it, and the notebook's variables are lost with it.",
        run.cell.index + 1,
      ),
      restart,
    );
  }

  #lose(kernel: string, error: ErrorDescription): void {
    const runs = [...(this.#open.get(kernel)?.values() ?? [])];
    const at = Date.now();
    for (const run of runs) {
      const wasStarted = run.isStarted;
      this.#start(run, at);
      // A cell that has not begun has nothing to do with it.
      run.outcome = wasStarted ? { state: "failed", error } : { state: "interrupted" };
      if (wasStarted) run.writer.fail(error);
      this.#end(run, at);
    }
    this.#open.delete(kernel);
    this.#cells.delete(kernel);
    this.#orders.delete(kernel);
  }
}

/** Names the kernel of a notebook. */
export function keyOf({ uri }: vscode.NotebookDocument): string {
  return uri.toString();
}

function mapIn<K, V>(maps: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const known = maps.get(key) ?? new Map<K, V>();
  maps.set(key, known);
  return known;
}
