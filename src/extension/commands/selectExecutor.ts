import * as vscode from "vscode";
import { clusterNameOf, type ExecutorId } from "../../protocol/values.js";
import type { Clusters } from "../clusters/clusters.js";
import { executorName } from "../editor/taskText.js";
import { UserError } from "../errors.js";
import type { ExecutorChoice } from "../tasks/executorChoice.js";

/** "Select Executor": for the workspace, see {@link ExecutorChoice}. Resolves to what is selected then. */
export async function selectExecutor(choice: ExecutorChoice, clusters: Clusters, given?: { readonly executor: ExecutorId }): Promise<ExecutorId> {
  const { t } = vscode.l10n;
  const item = (executor: ExecutorId, detail: string) => ({
    executor,
    label: executorName(executor, t),
    detail,
    ...(executor === choice.value && { description: t("selected") }),
  });
  const items = [
    item("threads", t("Worker threads: quick to start, share the memory of one process.")),
    item("processes", t("Child processes: each on its own, so that a crash ends one task and nothing else.")),
    ...clusters.executors.flatMap((id) => (clusterNameOf(id) === undefined ? [] : [item(id, clusters.placeOf(id) ?? "")])),
  ];
  items.sort((a, b) => Number(b.executor === choice.value) - Number(a.executor === choice.value));
  if (given && !clusters.executors.includes(given.executor))
    throw new UserError(t("There is no executor {0}; there are {1}.", String(given.executor), clusters.executors.join(", ")));
  const executor =
    given?.executor ??
    (await vscode.window.showQuickPick(items, { title: t("Select Executor"), placeHolder: t("Where submitted functions run") }))?.executor;
  if (executor !== undefined) await choice.select(executor);
  return choice.value;
}
