import path from "node:path";
import * as vscode from "vscode";
import type { ExecutorDescription, WorkerDescription } from "../../protocol/values.js";
import { cut, lineText } from "../editor/lineText.js";
import { executorName, workerName } from "../editor/taskText.js";
import { type CommandId, colorId, contextValues, type LineKind, type TaskGrouping } from "../ids.js";
import type { KernelInfo } from "../kernel/kernelClient.js";
import { callText, isOpen, type TaskRecord, wasOverdue } from "../tasks/taskRecord.js";
import { runtimeName, runtimeSentence } from "./runtimeText.js";
import type { ExecutorNode, GroupNode, KernelNode, TaskNode, TasksNode, ValuePartNode, WorkerNode } from "./treeNodes.js";

/** Characters of a task's state and result behind its call. */
const descriptionLimit = 100;

export function kernelItem({ id, kernel }: KernelNode, info: KernelInfo | undefined): vscode.TreeItem {
  const { t } = vscode.l10n;
  const item = new vscode.TreeItem(path.basename(kernel), vscode.TreeItemCollapsibleState.Expanded);
  const description = info ? runtimeName(info.runtime, t) : "";
  const tooltip = info ? `${kernel}\n${runtimeSentence(info, t)}` : kernel;
  return Object.assign(item, { id, description, iconPath: new vscode.ThemeIcon("folder"), tooltip });
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

/** @param filter what the tasks shown were filtered by, if they were. */
export function tasksItem({ id }: TasksNode, tasks: readonly TaskRecord[], filter: string): vscode.TreeItem {
  const { t } = vscode.l10n;
  const open = tasks.filter(isOpen).length;
  const counts = open > 0 ? t("{0} open, {1} settled", open, tasks.length - open) : t("{0} settled", tasks.length);
  const description = filter === "" ? counts : `${counts} · ${t("filter: {0}", filter)}`;
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

/** @param tasks of the group, at least one. */
export function groupItem({ id }: GroupNode, tasks: readonly TaskRecord[], by: TaskGrouping): vscode.TreeItem {
  const { t } = vscode.l10n;
  const [first] = tasks;
  const item = new vscode.TreeItem("", vscode.TreeItemCollapsibleState.Expanded);
  if (!first) return Object.assign(item, { id, label: t("gone") });
  const label = by === "function" ? first.functionName : stateName(first.state, t);
  const description = by === "function" ? `${path.posix.basename(vscode.Uri.parse(first.uri).path)} · ${tasks.length}` : String(tasks.length);
  const { icon, color } = icons[first.state];
  const iconPath = by === "function" ? new vscode.ThemeIcon("symbol-function") : new vscode.ThemeIcon(icon, new vscode.ThemeColor(colorId(color)));
  return Object.assign(item, { id, label, description, iconPath, accessibilityInformation: { label: `${label}, ${description}` } });
}

function stateName(state: TaskRecord["state"], t: typeof vscode.l10n.t): string {
  const names = {
    building: t("Building"),
    pending: t("Pending"),
    running: t("Running"),
    finished: t("Finished"),
    failed: t("Failed"),
    cancelled: t("Cancelled"),
  };
  return names[state];
}

export function taskItem({ id, taskId }: TaskNode, task: TaskRecord | undefined, now: number): vscode.TreeItem {
  const { t } = vscode.l10n;
  if (!task) return Object.assign(new vscode.TreeItem(t("gone")), { id });
  const timedOut = wasOverdue(task) || (isOpen(task) && task.timedOut !== undefined);
  const { icon, color } = timedOut ? ({ icon: "watch", color: "timedOut" } as const) : icons[task.state];
  const label = cut(callText(task), descriptionLimit);
  const { text } = lineText(task, { now, maxLength: descriptionLimit, t });
  const description = text.replaceAll("\u00a0", " ");
  const command: CommandId = "futures.revealFunction";
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  return Object.assign(new vscode.TreeItem(label, task.value?.expandable && !task.isRestored ? Collapsed : None), {
    id,
    description,
    iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(colorId(color))),
    contextValue: isOpen(task) ? contextValues.openTask : contextValues.settledTask,
    command: { title: t("Go to Function"), command, arguments: [{ taskId }] },
    accessibilityInformation: { label: `${label}, ${description}` },
  });
}

export function valueItem({ id, part }: ValuePartNode): vscode.TreeItem {
  const { label, preview, type, expandable } = part;
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const tooltip = type === "" ? label : `${label}: ${type}\n${preview}`;
  return Object.assign(new vscode.TreeItem(label, expandable ? Collapsed : None), {
    id,
    description: preview,
    tooltip,
    iconPath: new vscode.ThemeIcon(iconOf(type)),
    contextValue: contextValues.value,
    accessibilityInformation: { label: `${label}: ${preview}` },
  });
}

function iconOf(type: string): string {
  if (type === "") return "ellipsis";
  if (/^(?:\w*Array|Set)\(/.test(type)) return "symbol-array";
  const simple: Readonly<Record<string, string>> = {
    string: "symbol-string",
    number: "symbol-number",
    bigint: "symbol-number",
    boolean: "symbol-boolean",
  };
  return simple[type] ?? (["null", "undefined"].includes(type) ? "symbol-null" : "symbol-object");
}
