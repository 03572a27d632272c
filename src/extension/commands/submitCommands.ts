import * as vscode from "vscode";
import type { FunctionIndex } from "../editor/functionIndex.js";
import { UserError } from "../errors.js";
import type { SubmitOptions, TaskReference } from "../ids.js";
import type { Submitter } from "../tasks/submitter.js";
import type { TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";

/** "Submit to Executor", "Submit with…" and "Submit Again". */
export class SubmitCommands {
  readonly #submitter: Submitter;
  readonly #store: TaskStore;
  readonly #index: FunctionIndex;

  readonly #askHow: () => Promise<SubmitOptions | undefined>;

  /** @param askHow see {@link askHow}. */
  constructor(submitter: Submitter, store: TaskStore, index: FunctionIndex, askHow: () => Promise<SubmitOptions | undefined>) {
    this.#askHow = askHow;
    this.#submitter = submitter;
    this.#store = store;
    this.#index = index;
  }

  /** See {@link Submitter.submit}. */
  submit(options?: SubmitOptions): Promise<string | undefined> {
    // From a menu the first argument is the file's Uri: then the function is the one at the cursor.
    return this.#submitter.submit(options instanceof vscode.Uri ? { uri: options.toString() } : options);
  }

  /** As {@link submit}, in a process of its own with the editor's debugger. */
  debug(options?: SubmitOptions): Promise<string | undefined> {
    return this.#submitter.submit(options instanceof vscode.Uri ? { uri: options.toString() } : options, { debug: true });
  }

  /** Asks how to run it, then as {@link submit}. */
  async submitWith(options?: SubmitOptions): Promise<string | undefined> {
    const target = options instanceof vscode.Uri ? { uri: options.toString() } : options;
    const how = await this.#askHow();
    return how && this.#submitter.submit({ ...how, ...target });
  }

  /** Submits a task again: the one named, else the last one of the function at the cursor, else the last of all. */
  submitAgain(reference?: TaskReference): Promise<string | undefined> {
    const task = reference?.taskId === undefined ? (this.#lastAtCursor() ?? this.#store.all()[0]) : this.#store.get(reference.taskId);
    if (!task) throw new UserError(vscode.l10n.t("There is nothing to submit again: no function has been submitted yet."));
    return this.#submitter.submitAgain(task);
  }

  #lastAtCursor(): TaskRecord | undefined {
    const editor = vscode.window.activeTextEditor;
    const fn = editor && this.#index.at(editor.document, editor.selection.active);
    if (!fn) return undefined;
    const uri = editor.document.uri.toString();
    return this.#store.all().find((task) => task.uri === uri && task.functionName === fn.name);
  }
}
