import * as vscode from "vscode";
import { uriOfFile } from "../editor/documents.js";
import type { Placements } from "../editor/placements.js";
import { wholeText } from "../editor/taskText.js";
import type { ValueDocuments } from "../editor/valueDocuments.js";
import { UserError } from "../errors.js";
import type { FrameReference, TaskReference } from "../ids.js";
import { faultOf, framesOf, type TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { pickTask } from "./pickTask.js";

/** What can be done with a task that is in the list: open and copy its value, go to its function and to its frames. */
export class TaskCommands {
  readonly #store: TaskStore;
  readonly #placements: Placements;
  readonly #values: ValueDocuments;

  constructor(store: TaskStore, placements: Placements, values: ValueDocuments) {
    this.#store = store;
    this.#placements = placements;
    this.#values = values;
  }

  /** "Open Value": the whole result or error in a document of its own. */
  async openValue(reference?: TaskReference): Promise<void> {
    const task = await this.#withValue(reference, vscode.l10n.t("Open the value of which task?"));
    if (task) await this.#values.open(task);
  }

  /** "Copy Value": the result as text, or the error with its stack. */
  async copyValue(reference?: TaskReference): Promise<void> {
    const task = await this.#withValue(reference, vscode.l10n.t("Copy the value of which task?"));
    if (task) await vscode.env.clipboard.writeText(task.value?.text ?? wholeText(task, vscode.l10n.t));
  }

  /** Opens the source of a stack frame. */
  async openFrame({ taskId, frame }: FrameReference): Promise<void> {
    const task = this.#task(taskId);
    const fault = faultOf(task);
    const found = fault && framesOf(fault)[frame];
    if (found?.file === undefined) throw new UserError(vscode.l10n.t("The source of this line of the stack is not known."));
    const document = await open(uriOfFile(found.file));
    const told = (found.line ?? 1) - 1;
    const line = Math.min(this.#placements.lineNow(document, told, task) ?? told, document.lineCount - 1);
    await show(document, line, (found.column ?? 1) - 1);
  }

  /** Shows the function of a task, where it is now. */
  async revealFunction({ taskId }: TaskReference): Promise<void> {
    const task = this.#task(taskId);
    const document = await open(vscode.Uri.parse(task.uri));
    const line = this.#placements.functionLine(document, task) ?? Math.min(task.line, document.lineCount - 1);
    await show(document, line, document.lineAt(line).firstNonWhitespaceCharacterIndex);
  }

  async #withValue(reference: TaskReference | undefined, title: string): Promise<TaskRecord | undefined> {
    if (reference?.taskId !== undefined) return this.#task(reference.taskId);
    const tasks = this.#store.all().filter((task) => task.value ?? faultOf(task));
    if (tasks.length === 0) throw new UserError(vscode.l10n.t("No task has a value yet. Submit a function first."));
    return pickTask(tasks, title);
  }

  #task(taskId: string): TaskRecord {
    const task = this.#store.get(taskId);
    if (!task) throw new UserError(vscode.l10n.t("Task #{0} is no longer in the list.", taskId));
    return task;
  }
}

async function open(uri: vscode.Uri): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw new UserError(vscode.l10n.t("{0} cannot be opened: {1}", uri.fsPath, error instanceof Error ? error.message : String(error)));
  }
}

async function show(document: vscode.TextDocument, line: number, character: number): Promise<void> {
  const position = new vscode.Position(line, character);
  const selection = new vscode.Range(position, position);
  await vscode.window.showTextDocument(document, { selection, preview: true });
}
