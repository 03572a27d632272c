import * as vscode from "vscode";
import { signatureOf } from "../../analysis/signature.js";
import { clusterNameOf, type ExecutorId } from "../../protocol/values.js";
import type { Clusters } from "../clusters/clusters.js";
import { type FunctionIndex, toRange } from "../editor/functionIndex.js";
import { wholeText } from "../editor/taskText.js";
import type { Disposable } from "../emitter.js";
import { UserError } from "../errors.js";
import { toolNames } from "../ids.js";
import type { ExecutorChoice } from "../tasks/executorChoice.js";
import type { Submitter } from "../tasks/submitter.js";
import { callText, isOpen, type TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { untranslated } from "../translate.js";
import { findFile } from "./findFile.js";
import { Refusal } from "./refusal.js";

export interface ToolParts {
  readonly store: TaskStore;
  readonly index: FunctionIndex;
  readonly submitter: Submitter;
  readonly choice: ExecutorChoice;
  readonly clusters: Clusters;
}

interface FileInput {
  readonly file: string;
}
interface SubmitInput extends FileInput {
  readonly function: string;
  readonly arguments?: string;
  readonly executor?: string;
  readonly waitMs?: number;
}
interface ResultInput {
  readonly task: string;
  readonly waitMs?: number;
}

/** ms that a result is waited for if nothing is said, and at most. */
const usualWait = 10_000;
const longestWait = 120_000;
/** Characters of a result that are told. */
const textLimit = 20_000;

/** The tools for language models: what the user has, with the same path, the same list of tasks and the same limits. */
export class Tools implements Disposable {
  readonly listFunctions: vscode.LanguageModelTool<FileInput>;
  readonly submitFunction: vscode.LanguageModelTool<SubmitInput>;
  readonly readResult: vscode.LanguageModelTool<ResultInput>;
  readonly #registration: Disposable;

  constructor(parts: ToolParts) {
    this.listFunctions = new ListFunctions(parts);
    this.submitFunction = new SubmitFunction(parts);
    this.readResult = new ReadResult(parts);
    this.#registration = vscode.Disposable.from(
      vscode.lm.registerTool(toolNames.listFunctions, this.listFunctions),
      vscode.lm.registerTool(toolNames.submitFunction, this.submitFunction),
      vscode.lm.registerTool(toolNames.readResult, this.readResult),
    );
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

class ListFunctions implements vscode.LanguageModelTool<FileInput> {
  readonly #parts: ToolParts;

  constructor(parts: ToolParts) {
    this.#parts = parts;
  }

  prepareInvocation({ input }: vscode.LanguageModelToolInvocationPrepareOptions<FileInput>): vscode.PreparedToolInvocation {
    return { invocationMessage: vscode.l10n.t("Listing the functions of {0}", input.file) };
  }

  invoke({ input }: vscode.LanguageModelToolInvocationOptions<FileInput>): Promise<vscode.LanguageModelToolResult> {
    return told(async () => {
      const document = await vscode.workspace.openTextDocument(await findFile(input.file));
      const { functions, problems } = this.#parts.index.analysisOf(document);
      const lines = functions.map((fn) => `- ${fn.name}, line ${toRange(fn.nameRange).start.line + 1}: ${signatureOf(fn)}`);
      const problem = problems[0] ? `The file has a syntax error at line ${problems[0].position.line + 1}: ${problems[0].message}` : "";
      return [lines.length > 0 ? lines.join("\n") : `${input.file} has no function that can be submitted.`, problem].filter(Boolean).join("\n");
    });
  }
}

class SubmitFunction implements vscode.LanguageModelTool<SubmitInput> {
  readonly #parts: ToolParts;

  constructor(parts: ToolParts) {
    this.#parts = parts;
  }

  prepareInvocation({ input }: vscode.LanguageModelToolInvocationPrepareOptions<SubmitInput>): vscode.PreparedToolInvocation {
    const { t } = vscode.l10n;
    const call = callText({ functionName: input.function, argumentsText: input.arguments ?? "" });
    const executor = this.#executorOf(input) ?? this.#parts.choice.value;
    const cluster = clusterNameOf(executor);
    const where =
      cluster === undefined
        ? t("Runs the code of {0} on this machine:", input.file)
        : t("Runs the code of {0} on the machines of the cluster {1}:", input.file, cluster);
    const message = new vscode.MarkdownString().appendText(where).appendCodeblock(call, "typescript");
    return {
      invocationMessage: t("Submitting {0}", call),
      confirmationMessages: { title: t("Submit a function to an executor?"), message },
    };
  }

  invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<SubmitInput>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    return told(async () => {
      const { store, submitter } = this.#parts;
      const uri = (await findFile(input.file)).toString();
      const executor = this.#executorOf(input);
      if (input.executor !== undefined && !executor) throw new Refusal(`executor must be one of ${this.#names().join(", ")}, not ${input.executor}.`);
      const options = { uri, functionName: input.function, argumentsText: input.arguments ?? "", ...(executor && { executor }) };
      const id = await submitter.submit(options);
      if (id === undefined) throw new Refusal("Nothing was submitted.");
      return report(store, id, input.waitMs, token);
    });
  }

  /** The executor that the model names; nothing if it names none, or one that there is not. */
  #executorOf({ executor: wanted }: SubmitInput): ExecutorId | undefined {
    return this.#parts.clusters.executors.find((executor) => nameOf(executor) === wanted);
  }

  #names(): string[] {
    return this.#parts.clusters.executors.map(nameOf);
  }
}

/** What a model calls an executor: as the settings do. No cluster can be called `threads` or `processes` there. */
function nameOf(executor: ExecutorId): string {
  return clusterNameOf(executor) ?? executor;
}

class ReadResult implements vscode.LanguageModelTool<ResultInput> {
  readonly #parts: ToolParts;

  constructor(parts: ToolParts) {
    this.#parts = parts;
  }

  prepareInvocation({ input }: vscode.LanguageModelToolInvocationPrepareOptions<ResultInput>): vscode.PreparedToolInvocation {
    return { invocationMessage: vscode.l10n.t("Reading the result of task #{0}", input.task) };
  }

  invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<ResultInput>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    return told(() => report(this.#parts.store, input.task.replace(/^#/, ""), input.waitMs ?? 0, token));
  }
}

/** A model can act on a sentence, not on an exception. Faults of ours are thrown, and so told to the user as what they are. */
async function told(work: () => Promise<string>): Promise<vscode.LanguageModelToolResult> {
  const result = (text: string): vscode.LanguageModelToolResult => new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
  try {
    if (!vscode.workspace.isTrusted) throw new Refusal("Refused: this workspace is not trusted, and nothing of it is read or run for a model.");
    return result(await work());
  } catch (error) {
    if (error instanceof UserError || error instanceof Refusal) return result(error.message);
    throw error;
  }
}

/** The state of a task, after it has settled or the wait is over; the task goes on then. */
async function report(store: TaskStore, id: string, waitMs = usualWait, token: vscode.CancellationToken): Promise<string> {
  const task = await whenSettled(store, id, Math.min(Math.max(0, waitMs), longestWait), token);
  if (!task) throw new Refusal(`There is no task #${id}: its number is told when it is submitted.`);
  const head = `Task #${id}, ${callText(task)}: ${task.state}${task.duration === undefined ? "" : ` after ${Math.round(task.duration)} ms`}.`;
  if (isOpen(task)) return `${head} It has not ended yet; read its result later, with the same number.`;
  const text = wholeText(task, untranslated);
  return `${head}\n${text.length <= textLimit ? text : `${text.slice(0, textLimit)}\n… ${text.length - textLimit} more characters`}`;
}

function whenSettled(store: TaskStore, id: string, ms: number, token: vscode.CancellationToken): Promise<TaskRecord | undefined> {
  return new Promise((resolve) => {
    const isOver = (): boolean => {
      const task = store.get(id);
      return !task || !isOpen(task);
    };
    const end = (): void => {
      clearTimeout(timer);
      for (const listener of listeners) listener.dispose();
      resolve(store.get(id));
    };
    const listeners = [store.onDidChange(() => isOver() && end()), token.onCancellationRequested(end)];
    const timer = setTimeout(end, ms);
    if (isOver()) end();
  });
}
