import { mkdir } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { SessionValue } from "../../protocol/cells.js";
import type { ConfigureMessage, KernelEvent, OverlayFile, TaskEvent } from "../../protocol/messages.js";
import type { MessageOfNotebook, NotebookEvent } from "../../protocol/notebookMessages.js";
import type { Answer, Question } from "../../protocol/questions.js";
import type { ErrorDescription } from "../../protocol/values.js";
import type { Clusters } from "../clusters/clusters.js";
import type { Config } from "../config.js";
import { Disposables } from "../disposables.js";
import { type Disposable, Emitter } from "../emitter.js";
import type { TaskOutput } from "../log.js";
import type { Messages } from "../messages.js";
import type { ExecutorStore } from "../tasks/executorStore.js";
import type { TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { readEnvFile } from "./envFile.js";
import { KernelClient } from "./kernelClient.js";
import { readPin } from "./pin.js";
import { Questions } from "./questions.js";
import { findRuntime, type Runtime } from "./runtime.js";

export interface KernelsParts {
  readonly store: TaskStore;
  readonly executors: ExecutorStore;
  readonly output: TaskOutput;
  readonly config: Config;
  readonly clusters: Clusters;
  readonly messages: Messages;
  readonly log: vscode.LogOutputChannel;
  /** The kernel's entry file. */
  readonly modulePath: string;
  /** Folder of the extension's for this workspace. */
  readonly storage: string;
}

/** The kernels: one for each workspace folder that something was submitted from, one per directory for files outside of all. */
export class Kernels implements Disposable {
  readonly #parts: KernelsParts;
  readonly #kernels = new Map<string, KernelClient>();
  readonly #disposables = new Disposables();
  readonly #questions = new Questions();
  #watchesClusters = false;
  /** Kernels of notebooks that were closed. */
  #closing: Promise<unknown> = Promise.resolve();
  readonly #notebookEvents = this.#disposables.add(new Emitter<{ readonly kernel: string; readonly events: readonly NotebookEvent[] }>());
  readonly #ends = this.#disposables.add(new Emitter<{ readonly kernel: string; readonly error: ErrorDescription }>());

  /** What becomes of the cells of notebooks. */
  readonly onNotebookEvents = this.#notebookEvents.event;
  /** A kernel has ended; another may take its place. */
  readonly onEnd = this.#ends.event;

  constructor(parts: KernelsParts) {
    this.#parts = parts;
    const { runtime, envFile, maxWorkers, maxMemory, stopGrace, execArgv } = parts.config;
    for (const setting of [maxWorkers, maxMemory, stopGrace, execArgv]) {
      this.#disposables.add(setting.onDidChange(() => this.#configureAll()));
    }
    this.#disposables.add(parts.clusters.onDidChange(() => this.#configureAll()));
    for (const setting of [runtime, envFile]) this.#disposables.add(setting.onDidChange(() => this.#needRestart()));
    this.#disposables.add(
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const { uri } of removed) this.#kernels.get(uri.fsPath)?.dispose();
        for (const { uri } of removed) this.#kernels.delete(uri.fsPath);
      }),
    );
  }

  /** Somebody looks at the workers of clusters, or does not any more. */
  watchClusters(watches: boolean): void {
    this.#watchesClusters = watches;
    this.#configureAll();
  }

  /** Every kernel so far, started or not. */
  all(): KernelClient[] {
    return [...this.#kernels.values()];
  }

  /** The kernel with this key, {@link KernelClient.key}. */
  get(key: string): KernelClient | undefined {
    return this.#kernels.get(key);
  }

  /** The kernel that a module runs in. */
  forFile(file: string): KernelClient {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath ?? path.dirname(file);
    const known = this.#kernels.get(folder);
    if (known) return known;
    return this.#create(folder, folder);
  }

  /** The kernel of a notebook: its own. @param file path of the notebook. */
  forNotebook(key: string, file: string): KernelClient {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath ?? path.dirname(file);
    return this.#kernels.get(key) ?? this.#create(key, folder);
  }

  /** Ends the kernel of a notebook. */
  closeNotebook(key: string): void {
    const kernel = this.#kernels.get(key);
    if (!kernel) return;
    kernel.dispose();
    this.#kernels.delete(key);
    this.#closing = Promise.all([this.#closing, kernel.disposed]);
  }

  /** Asks the session of a notebook about a value that it has. */
  async askCell(key: string, of: SessionValue, question: Question): Promise<Answer> {
    return this.#askNotebook(key, (questionId) => ({ type: "askCell", questionId, of, question }));
  }

  /** Asks for the variables of a notebook. */
  async askVariables(key: string): Promise<Answer> {
    return this.#askNotebook(key, (questionId) => ({ type: "askVariables", questionId }));
  }

  async #askNotebook(key: string, message: (questionId: number) => MessageOfNotebook): Promise<Answer> {
    const kernel = this.#kernels.get(key);
    if (!kernel?.info) return { kind: "problem", reason: "gone" };
    const { questionId, answer } = this.#questions.ask(key);
    kernel.send(message(questionId));
    return answer;
  }

  /** Asks a task's kernel about its value. */
  async ask(task: TaskRecord, question: Question): Promise<Answer> {
    const kernel = this.#kernels.get(task.kernel);
    if (!kernel || kernel.info?.generation !== task.generation) return { kind: "problem", reason: "gone" };
    if (task.session) return this.askCell(task.kernel, { task: task.session.future }, question);
    const { questionId, answer } = this.#questions.ask(task.kernel);
    kernel.send({ type: "ask", questionId, taskId: task.id, question });
    return answer;
  }

  /** Asks the kernel of a module how its imports are found. */
  resolve(file: string, overlay: readonly OverlayFile[]): Promise<Answer> {
    const kernel = this.forFile(file);
    kernel.start();
    const { questionId, answer } = this.#questions.ask(kernel.key);
    kernel.send({ type: "resolve", questionId, file, overlay });
    return answer;
  }

  /** Ends all kernels; {@link gone} resolves when no process is left. */
  dispose(): void {
    this.#disposables.dispose();
    for (const kernel of this.all()) kernel.dispose();
  }

  /** Resolves when no process of ours is left. */
  async gone(): Promise<void> {
    await Promise.all([this.#closing, ...this.all().map((kernel) => kernel.disposed)]);
  }

  #create(key: string, folder: string): KernelClient {
    const { log, modulePath, executors, store, messages } = this.#parts;
    const { t } = vscode.l10n;
    const kernel = new KernelClient({
      key,
      folder,
      modulePath,
      findRuntime: () => this.#findRuntime(folder),
      configuration: () => this.#configuration(folder),
      log,
      t,
    });
    kernel.onEvents(({ generation, events }) => this.#take(key, generation, events));
    kernel.onStart((info) => executors.setInfo(key, info));
    kernel.onEnd(({ generation, error }) => {
      store.failGeneration(key, generation, error, Date.now());
      executors.delete(key);
      this.#questions.giveUp(key);
      this.#ends.fire({ kernel: key, error });
    });
    kernel.onStop((how) => {
      const restart = { title: t("Restart Kernel"), command: { id: "futures.restartKernel" } } as const;
      messages.error(t("The kernel of {0} keeps dying and was stopped: {1}", path.basename(key), how), messages.showLog, restart);
    });
    this.#kernels.set(key, kernel);
    return kernel;
  }

  #take(key: string, generation: number, events: readonly KernelEvent[]): void {
    const { store, executors, output } = this.#parts;
    const described = events.findLast((event) => event.type === "executors");
    store.apply(events.filter((event): event is TaskEvent => "taskId" in event));
    if (described) executors.set(key, described.executors, described.clusters);
    store.noteWorkers(key, generation, executors.of(key));
    const ofNotebook = events.filter((event): event is NotebookEvent => ["cell", "sessionTasks", "sessionLost"].includes(event.type));
    if (ofNotebook.length > 0) this.#notebookEvents.fire({ kernel: key, events: ofNotebook });
    for (const event of events) {
      if (event.type === "answer") this.#questions.answered(event.questionId, event.answer);
      if (event.type === "output") output.append(event);
      if (event.type === "settled") output.end(event.taskId);
    }
  }

  #configureAll(): void {
    for (const kernel of this.all()) kernel.send(this.#configuration(kernel.folder));
  }

  #configuration(folder: string): ConfigureMessage {
    const { maxWorkers, maxMemory, stopGrace, execArgv } = this.#parts.config;
    const settings = { maxWorkers: maxWorkers.value, maxMemory: maxMemory.value, stopGrace: stopGrace.value, execArgv: execArgv.value };
    const clusters = this.#parts.clusters.settings;
    return { type: "configure", settings, clusters, watchesClusters: this.#watchesClusters, folder, storage: this.#parts.storage };
  }

  /** What a living kernel was started with cannot be changed under it. */
  #needRestart(): void {
    if (!this.all().some(({ info }) => info)) return;
    const { t } = vscode.l10n;
    const restart = { title: t("Restart Kernel"), command: { id: "futures.restartKernel" } } as const;
    this.#parts.messages.inform(t("The setting applies to the next kernel. Restarting it now ends its open tasks."), restart);
  }

  /** Looked for before each start: the user may have installed another one since, or changed the pin or the environment file. */
  async #findRuntime(folder: string): Promise<Runtime> {
    await mkdir(this.#parts.storage, { recursive: true });
    const { t } = vscode.l10n;
    const { config } = this.#parts;
    const editor = { execPath: process.execPath, version: process.versions.node };
    const pin = await readPin((name) => textOf(vscode.Uri.joinPath(vscode.Uri.file(folder), name)));
    const runtime = await findRuntime({ setting: config.runtime.value, env: process.env, pin, editor, t });
    const variables = await readEnvFile(config.envFile.value, async (name) => decode(await vscode.workspace.fs.readFile(placeIn(folder, name))), t);
    return { ...runtime, env: { ...variables, ...runtime.env } };
  }
}

function placeIn(folder: string, name: string): vscode.Uri {
  const relative = name.replace(/^\$\{workspaceFolder\}[\\/]/, "");
  return path.isAbsolute(relative) ? vscode.Uri.file(relative) : vscode.Uri.joinPath(vscode.Uri.file(folder), relative);
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
