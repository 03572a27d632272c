import * as vscode from "vscode";
import type { Kernels } from "../kernel/kernels.js";
import type { Messages } from "../messages.js";

/** "Restart Kernel": of the active editor's folder, or the only one; otherwise asks. Its open tasks fail; the next submission starts a new one. */
export async function restartKernel(kernels: Kernels, messages: Messages): Promise<void> {
  const { t } = vscode.l10n;
  const all = kernels.all();
  if (all.length === 0) return messages.hint(t("There is no kernel to restart: one starts with the first submission."));
  const folders = all.map((kernel) => kernel.folder);
  const folder = folders.length === 1 ? folders[0] : await vscode.window.showQuickPick(folders, { title: t("Restart which kernel?") });
  if (folder === undefined) return;
  await kernels.get(folder)?.restart();
  messages.hint(t("The kernel has ended; the next submission starts a new one."));
}
