import * as vscode from "vscode";
import type { ExecutorKind } from "../../protocol/values.js";
import { executorName } from "../editor/taskText.js";
import type { ExecutorChoice } from "../tasks/executorChoice.js";

/** "Select Executor": for the workspace, see {@link ExecutorChoice}. Resolves to what is selected then. */
export async function selectExecutor(choice: ExecutorChoice, given?: { readonly executor: ExecutorKind }): Promise<ExecutorKind> {
  const { t } = vscode.l10n;
  const item = (executor: ExecutorKind, detail: string) => ({
    executor,
    label: executorName(executor, t),
    detail,
    ...(executor === choice.value && { description: t("selected") }),
  });
  const items = [
    item("threads", t("Worker threads: quick to start, share the memory of one process.")),
    item("processes", t("Child processes: each on its own, so that a crash ends one task and nothing else.")),
  ];
  items.sort((a, b) => Number(b.executor === choice.value) - Number(a.executor === choice.value));
  const executor =
    given?.executor ??
    (await vscode.window.showQuickPick(items, { title: t("Select Executor"), placeHolder: t("Where submitted functions run") }))?.executor;
  if (executor !== undefined) await choice.select(executor);
  return choice.value;
}
