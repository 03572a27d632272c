import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import { valueLanguage, valueScheme } from "../ids.js";
import type { Kernels } from "../kernel/kernels.js";
import type { TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { wholeText } from "./taskText.js";

/** Read-only documents that show a task's whole result or error. They follow the task while it is open. */
export class ValueDocuments implements vscode.TextDocumentContentProvider, Disposable {
  readonly #disposables = new Disposables();
  readonly #changes = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #store: TaskStore;
  readonly #ask: Kernels["ask"];
  /** By the query of their addresses. */
  readonly #texts = new Map<string, string>();

  readonly onDidChange = this.#changes.event;

  /** @param ask see `Kernels.ask`. */
  constructor(store: TaskStore, ask: Kernels["ask"]) {
    this.#ask = ask;
    this.#store = store;
    this.#disposables.add(vscode.workspace.registerTextDocumentContentProvider(valueScheme, this));
    this.#disposables.add(
      store.onDidChange((ids) => {
        for (const { uri } of vscode.workspace.textDocuments) {
          // What was cleared from the list stays readable in a tab that is open.
          if (uri.scheme === valueScheme && ids.has(uri.query) && store.get(uri.query)) this.#changes.fire(uri);
        }
      }),
    );
  }

  async provideTextDocumentContent({ query }: vscode.Uri): Promise<string> {
    const text = this.#texts.get(query);
    if (text !== undefined) return text;
    const task = this.#store.get(query);
    return task ? wholeText(await this.#whole(task), vscode.l10n.t) : vscode.l10n.t("This task is no longer kept.");
  }

  /** With the whole of a value that is known in part only, if the kernel has it yet. */
  async #whole(task: TaskRecord): Promise<TaskRecord> {
    if (!task.value?.truncated || task.isRestored) return task;
    const answer = await this.#ask(task, { kind: "text" });
    return answer.kind === "text" ? { ...task, value: { ...task.value, text: answer.text, truncated: answer.truncated ?? false } } : task;
  }

  /** Opens the document of a task. */
  open(task: TaskRecord): Promise<void> {
    return this.#show(`${task.functionName} #${task.id}`, task.id);
  }

  /** Opens a text of ours that is no task's, in place of the last one with this title. */
  async openText(title: string, text: string): Promise<void> {
    const query = `text ${title}`;
    this.#texts.set(query, text);
    await this.#show(title, query);
    this.#changes.fire(addressOf(title, query));
  }

  async #show(title: string, query: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(addressOf(title, query));
    await vscode.languages.setTextDocumentLanguage(document, valueLanguage);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

function addressOf(title: string, query: string): vscode.Uri {
  return vscode.Uri.from({ scheme: valueScheme, path: `/${title.replaceAll("/", "_")}.txt`, query });
}
