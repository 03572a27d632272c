import * as vscode from "vscode";
import { moduleFile, unsavedTexts } from "../editor/documents.js";
import type { ValueDocuments } from "../editor/valueDocuments.js";
import { UserError } from "../errors.js";
import type { Kernels } from "../kernel/kernels.js";

/** "Show Module Resolution": which tsconfig.json counts for the active file, and where each of its imports leads when its functions run. */
export async function showResolution(kernels: Kernels, values: ValueDocuments): Promise<void> {
  const { t } = vscode.l10n;
  const document = vscode.window.activeTextEditor?.document;
  const file = document && moduleFile(document);
  if (!document || file === undefined) throw new UserError(t("Open a TypeScript or JavaScript file first."));
  if (!vscode.workspace.isTrusted) throw new UserError(t("Nothing is looked up: this workspace is not trusted."));
  const answer = await kernels.resolve(file, unsavedTexts(document));
  const name = vscode.workspace.asRelativePath(document.uri);
  if (answer.kind !== "resolution")
    throw new UserError(t("The imports of {0} cannot be resolved: {1}", name, answer.kind === "problem" ? answer.reason : "?"));
  const { tsconfig, imports } = answer;
  const width = Math.max(0, ...imports.map(({ specifier }) => specifier.length));
  const lines = imports.map(({ specifier, target, isBundled }) => {
    const how = isBundled ? t("part of the program") : t("found by Node.js when it runs");
    return `${`'${specifier}'`.padEnd(width + 2)} => ${target}  // ${how}`;
  });
  const head = [`// ${t("Module resolution of {0}", name)}`, `tsconfig: ${tsconfig === undefined ? t("none") : `'${tsconfig}'`}`];
  const nothing = lines.length === 0 ? [t("It imports nothing.")] : [];
  await values.openText(t("Module resolution of {0}", name), [...head, "", ...lines, ...nothing, ""].join("\n"));
}
