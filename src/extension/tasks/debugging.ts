import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import type { Kernels } from "../kernel/kernels.js";
import type { Messages } from "../messages.js";
import { cancelTask } from "./cancelTask.js";
import { callText, isOpen, type TaskRecord } from "./taskRecord.js";
import type { TaskStore } from "./taskStore.js";

export interface DebuggingParts {
  readonly store: TaskStore;
  readonly kernels: Kernels;
  readonly messages: Messages;
  /** Folder of built programs. */
  readonly storage: string;
  /** Folder of our own built code, which nobody wants to step through. */
  readonly own: string;
}

/** Attaches the editor's own JavaScript debugger to the processes of tasks that are debugged; the end of one is the end of the other. */
export class Debugging implements Disposable {
  readonly #parts: DebuggingParts;
  readonly #disposables = new Disposables();
  /** Ids of tasks whose debugger was started. */
  readonly #attached = new Set<string>();

  constructor(parts: DebuggingParts) {
    this.#parts = parts;
    const { store, kernels } = parts;
    this.#disposables.add(
      store.onDidChange((ids) => {
        for (const id of ids) {
          const task = store.get(id);
          if (task?.debugPort === undefined || !isOpen(task) || this.#attached.has(id)) continue;
          this.#attached.add(id);
          void this.#attach(task, task.debugPort);
        }
      }),
    );
    this.#disposables.add(
      vscode.debug.onDidTerminateDebugSession(({ configuration }) => {
        const id: unknown = configuration[taskKey];
        // The user has ended it: what was to be debugged is to end too.
        if (typeof id === "string") cancelTask(store, kernels, id);
      }),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #attach(task: TaskRecord, port: number): Promise<void> {
    const { store, kernels, messages, storage, own } = this.#parts;
    const { t } = vscode.l10n;
    const configuration: vscode.DebugConfiguration = {
      type: "node",
      request: "attach",
      name: callText(task),
      address: "127.0.0.1",
      port,
      continueOnAttach: true,
      sourceMaps: true,
      // The program is loaded after the breakpoints were set: they are bound when its map is read.
      pauseForSourceMap: true,
      outFiles: [`${storage.replaceAll("\\", "/")}/**/*.mjs`],
      resolveSourceMapLocations: null,
      skipFiles: ["<node_internals>/**", `${own.replaceAll("\\", "/")}/**`],
      autoAttachChildProcesses: false,
      [taskKey]: task.id,
    };
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(task.uri));
    let problem = t("the debugger for JavaScript did not start");
    try {
      if (await vscode.debug.startDebugging(folder, configuration, { suppressSaveBeforeStart: true })) return;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    cancelTask(store, kernels, task.id);
    messages.warn(t("{0} cannot be debugged: {1}", callText(task), problem), messages.showLog);
  }
}

/** Names the task in the configuration of its session. */
const taskKey = "futuresTask";
