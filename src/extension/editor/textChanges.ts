import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { hasFunctions } from "./documents.js";
import { type EditTracker, lineChange } from "./editTracker.js";
import { type FunctionIndex, functionHash } from "./functionIndex.js";

/** What edits mean for tasks: the lines they refer to move, and results of changed code become stale. */
export class TextChanges implements Disposable {
  readonly #disposables = new Disposables();

  constructor(store: TaskStore, tracker: EditTracker, index: FunctionIndex) {
    this.#disposables.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (store.isEmpty || !hasFunctions(document)) return;
        tracker.record(document.uri.toString(), contentChanges.map(lineChange));
      }),
    );
    this.#disposables.add(index.onDidPause((document) => noteStaleness(document, store, index)));
    this.#disposables.add(
      store.onDidChange(() => {
        const oldest = store.all().at(-1);
        tracker.forgetUntil(oldest?.tick ?? tracker.now());
      }),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

function noteStaleness(document: vscode.TextDocument, store: TaskStore, index: FunctionIndex): void {
  const uri = document.uri.toString();
  const tasks = store.all().filter((task) => task.uri === uri && !task.isCall);
  if (tasks.length === 0) return;
  const hashes = new Map(index.analysisOf(document).functions.map((fn) => [fn.name, functionHash(document, fn)]));
  store.setStale(new Map(tasks.map((task) => [task.id, hashes.get(task.functionName) !== task.functionHash])));
}
