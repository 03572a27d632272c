import * as vscode from "vscode";
import { type CallInfo, callIn } from "../../analysis/callIn.js";
import { languageOf } from "../../analysis/language.js";
import type { FunctionInfo } from "../../analysis/types.js";
import type { MapInputs, SubmitMessage } from "../../protocol/messages.js";
import type { ExecutorId } from "../../protocol/values.js";
import type { Clusters } from "../clusters/clusters.js";
import type { Config } from "../config.js";
import { isModule, moduleFile, unsavedTexts } from "../editor/documents.js";
import type { EditTracker } from "../editor/editTracker.js";
import { type FunctionIndex, functionHash } from "../editor/functionIndex.js";
import { executorName } from "../editor/taskText.js";
import { UserError } from "../errors.js";
import { onTimeouts, type SubmitOptions } from "../ids.js";
import type { Kernels } from "../kernel/kernels.js";
import type { ArgumentHistory } from "./argumentHistory.js";
import { askForArguments } from "./argumentPrompt.js";
import type { ExecutorChoice } from "./executorChoice.js";
import type { SubmitChoice, TaskRecord } from "./taskRecord.js";
import type { TaskStore } from "./taskStore.js";

/** A call that stands in a document. */
interface SelectedCall extends CallInfo {
  /** Counted from 0. */
  readonly line: number;
}

/** What else a submission may be than one call. */
export type SubmitKind = Pick<SubmitMessage, "map" | "debug">;

export interface SubmitterParts {
  readonly store: TaskStore;
  readonly index: FunctionIndex;
  readonly tracker: EditTracker;
  readonly history: ArgumentHistory;
  readonly choice: ExecutorChoice;
  readonly clusters: Clusters;
  readonly kernels: Kernels;
  readonly config: Config;
}

/** The one way into an executor: palette, CodeLens, hover, tree and tests all submit here. */
export class Submitter {
  readonly #parts: SubmitterParts;

  constructor(parts: SubmitterParts) {
    this.#parts = parts;
  }

  /**
   * Submits a function, asking for what is not given.
   *
   * @param how With a debugger, or not.
   * @returns The task's id, or `undefined` if the user left the prompt.
   * @throws UserError when the workspace is not trusted, an option does not fit, or there is no such function.
   */
  async submit(options: SubmitOptions = {}, how: SubmitKind = {}): Promise<string | undefined> {
    requireTrust();
    requireSense(options, this.#parts.clusters);
    const document = await this.#document(options.uri);
    const call = options.functionName === undefined ? this.#selectedCall(document) : undefined;
    const { executor, timeout, onTimeout, priority } = options;
    const asked = { executor, timeout, onTimeout, priority };
    if (call && !this.#parts.index.named(document, call.functionName)) return this.#sendCall(document, call, asked, how);
    const { name } = this.#function(document, call ?? options);
    const { choice } = this.#parts;
    const ask = (): Promise<string | undefined> => this.#ask(document, name, options.executor ?? choice.value);
    const argumentsText = options.argumentsText ?? call?.argumentsText ?? (await ask());
    if (argumentsText === undefined) return undefined;
    // The text may have changed while the prompt was open; what runs is what stands there now.
    const fn = this.#function(document, { functionName: name });
    await this.#parts.history.remember(document.uri.toString(), name, argumentsText);
    return this.#send(document, fn, argumentsText, asked, how);
  }

  /**
   * Runs a function over many inputs, as one task.
   *
   * @param expression what gives the inputs, if they come from an expression.
   * @throws UserError as {@link submit}.
   */
  async map(options: SubmitOptions, inputs: MapInputs, expression = ""): Promise<string> {
    requireTrust();
    requireSense(options, this.#parts.clusters);
    const document = await this.#document(options.uri);
    const { executor, timeout, onTimeout, priority } = options;
    return this.#send(document, this.#function(document, options), expression, { executor, timeout, onTimeout, priority }, { map: inputs });
  }

  /** The function that `options` mean, and its document. @throws UserError as {@link submit}. */
  async target(options: SubmitOptions): Promise<{ readonly document: vscode.TextDocument; readonly fn: FunctionInfo }> {
    requireTrust();
    requireSense(options, this.#parts.clusters);
    const document = await this.#document(options.uri);
    return { document, fn: this.#function(document, options) };
  }

  /**
   * Submits the same function with the same arguments, as its text is now; to the executor that is selected now, unless it was asked for another.
   *
   * @throws UserError as {@link submit}.
   */
  async submitAgain(task: TaskRecord): Promise<string | undefined> {
    if (task.session) throw new UserError(vscode.l10n.t("Task #{0} was submitted by a cell of a notebook: run the cell again.", task.id));
    if (task.isCall) return this.#callAgain(task);
    const target = { uri: task.uri, functionName: task.functionName, ...defined(task.asked) };
    const how = task.debug ? { debug: task.debug } : {};
    return task.map ? this.map(target, task.map, task.argumentsText) : this.submit({ ...target, argumentsText: task.argumentsText }, how);
  }

  async #callAgain(task: TaskRecord): Promise<string> {
    requireTrust();
    const document = await this.#document(task.uri);
    const line = this.#parts.tracker.lineNow(task.uri, task.line, task.tick) ?? task.line;
    const { functionName, argumentsText, asked, debug } = task;
    return this.#sendCall(document, { functionName, argumentsText, line }, asked, debug ? { debug } : {});
  }

  async #document(uri: string | undefined): Promise<vscode.TextDocument> {
    const { t } = vscode.l10n;
    const document = uri === undefined ? vscode.window.activeTextEditor?.document : await openDocument(vscode.Uri.parse(uri));
    if (!document)
      throw new UserError(t("There is no editor to submit from. Open a TypeScript or JavaScript file and put the cursor in a function."));
    if (!isModule(document))
      throw new UserError(
        t("{0} cannot be submitted: it is no TypeScript or JavaScript file on a disk.", vscode.workspace.asRelativePath(document.uri)),
      );
    return document;
  }

  /** @throws UserError if a call is selected of something that the top level of the document does not have. */
  #selectedCall(document: vscode.TextDocument): SelectedCall | undefined {
    const selection = editorOf(document)?.selection;
    const file = moduleFile(document);
    const language = file === undefined ? undefined : languageOf(file);
    if (!selection || selection.isEmpty || !language) return undefined;
    const call = callIn(document.getText(), language, { start: document.offsetAt(selection.start), end: document.offsetAt(selection.end) });
    if (!call) return undefined;
    const [root = ""] = call.functionName.split(/[.[]/, 1);
    const { functions, bindings } = this.#parts.index.analysisOf(document);
    if (bindings.includes(root) || functions.some(({ name }) => name === call.functionName)) return { ...call, line: selection.start.line };
    const { t } = vscode.l10n;
    const place = vscode.workspace.asRelativePath(document.uri);
    throw new UserError(
      t(
        "The selected call is of {0}, which the top level of {1} does not have. Submit the function around the call, without a selection.",
        call.functionName,
        place,
      ),
    );
  }

  #function(document: vscode.TextDocument, { functionName }: SubmitOptions): FunctionInfo {
    const { t } = vscode.l10n;
    const { index } = this.#parts;
    const file = vscode.workspace.asRelativePath(document.uri);
    const problem = index.analysisOf(document).problems[0];
    const because = problem ? ` ${t("The file has a syntax error at line {0}: {1}", problem.position.line + 1, problem.message)}` : "";
    if (functionName !== undefined) {
      const named = index.named(document, functionName);
      if (!named) throw new UserError(t("There is no function {0} in {1}.", functionName, file) + because);
      return named;
    }
    const position = editorOf(document)?.selection.active;
    const found = position && index.at(document, position);
    if (found) return found;
    const where = position ? t("There is no function at line {0} of {1}.", position.line + 1, file) : t("No function of {0} was named.", file);
    throw new UserError(
      `${where} ${t("Put the cursor inside a function that can be reached from the top level of the file, and submit again.")}${because}`,
    );
  }

  async #ask(document: vscode.TextDocument, name: string, executor: ExecutorId): Promise<string | undefined> {
    const fn = this.#function(document, { functionName: name });
    if (fn.parameters.length === 0) return "";
    return askForArguments(fn, this.#parts.history.of(document.uri.toString(), name), executorName(executor, vscode.l10n.t));
  }

  #send(document: vscode.TextDocument, fn: FunctionInfo, argumentsText: string, asked: SubmitChoice, how: SubmitKind): string {
    const line = fn.nameRange.start.line;
    return this.#sendAt(document, { functionName: fn.name, argumentsText, line }, asked, how, { functionHash: functionHash(document, fn) });
  }

  /** A call of what the document imports, or has in another way. */
  #sendCall(document: vscode.TextDocument, call: SelectedCall, asked: SubmitChoice, how: SubmitKind): string {
    return this.#sendAt(document, call, asked, how, { functionHash: "", isCall: true });
  }

  #sendAt(
    document: vscode.TextDocument,
    { functionName, argumentsText, line }: SelectedCall,
    asked: SubmitChoice,
    how: SubmitKind,
    about: Pick<TaskRecord, "functionHash" | "isCall">,
  ): string {
    const { store, tracker, kernels, config, choice } = this.#parts;
    const { timeout: resultTimeout = how.debug ? 0 : config.resultTimeout.value, priority = 0 } = asked;
    const executor = how.debug ? "processes" : (asked.executor ?? choice.value);
    const { onTimeout = config.onTimeout.value } = asked;
    const file = moduleFile(document);
    if (file === undefined) throw new Error(`${document.uri} is no module any more`);
    const kernel = kernels.forFile(file);
    const taskId = store.nextId();
    store.add({
      id: taskId,
      kernel: kernel.key,
      generation: kernel.start(),
      uri: document.uri.toString(),
      functionName,
      ...about,
      line,
      tick: tracker.now(),
      argumentsText,
      executor,
      resultTimeout,
      onTimeout,
      priority,
      asked,
      createdAt: Date.now(),
      ...how,
    });
    const overlay = unsavedTexts(document);
    const choices = { executor, resultTimeout, onTimeout, priority };
    kernel.send({ type: "submit", taskId, file, functionName, argumentsText, overlay, ...choices, ...how });
    return taskId;
  }
}

function defined({ executor, timeout, onTimeout, priority }: SubmitChoice): SubmitOptions {
  return {
    ...(executor !== undefined && { executor }),
    ...(timeout !== undefined && { timeout }),
    ...(onTimeout !== undefined && { onTimeout }),
    ...(priority !== undefined && { priority }),
  };
}

/** The active one, if it is one of this document's. */
function editorOf(document: vscode.TextDocument): vscode.TextEditor | undefined {
  return [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors].find((editor) => editor?.document === document);
}

function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  const { t } = vscode.l10n;
  throw new UserError(t("Nothing was run: this workspace is not trusted, and submitting a function runs its code."), {
    title: t("Manage Workspace Trust"),
    command: { id: "workbench.trust.manage" },
  });
}

/** Options come from keyboard shortcuts too, which people write by hand. */
function requireSense({ uri, functionName, argumentsText, executor, timeout, onTimeout, priority }: SubmitOptions, { executors }: Clusters): void {
  const { t } = vscode.l10n;
  for (const [name, value] of Object.entries({ uri, functionName, argumentsText })) {
    if (value !== undefined && typeof value !== "string")
      throw new UserError(t("{0} of futures.submit must be a text, not {1}.", name, typeof value));
  }
  if (executor !== undefined && !executors.includes(executor)) {
    throw new UserError(t("executor of futures.submit must be one of {0}, not {1}.", executors.join(", "), String(executor)));
  }
  if (onTimeout !== undefined && !onTimeouts.includes(onTimeout))
    throw new UserError(t("onTimeout of futures.submit must be one of {0}, not {1}.", onTimeouts.join(", "), String(onTimeout)));
  if (timeout !== undefined && !(Number.isFinite(timeout) && timeout >= 0))
    throw new UserError(t("timeout of futures.submit must be a number of milliseconds, 0 or more, not {0}.", String(timeout)));
  if (priority !== undefined && !Number.isFinite(priority))
    throw new UserError(t("priority of futures.submit must be a number, not {0}.", String(priority)));
}

async function openDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw new UserError(vscode.l10n.t("{0} cannot be opened: {1}", uri.fsPath, error instanceof Error ? error.message : String(error)));
  }
}
