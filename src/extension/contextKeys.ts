import * as vscode from "vscode";
import type { Disposable } from "./emitter.js";
import { contextKeys } from "./ids.js";
import type { TaskStore } from "./tasks/taskStore.js";
import type { TaskLayout } from "./views/taskLayout.js";

/** Keeps the keys for `when` clauses true to the store; each is written only when it changes. */
export function followContextKeys(store: TaskStore, layout: TaskLayout): Disposable {
  const written = new Map<string, boolean>();
  const write = (key: string, value: boolean): void => {
    if (written.get(key) === value) return;
    written.set(key, value);
    void vscode.commands.executeCommand("setContext", key, value);
  };
  const follow = (): void => {
    const open = store.open().length;
    write(contextKeys.hasOpenTasks, open > 0);
    write(contextKeys.hasSettledTasks, store.all().length > open);
    write(contextKeys.isFiltered, layout.filter !== "");
  };
  const subscriptions = [store.onDidChange(follow), layout.onDidChange(follow)];
  follow();
  return { dispose: () => subscriptions.forEach((subscription) => void subscription.dispose()) };
}
