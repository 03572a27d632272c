import path from "node:path";
import * as vscode from "vscode";
import type { ExecutorDescription, WorkerDescription } from "../../protocol/values.js";
import { cut, lineText } from "../editor/lineText.js";
import { executorName, workerName } from "../editor/taskText.js";
import { type CommandId, colorId, contextValues, type LineKind } from "../ids.js";
import { callText, isOpen, type TaskRecord, wasOverdue } from "../tasks/taskRecord.js";
import type { ExecutorNode, KernelNode, TaskNode, TasksNode, WorkerNode } from "./treeNodes.js";

/** Characters of a task's state and result behind its call. */
const descriptionLimit = 100;

export function kernelItem({ id, kernel }: KernelNode): vscode.TreeItem {
  const item = new vscode.TreeItem(path.basename(kernel), vscode.TreeItemCollapsibleState.Expanded);
  return Object.assign(item, { id, iconPath: new vscode.ThemeIcon("folder"), tooltip: kernel });
}

export function executorItem({ id, executor }: ExecutorNode, known: ExecutorDescription | undefined, selected: boolean): vscode.TreeItem {
  const { t } = vscode.l10n;
  const workers = known?.workers ?? [];
  const state = selected ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(executorName(executor, t), workers.length === 0 ? vscode.TreeItemCollapsibleState.None : state);
  const busy = workers.filter((worker) => worker.state === "busy").length;
  const count = workers.length === 0 ? t("no workers yet") : t("{0} of {1} busy", busy, workers.length);
  const description = selected ? `${t("selected")} · ${count}` : count;
  const most = known ? t("At most {0} workers.", known.maxWorkers) : "";
  const what = executor === "threads" ? t("Runs functions in worker threads of the kernel.") : t("Runs functions in child processes of the kernel.");
  return Object.assign(item, {
    id,
    description,
    tooltip: `${what} ${most}`.trim(),
    iconPath: new vscode.ThemeIcon(selected ? "pass" : "circle-large-outline"),
    contextValue: contextValues.executor,
    accessibilityInformation: { label: `${executorName(executor, t)}, ${description}` },
  });
}

export function workerItem({ id }: WorkerNode, worker: WorkerDescription | undefined, task: TaskRecord | undefined): vscode.TreeItem {
  const { t } = vscode.l10n;
  const state = worker ? workerState(worker, t) : t("gone");
  const description = task ? `${state} · ${cut(callText(task), descriptionLimit)}` : state;
  const label = worker ? workerName(worker, t) : id;
  return Object.assign(new vscode.TreeItem(label), {
    id,
    description,
    tooltip: `${label}: ${description}`,
    iconPath:
      worker?.state === "busy" ? new vscode.ThemeIcon("vm-running", new vscode.ThemeColor(colorId("running"))) : new vscode.ThemeIcon("vm-outline"),
    contextValue: contextValues.worker,
    accessibilityInformation: { label: `${label}, ${description}` },
  });
}

function workerState({ state }: WorkerDescription, t: typeof vscode.l10n.t): string {
  const words = { starting: t("starting"), idle: t("idle"), busy: t("busy"), stopping: t("stopping") };
  return words[state];
}

export function tasksItem({ id }: TasksNode, tasks: readonly TaskRecord[]): vscode.TreeItem {
  const { t } = vscode.l10n;
  const open = tasks.filter(isOpen).length;
  const description = open > 0 ? t("{0} open, {1} settled", open, tasks.length - open) : t("{0} settled", tasks.length);
  const item = new vscode.TreeItem(t("Tasks"), vscode.TreeItemCollapsibleState.Expanded);
  return Object.assign(item, { id, description, iconPath: new vscode.ThemeIcon("list-unordered") });
}

const icons: Readonly<Record<TaskRecord["state"], { readonly icon: string; readonly color: LineKind }>> = {
  building: { icon: "tools", color: "pending" },
  pending: { icon: "clock", color: "pending" },
  running: { icon: "sync~spin", color: "running" },
  finished: { icon: "pass", color: "finished" },
  failed: { icon: "error", color: "failed" },
  cancelled: { icon: "circle-slash", color: "cancelled" },
};

export function taskItem({ id, taskId }: TaskNode, task: TaskRecord | undefined, now: number): vscode.TreeItem {
  const { t } = vscode.l10n;
  if (!task) return Object.assign(new vscode.TreeItem(t("gone")), { id });
  const timedOut = wasOverdue(task) || (isOpen(task) && task.timedOut !== undefined);
  const { icon, color } = timedOut ? ({ icon: "watch", color: "timedOut" } as const) : icons[task.state];
  const label = cut(callText(task), descriptionLimit);
  const { text } = lineText(task, { now, maxLength: descriptionLimit, t });
  const description = text.replaceAll("\u00a0", " ");
  const command: CommandId = "futures.revealFunction";
  return Object.assign(new vscode.TreeItem(label), {
    id,
    description,
    iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(colorId(color))),
    contextValue: isOpen(task) ? contextValues.openTask : contextValues.settledTask,
    command: { title: t("Go to Function"), command, arguments: [{ taskId }] },
    accessibilityInformation: { label: `${label}, ${description}` },
  });
}
