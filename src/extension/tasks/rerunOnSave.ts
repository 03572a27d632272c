import * as vscode from "vscode";
import type { Config } from "../config.js";
import type { Disposable } from "../emitter.js";
import { UserError } from "../errors.js";
import type { Kernels } from "../kernel/kernels.js";
import type { Logger } from "../logger.js";
import { cancelTask } from "./cancelTask.js";
import type { Submitter } from "./submitter.js";
import type { TaskRecord } from "./taskRecord.js";
import type { TaskStore } from "./taskStore.js";

export interface RerunParts {
  readonly store: TaskStore;
  readonly submitter: Submitter;
  readonly kernels: Kernels;
  readonly config: Config;
  readonly log: Logger;
}

/** With `futures.rerunOnSave`: the last submission of every function whose program has the saved file in it runs again. */
export class RerunOnSave implements Disposable {
  readonly #parts: RerunParts;
  readonly #subscription: Disposable;

  constructor(parts: RerunParts) {
    this.#parts = parts;
    this.#subscription = vscode.workspace.onDidSaveTextDocument((document) => {
      if (parts.config.rerunOnSave.value && vscode.workspace.isTrusted) void this.#rerun(document);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #rerun({ uri }: vscode.TextDocument): Promise<void> {
    const { store } = this.#parts;
    const isInside = ({ uri: own, files }: TaskRecord): boolean => own === uri.toString() || files.includes(uri.fsPath);
    // One that the user has stopped is not begun again behind their back.
    for (const task of store
      .latestPerFunction()
      .filter((candidate) => isInside(candidate) && !candidate.cancelling && candidate.state !== "cancelled" && !candidate.debug))
      await this.#submit(task);
  }

  async #submit(task: TaskRecord): Promise<void> {
    const { store, kernels, submitter, log } = this.#parts;
    // Its result would be that of a text that is no more.
    cancelTask(store, kernels, task.id);
    try {
      await submitter.submitAgain(task);
    } catch (error) {
      // Nobody has asked for it now: that the function is gone, say, is no message but a line of the log.
      if (error instanceof UserError) log.info(`not run again on save: ${error.message}`);
      else log.error(error instanceof Error ? error : String(error));
    }
  }
}
