import * as vscode from "vscode";
import { scriptOf } from "../../analysis/notebook/exportScript.js";
import { type PlainCell, printPlainNotebook } from "../../analysis/notebook/plainNotebook.js";
import { UserError } from "../errors.js";
import { type CommandArguments, jupyterType, type NotebookReference, notebookTypes } from "../ids.js";
import type { Controllers } from "./controllers.js";
import type { NotebookRuns } from "./notebookRuns.js";
import { PlainSerializer } from "./plainSerializer.js";

/** Commands about whole notebooks, and about their cells. */
export class NotebookCommands {
  readonly #runs: NotebookRuns;
  /** What a new notebook begins with. */
  readonly #template: vscode.Uri;

  readonly #controllers: Controllers;

  constructor(runs: NotebookRuns, controllers: Controllers, extensionUri: vscode.Uri) {
    this.#runs = runs;
    this.#controllers = controllers;
    this.#template = vscode.Uri.joinPath(extensionUri, "media", "templates", "notebook.nb.ts");
  }

  /** Ends the session; its variables are lost. */
  async restart(reference?: NotebookReference): Promise<void> {
    await this.#runs.restart(this.#notebook(reference));
  }

  async restartAndRunAll(reference?: NotebookReference): Promise<void> {
    const notebook = this.#notebook(reference);
    await this.#runs.restart(notebook);
    await this.#run(notebook, 0, notebook.cellCount);
  }

  /** From the text of a notebook: opens it as one beside, and runs cells there. */
  async runCell({ uri, cell, which }: CommandArguments["futures.runCell"][0]): Promise<void> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    // The notebook is read from the disk.
    if (document.isDirty && !(await document.save()))
      throw new UserError(vscode.l10n.t("Save the file first: its cells are run as they are on the disk."));
    const type = notebookTypes[/\.nb\.ts$/.test(document.uri.path) ? 0 : 1];
    await vscode.commands.executeCommand("vscode.openWith", document.uri, type, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
    const notebook = vscode.workspace.notebookDocuments.find((candidate) => candidate.uri.toString() === uri);
    if (!notebook) throw new UserError(vscode.l10n.t("{0} cannot be opened as a notebook.", vscode.workspace.asRelativePath(document.uri)));
    const from = which === "above" ? 0 : cell;
    const to = which === "above" ? cell : which === "below" ? notebook.cellCount : cell + 1;
    await this.#run(notebook, from, to);
  }

  /** Runs a cell with the debugger: its breakpoints, and those of files that it imports, are hit. */
  async debugCell(reference?: CommandArguments["futures.debugCell"][0]): Promise<void> {
    const { t } = vscode.l10n;
    const editor = vscode.window.activeNotebookEditor;
    const cell = findCell(reference) ?? editor?.notebook.cellAt(editor.selection.start);
    const controller = cell && this.#controllers.of(cell.notebook);
    if (!cell || !controller || cell.kind !== vscode.NotebookCellKind.Code)
      throw new UserError(t("There is no cell to debug. Select a cell of code in a notebook."));
    await this.#runs.debug(cell, controller);
  }

  /** All that a cell has printed. */
  async openFullOutput(reference?: { readonly uri: string }): Promise<void> {
    const cell = findCell(reference);
    const file = cell && this.#runs.fullOutputOf(cell);
    if (file === undefined) throw new UserError(vscode.l10n.t("There is no more output than the cell shows."));
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
  }

  /** A new notebook, not saved yet. */
  async create(): Promise<void> {
    const data = new PlainSerializer().deserializeNotebook(await vscode.workspace.fs.readFile(this.#template));
    await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(notebookTypes[0], data));
  }

  /** The cells as one module, with markers between them. */
  async exportModule(reference?: NotebookReference): Promise<void> {
    await showText(printPlainNotebook({ head: "", eol: "\n", cells: plainCells(this.#notebook(reference)) }));
  }

  /** The cells as a script that prints what they show. */
  async exportScript(reference?: NotebookReference): Promise<void> {
    await showText(scriptOf(plainCells(this.#notebook(reference))));
  }

  /** As the buttons do: the editor chooses the kernel, where none is chosen. */
  async #run(notebook: vscode.NotebookDocument, start: number, end: number): Promise<void> {
    await vscode.commands.executeCommand("notebook.cell.execute", { ranges: [{ start, end }], document: notebook.uri });
  }

  #notebook({ uri }: NotebookReference = {}): vscode.NotebookDocument {
    const found =
      uri === undefined
        ? vscode.window.activeNotebookEditor?.notebook
        : vscode.workspace.notebookDocuments.find((notebook) => notebook.uri.toString() === uri);
    if (found && [...notebookTypes, jupyterType].includes(found.notebookType as never)) return found;
    throw new UserError(vscode.l10n.t("There is no notebook to do this with. Open a *.nb.ts file, or a Jupyter notebook with TypeScript cells."));
  }
}

function plainCells(notebook: vscode.NotebookDocument): PlainCell[] {
  return notebook.getCells().map(({ kind, document }) => ({
    kind: kind === vscode.NotebookCellKind.Code ? "code" : "markdown",
    text: document.getText().replaceAll("\r\n", "\n"),
  }));
}

async function showText(content: string): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "typescript", content }), { preview: false });
}

/** A cell by its document, or as the editor hands it to a command of its toolbar. */
function findCell(reference: { readonly uri: string } | vscode.NotebookCell | undefined): vscode.NotebookCell | undefined {
  if (!reference) return undefined;
  const uri = "document" in reference ? reference.document.uri.toString() : reference.uri;
  return vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells()).find(({ document }) => document.uri.toString() === uri);
}
