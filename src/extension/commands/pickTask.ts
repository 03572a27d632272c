import * as vscode from "vscode";
import { lineText } from "../editor/lineText.js";
import { UserError } from "../errors.js";
import { callText, type TaskRecord } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";

/** @throws UserError if the task is no longer kept. */
export function keptTask(store: TaskStore, taskId: string): TaskRecord {
  const task = store.get(taskId);
  if (!task) throw new UserError(vscode.l10n.t("Task #{0} is no longer in the list.", taskId));
  return task;
}

interface TaskItem extends vscode.QuickPickItem {
  readonly task: TaskRecord;
}

/**
 * Lets the user choose among tasks; a single one is not asked for.
 *
 * @returns `undefined` if there is none or the user has left.
 */
export async function pickTask(tasks: readonly TaskRecord[], title: string): Promise<TaskRecord | undefined> {
  if (tasks.length < 2) return tasks[0];
  return (await vscode.window.showQuickPick(items(tasks), { title, matchOnDescription: true }))?.task;
}

/** As {@link pickTask}, for any number of them. */
export async function pickTasks(tasks: readonly TaskRecord[], title: string): Promise<TaskRecord[]> {
  if (tasks.length < 2) return [...tasks];
  const picked = await vscode.window.showQuickPick(items(tasks), { title, matchOnDescription: true, canPickMany: true });
  return (picked ?? []).map(({ task }) => task);
}

function items(tasks: readonly TaskRecord[]): TaskItem[] {
  const now = Date.now();
  return tasks.map((task) => ({
    label: `${callText(task)} #${task.id}`,
    description: lineText(task, { now, maxLength: 60, t: vscode.l10n.t }).text.replaceAll("\u00a0", " "),
    task,
  }));
}
