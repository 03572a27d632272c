import * as vscode from "vscode";
import { uriOfFile } from "../editor/documents.js";
import type { Placements } from "../editor/placements.js";
import { UserError } from "../errors.js";
import type { FrameReference, TaskReference } from "../ids.js";
import { faultOf, framesOf, type TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { keptTask } from "./pickTask.js";

/** What can be done with a task that is in the list: go to its function and to its frames. */
export class TaskCommands {
  readonly #store: TaskStore;
  readonly #placements: Placements;

  constructor(store: TaskStore, placements: Placements) {
    this.#store = store;
    this.#placements = placements;
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

  #task(taskId: string): TaskRecord {
    return keptTask(this.#store, taskId);
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
