import * as vscode from "vscode";
import { type TaskGrouping, taskGroupings } from "../ids.js";
import type { TaskLayout } from "../views/taskLayout.js";

/** "Group Tasks": asks unless told how. */
export async function groupTasks(layout: TaskLayout, given?: TaskGrouping): Promise<void> {
  const { t } = vscode.l10n;
  const labels = { none: t("Not at all"), state: t("By state"), function: t("By function") };
  const items = taskGroupings.map((by) => ({ by, label: labels[by], ...(by === layout.grouping && { description: t("selected") }) }));
  const by =
    given !== undefined && taskGroupings.includes(given) ? given : (await vscode.window.showQuickPick(items, { title: t("Group tasks") }))?.by;
  if (by !== undefined) await layout.group(by);
}

/** "Filter Tasks": by a text that is in their call, state, result or error. */
export async function filterTasks(layout: TaskLayout, given?: string): Promise<void> {
  const { t } = vscode.l10n;
  const prompt = t("Shows the tasks whose call, state, result or error has this text. Empty: all.");
  const text = typeof given === "string" ? given : await vscode.window.showInputBox({ title: t("Filter tasks"), prompt, value: layout.filter });
  if (text !== undefined) layout.find(text);
}
