import * as vscode from "vscode";
import type { TableMessage, TablePanelMessage } from "../../protocol/tablePanel.js";
import { Disposables } from "../disposables.js";
import { lineText } from "../editor/lineText.js";
import type { Disposable } from "../emitter.js";
import { tablePanelType } from "../ids.js";
import type { Kernels } from "../kernel/kernels.js";
import type { Messages } from "../messages.js";
import type { Submitter } from "../tasks/submitter.js";
import { callText, isOpen, type TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";

export interface TablePanelParts {
  readonly store: TaskStore;
  readonly kernels: Kernels;
  readonly submitter: Submitter;
  readonly messages: Messages;
  readonly extensionUri: vscode.Uri;
}

/** ms between two refreshes of a table whose map goes on. */
const refreshEvery = 250;

/** The results of a map, or an array of records, as tables: one panel a task. Rows stay in the kernel; a panel has those that are seen. */
export class TablePanels implements Disposable {
  readonly #parts: TablePanelParts;
  readonly #panels = new Map<string, TablePanel>();

  constructor(parts: TablePanelParts) {
    this.#parts = parts;
  }

  /** Shows a task's table, beside the editor. */
  open(task: TaskRecord): void {
    const known = this.#panels.get(task.id);
    if (known) {
      known.reveal();
      return;
    }
    const panel = new TablePanel(this.#parts, task);
    this.#panels.set(task.id, panel);
    panel.onEnd(() => this.#panels.delete(task.id));
  }

  /** Panels that are open, by their tasks. */
  get openTasks(): string[] {
    return [...this.#panels.keys()];
  }

  dispose(): void {
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }
}

class TablePanel implements Disposable {
  readonly #parts: TablePanelParts;
  readonly #taskId: string;
  readonly #panel: vscode.WebviewPanel;
  readonly #disposables = new Disposables();
  #refresh: NodeJS.Timeout | undefined;

  constructor(parts: TablePanelParts, task: TaskRecord) {
    this.#parts = parts;
    this.#taskId = task.id;
    const root = vscode.Uri.joinPath(parts.extensionUri, "dist", "renderer");
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false };
    const options = { enableScripts: true, localResourceRoots: [root] };
    this.#panel = vscode.window.createWebviewPanel(tablePanelType, `${task.functionName} #${task.id}`, where, options);
    const { webview } = this.#panel;
    webview.html = html(webview, root);
    this.#disposables.add(webview.onDidReceiveMessage((message: TableMessage) => void this.#take(message)));
    this.#disposables.add(parts.store.onDidChange((ids) => ids.has(this.#taskId) && this.#changed()));
    this.#disposables.defer(() => clearTimeout(this.#refresh));
    this.#panel.onDidDispose(() => this.#disposables.dispose());
  }

  onEnd(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  async #take(message: TableMessage): Promise<void> {
    try {
      await this.#answer(message);
    } catch (error) {
      this.#parts.messages.report(error);
    }
  }

  async #answer(message: TableMessage): Promise<void> {
    const { t } = vscode.l10n;
    switch (message.type) {
      case "ready":
        this.#post({ type: "texts", texts: texts() });
        this.#tellState();
        break;
      case "page": {
        const { selection, offset, count } = message;
        const answer = await this.#ask({ kind: "page", selection, offset, count });
        if (answer?.kind === "page") this.#post({ type: "page", request: message.request, page: answer.page });
        break;
      }
      case "copy": {
        const answer = await this.#ask({ kind: "export", selection: message.selection, format: message.format });
        if (answer?.kind !== "text") break;
        await vscode.env.clipboard.writeText(answer.text);
        this.#parts.messages.hint(t("Copied as {0}.", message.format.toUpperCase()));
        break;
      }
      case "rerunFailed":
        await vscode.commands.executeCommand("futures.rerunFailed", { taskId: this.#taskId });
        break;
    }
  }

  async #ask(question: Parameters<Kernels["ask"]>[1]) {
    const task = this.#parts.store.get(this.#taskId);
    const answer = task && (await this.#parts.kernels.ask(task, question));
    if (answer && answer.kind !== "problem") return answer;
    const { t } = vscode.l10n;
    const reason = answer?.kind === "problem" ? answer.reason : "gone";
    this.#post({ type: "problem", text: reason === "gone" ? t("These rows are no longer kept: the kernel that had them has ended.") : reason });
    return undefined;
  }

  #changed(): void {
    this.#refresh ??= setTimeout(() => {
      this.#refresh = undefined;
      this.#tellState();
      this.#post({ type: "changed" });
    }, refreshEvery);
  }

  #tellState(): void {
    const task = this.#parts.store.get(this.#taskId);
    if (!task) return;
    // The results are below; what is told here is how many, and how long it took.
    const { value: _, ...rest } = task;
    const { text } = lineText(rest, { now: Date.now(), maxLength: 200, t: vscode.l10n.t });
    const state = text.replaceAll("\u00a0", " ").replace(/^ · /, "");
    const title = `${callText(task)} #${task.id}`;
    this.#post({ type: "state", title, state: task.map ? state : "", isMap: task.map !== undefined, open: isOpen(task) });
  }

  #post(message: TablePanelMessage): void {
    void this.#panel.webview.postMessage(message);
  }
}

function texts() {
  const { t } = vscode.l10n;
  return {
    filter: t("Filter rows"),
    failedOnly: t("Failed only"),
    copyJson: t("Copy as JSON"),
    copyCsv: t("Copy as CSV"),
    rerunFailed: t("Rerun Failed"),
    // Filled in where the numbers are known.
    rows: t("{0} rows"),
    some: t("{0} of {1} rows"),
    failed: t("{0} failed"),
    sortBy: t("Sort by {0}"),
    empty: t("No row fits."),
    table: t("Rows"),
  };
}

function html(webview: vscode.Webview, root: vscode.Uri): string {
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, file)).toString();
  // No inline script nor style: the element's own size is set by script, which the policy of styles does not concern.
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src ${webview.cspSource};`;
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${uri("table.css")}">
</head>
<body>
<script type="module" src="${uri("table.js")}"></script>
</body>
</html>`;
}
