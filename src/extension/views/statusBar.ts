import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import { executorName } from "../editor/taskText.js";
import type { Disposable } from "../emitter.js";
import type { CommandId } from "../ids.js";
import type { ExecutorChoice } from "../tasks/executorChoice.js";
import { isOpen } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";

/** One item: the selected executor, and how much is running and pending. A click offers what can be done. */
export class StatusBar implements Disposable {
  readonly #disposables = new Disposables();
  readonly #item: vscode.StatusBarItem;
  readonly #store: TaskStore;
  readonly #choice: ExecutorChoice;

  constructor(store: TaskStore, choice: ExecutorChoice) {
    this.#store = store;
    this.#choice = choice;
    this.#item = this.#disposables.add(vscode.window.createStatusBarItem("executor", vscode.StatusBarAlignment.Left, 0));
    this.#item.name = vscode.l10n.t("Futures Executor");
    this.#item.command = "futures.showMenu" satisfies CommandId;
    this.#disposables.add(store.onDidChange(() => this.#show()));
    this.#disposables.add(choice.onDidChange(() => this.#show()));
    this.#show();
    this.#item.show();
  }

  /** The text as it is shown. */
  get text(): string {
    return this.#item.text;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #show(): void {
    const { t } = vscode.l10n;
    const executor = executorName(this.#choice.value, t);
    const open = this.#store.all().filter(isOpen);
    const running = open.filter(({ state }) => state === "running").length;
    const counts: string[] = [];
    if (running > 0) counts.push(t("{0} running", running));
    if (open.length > running) counts.push(t("{0} pending", open.length - running));
    const text = counts.length === 0 ? `$(layers) ${executor}` : `$(sync~spin) ${executor}: ${counts.join(", ")}`;
    if (text === this.#item.text) return;
    this.#item.text = text;
    this.#item.tooltip = t("Functions are submitted to {0}. Click for what can be done.", executor);
    this.#item.accessibilityInformation = { label: `${this.#item.name}: ${[executor, ...counts].join(", ")}`, role: "button" };
  }
}
