import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import { lineText } from "../editor/lineText.js";
import type { Disposable } from "../emitter.js";
import type { Kernels } from "../kernel/kernels.js";
import { cancelTask } from "../tasks/cancelTask.js";
import { callText, isOpen, type TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";

/** ms after which a map that is still open is worth a notification. */
const patience = 1_000;
/** ms between two reports. */
const reportEvery = 250;

/** How far a map is, with a button that cancels it: the one kind of work here that a person waits for. */
export class MapNotifications implements Disposable {
  readonly #disposables = new Disposables();
  readonly #store: TaskStore;
  readonly #kernels: Kernels;
  /** Ids of maps that were seen. */
  readonly #known = new Set<string>();

  constructor(store: TaskStore, kernels: Kernels) {
    this.#store = store;
    this.#kernels = kernels;
    this.#disposables.add(
      store.onDidChange((ids) => {
        for (const id of ids) {
          const task = store.get(id);
          if (!task?.map || !isOpen(task) || this.#known.has(id)) continue;
          this.#known.add(id);
          const timer = setTimeout(() => this.#show(id), patience);
          this.#disposables.defer(() => clearTimeout(timer));
        }
      }),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #show(id: string): void {
    const task = this.#store.get(id);
    if (!task || !isOpen(task)) return;
    const title = callText(task);
    void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
      token.onCancellationRequested(() => cancelTask(this.#store, this.#kernels, id));
      return this.#follow(id, progress);
    });
  }

  /** Resolves when the map has settled. */
  #follow(id: string, progress: vscode.Progress<{ message: string; increment: number }>): Promise<void> {
    return new Promise((resolve) => {
      let shown = 0;
      let isDue = false;
      const report = (): void => {
        isDue = false;
        const task = this.#store.get(id);
        if (!task || !isOpen(task)) {
          subscription.dispose();
          resolve();
          return;
        }
        const share = shareOf(task);
        const message = lineText(task, { now: Date.now(), maxLength: 100, t: vscode.l10n.t }).text.replaceAll("\u00a0", " ");
        progress.report({ message, increment: share - shown });
        shown = share;
      };
      const subscription = this.#disposables.add(
        this.#store.onDidChange((ids) => {
          if (!ids.has(id) || isDue) return;
          isDue = true;
          setTimeout(report, reportEvery);
        }),
      );
      report();
    });
  }
}

function shareOf({ mapProgress }: TaskRecord): number {
  return mapProgress && mapProgress.total > 0 ? (100 * mapProgress.done) / mapProgress.total : 0;
}
