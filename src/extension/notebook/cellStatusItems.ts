import * as vscode from "vscode";
import { cellOptions, markerInfo } from "../../analysis/notebook/markers.js";
import { Disposables } from "../disposables.js";
import { type Disposable, Emitter } from "../emitter.js";
import { jupyterType, notebookTypes } from "../ids.js";
import type { NotebookRuns } from "./notebookRuns.js";
import { markerOf } from "./plainSerializer.js";

/** What stands below a cell: where it runs, if not in the session, and a way to all that it has printed. */
export class CellStatusItems implements vscode.NotebookCellStatusBarItemProvider, Disposable {
  readonly #disposables = new Disposables();
  readonly #changes = this.#disposables.add(new Emitter<void>());
  readonly #runs: NotebookRuns;

  readonly onDidChangeCellStatusBarItems = this.#changes.event;

  constructor(runs: NotebookRuns) {
    this.#runs = runs;
    this.#disposables.add(runs.onDidChange(() => this.#changes.fire()));
    for (const type of [...notebookTypes, jupyterType]) this.#disposables.add(vscode.notebooks.registerNotebookCellStatusBarItemProvider(type, this));
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const items: vscode.NotebookCellStatusBarItem[] = [];
    const where = whereOf(cell);
    if (where !== undefined)
      items.push(new vscode.NotebookCellStatusBarItem(`$(server-process) ${where}`, vscode.NotebookCellStatusBarAlignment.Right));
    if (this.#runs.fullOutputOf(cell) !== undefined) {
      const item = new vscode.NotebookCellStatusBarItem(vscode.l10n.t("Open Full Output"), vscode.NotebookCellStatusBarAlignment.Left);
      item.command = { title: item.text, command: "futures.openFullOutput", arguments: [{ uri: cell.document.uri.toString() }] };
      items.push(item);
    }
    return items;
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

function whereOf(cell: vscode.NotebookCell): string | undefined {
  try {
    return cellOptions(markerInfo(markerOf(cell.metadata))).executor;
  } catch {
    return undefined; // told when the cell is run
  }
}
