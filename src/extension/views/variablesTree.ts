import * as vscode from "vscode";
import type { ValueNode, ValueStep } from "../../protocol/questions.js";
import { Disposables } from "../disposables.js";
import { type Disposable, Emitter } from "../emitter.js";
import { contextValues, jupyterType, notebookTypes, viewIds } from "../ids.js";
import type { Kernels } from "../kernel/kernels.js";
import type { NotebookRuns } from "../notebook/notebookRuns.js";
import { valueItem } from "./treeItems.js";

/** A variable of the notebook that is active, or a part of one. */
export interface VariableNode {
  readonly notebook: string;
  readonly variable: string;
  /** From the whole value. */
  readonly path: readonly ValueStep[];
  readonly part: ValueNode;
}

/** How a session names what was imported. */
const importPrefix = "import ";

/** The variables of the notebook that is active, which unfold part by part. The API of the editor that would show them is a proposed one. */
export class VariablesTree implements vscode.TreeDataProvider<VariableNode>, Disposable {
  readonly #disposables = new Disposables();
  readonly #changes = this.#disposables.add(new Emitter<undefined>());
  readonly #kernels: Kernels;
  #shown: string | undefined;

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(kernels: Kernels, runs: NotebookRuns) {
    this.#kernels = kernels;
    this.#shown = activeNotebook();
    this.#disposables.add(vscode.window.createTreeView(viewIds.variables, { treeDataProvider: this, showCollapseAll: true }));
    this.#disposables.add(
      runs.onDidChange((notebook) => notebook.uri.toString() === this.#shown && !runs.isBusy(notebook) && this.#changes.fire(undefined)),
    );
    this.#disposables.add(kernels.onEnd(({ kernel }) => kernel === this.#shown && this.#changes.fire(undefined)));
    this.#disposables.add(
      vscode.window.onDidChangeActiveNotebookEditor(() => {
        const active = activeNotebook();
        // The view itself takes the focus: what it shows stays.
        if (active === undefined || active === this.#shown) return;
        this.#shown = active;
        this.#changes.fire(undefined);
      }),
    );
  }

  async getChildren(node?: VariableNode): Promise<VariableNode[]> {
    const notebook = node?.notebook ?? this.#shown;
    if (notebook === undefined) return [];
    if (!node) return this.#variables(notebook);
    const answer = await this.#kernels.askCell(notebook, node.variable, { kind: "children", path: node.path });
    return answer.kind === "children" ? answer.nodes.map((part) => ({ ...node, path: [...node.path, part.step], part })) : [];
  }

  getTreeItem({ notebook, variable, path, part }: VariableNode): vscode.TreeItem {
    const item = valueItem({ kind: "value", id: JSON.stringify([notebook, variable, path]), taskId: "", path, part, text: part.preview });
    const isModule = path.length === 0 && variable.startsWith(importPrefix);
    return Object.assign(item, { contextValue: contextValues.variable, ...(isModule && { iconPath: new vscode.ThemeIcon("package") }) });
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #variables(notebook: string): Promise<VariableNode[]> {
    const answer = await this.#kernels.askVariables(notebook);
    if (answer.kind !== "variables") return [];
    const nodes = answer.variables.map(({ name, ...variable }): VariableNode => {
      const label = name.startsWith(importPrefix) ? name.slice(importPrefix.length) : name;
      return { notebook, variable: name, path: [], part: { label, ...variable, step: { entry: 0 } } };
    });
    const isImport = ({ variable }: VariableNode): boolean => variable.startsWith(importPrefix);
    return [...nodes.filter((node) => !isImport(node)), ...nodes.filter(isImport)];
  }
}

function activeNotebook(): string | undefined {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  return notebook && [...notebookTypes, jupyterType].includes(notebook.notebookType as never) ? notebook.uri.toString() : undefined;
}
