import * as vscode from "vscode";
import { executorName } from "../editor/taskText.js";
import { type CommandId, viewIds } from "../ids.js";
import type { ExecutorChoice } from "../tasks/executorChoice.js";
import { callText } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";

interface MenuItem extends vscode.QuickPickItem {
  readonly command?: CommandId | `${typeof viewIds.tasks}.focus`;
}

/** What a click on the status bar item offers: the way to everything, by mouse and by keys. */
export async function showMenu(store: TaskStore, choice: ExecutorChoice): Promise<void> {
  const { t } = vscode.l10n;
  const [last] = store.all();
  const open = store.open().length;
  const selected = executorName(choice.value, t);
  const items: MenuItem[] = [
    { label: `$(play) ${t("Submit to Executor")}`, description: t("the function at the cursor"), command: "futures.submit" },
    ...(last ? [{ label: `$(debug-rerun) ${t("Submit Again")}`, description: callText(last), command: "futures.submitAgain" } as const] : []),
    { label: `$(symbol-array) ${t("Map over…")}`, command: "futures.map" },
    { label: `$(debug-alt) ${t("Debug Function")}`, command: "futures.debug" },
    ...(open > 0
      ? [{ label: `$(debug-stop) ${t("Interrupt All")}`, description: t("{0} open", open), command: "futures.interruptAll" } as const]
      : []),
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    { label: `$(layers) ${t("Select Executor")}`, description: selected, command: "futures.selectExecutor" },
    { label: `$(list-unordered) ${t("Show Tasks")}`, command: `${viewIds.tasks}.focus` },
    { label: `$(debug-restart) ${t("Restart Kernel")}`, command: "futures.restartKernel" },
    { label: `$(output) ${t("Show Log")}`, command: "futures.showLog" },
  ];
  const picked = await vscode.window.showQuickPick(items, { placeHolder: t("Functions are submitted to {0}", selected) });
  if (picked?.command) await vscode.commands.executeCommand(picked.command);
}
