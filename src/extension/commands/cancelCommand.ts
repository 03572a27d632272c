import * as vscode from "vscode";
import type { FunctionIndex } from "../editor/functionIndex.js";
import type { FunctionReference, TaskReference } from "../ids.js";
import type { Kernels } from "../kernel/kernels.js";
import type { Messages } from "../messages.js";
import { cancelTask } from "../tasks/cancelTask.js";
import { callText, type TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { pickTasks } from "./pickTask.js";

/** "Cancel Task". */
export class CancelCommand {
  readonly #store: TaskStore;
  readonly #kernels: Kernels;
  readonly #index: FunctionIndex;
  readonly #messages: Messages;

  constructor(store: TaskStore, kernels: Kernels, index: FunctionIndex, messages: Messages) {
    this.#store = store;
    this.#kernels = kernels;
    this.#index = index;
    this.#messages = messages;
  }

  /** Cancels the task named, or of a function: its open task. Without either: of the function at the cursor, else of all; asks if there are several. */
  async cancel(what?: TaskReference | FunctionReference): Promise<void> {
    const candidates = this.#candidates(what);
    if (candidates.length === 0) return this.#messages.hint(vscode.l10n.t("There is nothing to cancel: no such task is open."));
    for (const task of await pickTasks(candidates, vscode.l10n.t("Cancel which tasks?"))) this.#cancel(task.id);
  }

  /** "Interrupt All": every open task, without a question. */
  cancelAll(): void {
    const open = this.#store.open();
    if (open.length === 0) this.#messages.hint(vscode.l10n.t("There is nothing to interrupt: no task is open."));
    for (const { id } of open) this.#cancel(id);
  }

  #candidates(what: TaskReference | FunctionReference | undefined): TaskRecord[] {
    if (what && "taskId" in what) return this.#store.open().filter((task) => task.id === what.taskId);
    if (what && "functionName" in what) return this.#store.openOf(what.uri, what.functionName);
    const editor = vscode.window.activeTextEditor;
    const fn = editor && this.#index.at(editor.document, editor.selection.active);
    const here = fn ? this.#store.openOf(editor.document.uri.toString(), fn.name) : [];
    return here.length > 0 ? here : this.#store.open();
  }

  #cancel(taskId: string): void {
    // It may have settled while the user was choosing.
    if (cancelTask(this.#store, this.#kernels, taskId)) return;
    const task = this.#store.get(taskId);
    this.#messages.hint(vscode.l10n.t("{0} has ended already.", task ? callText(task) : taskId));
  }
}
