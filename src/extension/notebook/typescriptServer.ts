import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import { jupyterType, notebookTypes, typescriptPlugin } from "../ids.js";

/** What the editor's own TypeScript extension exports. */
interface TypeScriptExtension {
  getAPI(version: 0): { configurePlugin(id: string, configuration: unknown): void } | undefined;
}

/** Tells the plugin of TypeScript's server which cells a notebook has, in which order: the server knows them as single files. */
export class TypeScriptServer implements Disposable {
  readonly #disposables = new Disposables();
  #told = "";

  constructor() {
    const tell = (): void => void this.#tell();
    this.#disposables.add(vscode.workspace.onDidOpenNotebookDocument(tell));
    this.#disposables.add(vscode.workspace.onDidCloseNotebookDocument(tell));
    this.#disposables.add(vscode.workspace.onDidChangeNotebookDocument(({ contentChanges }) => contentChanges.length > 0 && tell()));
    tell();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #tell(): Promise<void> {
    const types: readonly string[] = [...notebookTypes, jupyterType];
    const open = vscode.workspace.notebookDocuments.filter(({ notebookType }) => types.includes(notebookType));
    const code = (notebook: vscode.NotebookDocument): string[] =>
      notebook.getCells().flatMap(({ kind, document }) => (kind === vscode.NotebookCellKind.Code ? [document.uri.fragment] : []));
    const notebooks = Object.fromEntries(open.map((notebook) => [notebook.uri.path, code(notebook)]));
    const told = JSON.stringify(notebooks);
    if (told === this.#told || (open.length === 0 && this.#told === "")) return;
    this.#told = told;
    const extension = vscode.extensions.getExtension<TypeScriptExtension>("vscode.typescript-language-features");
    (await extension?.activate())?.getAPI(0)?.configurePlugin(typescriptPlugin, { notebooks });
  }
}
