import * as vscode from "vscode";
import { wholeText } from "../editor/taskText.js";
import type { ValueDocuments } from "../editor/valueDocuments.js";
import { UserError } from "../errors.js";
import type { TaskReference } from "../ids.js";
import type { Kernels } from "../kernel/kernels.js";
import type { TablePanels } from "../table/tablePanel.js";
import type { Submitter } from "../tasks/submitter.js";
import { callText, faultOf, hasUnsuccessful, type TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { openDisplay } from "../value/displayPanel.js";
import { keptTask, pickTask } from "./pickTask.js";

export interface ValueCommandParts {
  readonly store: TaskStore;
  readonly kernels: Kernels;
  readonly values: ValueDocuments;
  readonly tables: TablePanels;
  readonly submitter: Submitter;
}

/** What can be done with the value of a task. */
export class ValueCommands {
  readonly #parts: ValueCommandParts;

  constructor(parts: ValueCommandParts) {
    this.#parts = parts;
  }

  /** "Open Value": the whole result or error in a document of its own; what shows itself, as it does. */
  async openValue(reference?: TaskReference): Promise<void> {
    const task = await this.#withValue(reference, vscode.l10n.t("Open the value of which task?"));
    const display = task?.value?.display;
    if (task && display) openDisplay(task, display);
    else if (task) await this.#parts.values.open(task);
  }

  /** "Copy Value": the result as text, or the error with its stack. */
  async copyValue(reference?: TaskReference): Promise<void> {
    const task = await this.#withValue(reference, vscode.l10n.t("Copy the value of which task?"));
    if (!task) return;
    const answer = task.value?.truncated && !task.isRestored ? await this.#parts.kernels.ask(task, { kind: "text" }) : undefined;
    const text = answer?.kind === "text" ? answer.text : (task.value?.text ?? wholeText(task, vscode.l10n.t));
    await vscode.env.clipboard.writeText(text);
  }

  /** "Copy Value as JSON". */
  async copyJson(reference?: TaskReference): Promise<void> {
    const task = await this.#withValue(reference, vscode.l10n.t("Copy the value of which task?"), ({ value }) => value !== undefined);
    if (!task) return;
    if (!task.value) throw new UserError(vscode.l10n.t("{0} has no value yet, or ended without one.", callText(task)));
    const answer = await this.#parts.kernels.ask(task, { kind: "json" });
    if (answer.kind !== "text")
      throw new UserError(vscode.l10n.t("The value of task #{0} is no longer kept: the kernel that had it has ended.", task.id));
    await vscode.env.clipboard.writeText(answer.text);
  }

  /** "Copy Value" of a part of a value in the tree. */
  async copyNodeValue({ text }: { readonly text?: string }): Promise<void> {
    await vscode.env.clipboard.writeText(text ?? "");
  }

  /** "Show as Table": the results of a map, or an array of records. */
  async showTable(reference?: TaskReference): Promise<void> {
    const { t } = vscode.l10n;
    const isTable = ({ value, map, isRestored }: TaskRecord): boolean => (value?.tabular === true || map !== undefined) && !isRestored;
    const task = await this.#withValue(reference, t("Show the table of which task?"), isTable);
    if (!task) return;
    if (!isTable(task)) throw new UserError(t("The value of task #{0} is no table: that takes a map, or an array of records.", task.id));
    this.#parts.tables.open(task);
  }

  /** "Rerun Failed Inputs": what failed in a map, or was not done, as a map of its own. */
  async rerunFailed(reference?: TaskReference): Promise<string | undefined> {
    const { t } = vscode.l10n;
    const hasFailed = ({ map, mapProgress }: TaskRecord): boolean => map !== undefined && mapProgress !== undefined && hasUnsuccessful(mapProgress);
    const task = await this.#withValue(reference, t("Rerun the failures of which map?"), hasFailed);
    if (!task) return undefined;
    if (!hasFailed(task)) throw new UserError(t("Nothing failed in task #{0}, or it is no map.", task.id));
    const { uri, functionName, executor } = task;
    return this.#parts.submitter.map({ uri, functionName, executor }, { kind: "failed", taskId: task.id });
  }

  /** The task named, or one of those that fit. */
  async #withValue(
    reference: TaskReference | undefined,
    title: string,
    fits: (task: TaskRecord) => boolean = (task) => (task.value ?? faultOf(task)) !== undefined,
  ): Promise<TaskRecord | undefined> {
    const { store } = this.#parts;
    if (reference?.taskId !== undefined) return keptTask(store, reference.taskId);
    const tasks = store.all().filter(fits);
    if (tasks.length === 0) throw new UserError(vscode.l10n.t("There is no such task in the list. Submit a function first."));
    return pickTask(tasks, title);
  }
}
