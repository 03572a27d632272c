import * as vscode from "vscode";
import { UserError } from "../errors.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { timelineOf } from "../tasks/timeline.js";

/** "Export Timeline": the tasks of the list as a trace in a document of its own, to be saved and opened in Perfetto. */
export async function exportTimeline(store: TaskStore): Promise<void> {
  const { t } = vscode.l10n;
  const trace = timelineOf(store.all().reverse(), Date.now());
  if (trace.traceEvents.length === 0) throw new UserError(t("There is nothing to export: no task has started yet."));
  const content = `${JSON.stringify(trace, undefined, 1)}\n`;
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "json", content }), { preview: false });
}
