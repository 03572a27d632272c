import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";

/** ms in which a tab that was closed may be back: one that is moved to another group is closed and opened. */
const grace = 500;

/** Tells when a notebook is in no tab any more. Its document may live on for minutes, if some extension has asked for it. */
export function onDidCloseNotebook(listener: (uri: vscode.Uri) => void): Disposable {
  const disposables = new Disposables();
  const timers = new Set<NodeJS.Timeout>();
  disposables.add(vscode.workspace.onDidCloseNotebookDocument(({ uri }) => listener(uri)));
  disposables.add(
    vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      for (const uri of closed.flatMap(({ input }) => notebookIn(input) ?? [])) {
        const timer = setTimeout(() => {
          timers.delete(timer);
          if (!isOpen(uri)) listener(uri);
        }, grace);
        timers.add(timer);
      }
    }),
  );
  disposables.defer(() => timers.forEach(clearTimeout));
  return disposables;
}

function isOpen(uri: vscode.Uri): boolean {
  return vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ input }) => notebookIn(input)?.toString() === uri.toString()));
}

function notebookIn(input: unknown): vscode.Uri | undefined {
  return input instanceof vscode.TabInputNotebook ? input.uri : undefined;
}
