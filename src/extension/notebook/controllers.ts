import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import { jupyterType, notebookTypes } from "../ids.js";
import type { NotebookRuns } from "./notebookRuns.js";

/** The languages of cells. */
const languages = ["typescript", "javascript"];

/** What the editor offers as kernels of notebooks: one for each type of notebook that cells of ours may stand in. */
export class Controllers implements Disposable {
  readonly #disposables = new Disposables();
  readonly #controllers = new Map<string, vscode.NotebookController>();

  constructor(runs: NotebookRuns) {
    for (const type of [...notebookTypes, jupyterType]) {
      const controller = this.#disposables.add(vscode.notebooks.createNotebookController(`concurrent-futures-${type}`, type, "Concurrent Futures"));
      controller.description = vscode.l10n.t("TypeScript on Node.js");
      controller.supportedLanguages = languages;
      controller.supportsExecutionOrder = true;
      controller.executeHandler = (cells, notebook, chosen) => {
        void nameKernel(notebook);
        runs.execute(cells, notebook, chosen);
      };
      this.#controllers.set(type, controller);
    }
    for (const notebook of vscode.workspace.notebookDocuments) this.#prefer(notebook);
    this.#disposables.add(vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#prefer(notebook)));
  }

  /** The controller of a notebook of a type that cells of ours may stand in. */
  of(notebook: vscode.NotebookDocument): vscode.NotebookController | undefined {
    return this.#controllers.get(notebook.notebookType);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** A notebook of another language, or of another kernel, is left alone. */
  #prefer(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== jupyterType || !isScript(notebook)) return;
    this.#controllers.get(jupyterType)?.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
  }
}

/** What Jupyter's files say of their kernel. */
interface JupyterMetadata {
  readonly kernelspec?: { readonly name?: string; readonly language?: string };
  readonly language_info?: { readonly name?: string };
}

function jupyterMetadata({ metadata }: vscode.NotebookDocument): JupyterMetadata {
  return (metadata["metadata"] ?? metadata) as JupyterMetadata;
}

function isScript(notebook: vscode.NotebookDocument): boolean {
  const { kernelspec, language_info: language } = jupyterMetadata(notebook);
  return /^(?:typescript|javascript)$/.test(kernelspec?.language ?? language?.name ?? "");
}

/** A Jupyter notebook without a kernel gets ours, so that it opens with colours elsewhere. */
async function nameKernel(notebook: vscode.NotebookDocument): Promise<void> {
  if (notebook.notebookType !== jupyterType || jupyterMetadata(notebook).kernelspec?.name !== undefined) return;
  const kernelspec = { display_name: "TypeScript (Concurrent Futures)", language: "typescript", name: "concurrent-futures" };
  const own = (notebook.metadata["metadata"] ?? {}) as object;
  const metadata = { ...notebook.metadata, metadata: { ...own, kernelspec, language_info: { name: "typescript", file_extension: ".ts" } } };
  const edit = new vscode.WorkspaceEdit();
  edit.set(notebook.uri, [vscode.NotebookEdit.updateNotebookMetadata(metadata)]);
  await vscode.workspace.applyEdit(edit);
}
