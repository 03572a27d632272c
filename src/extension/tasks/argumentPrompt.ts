import * as vscode from "vscode";
import { analyzeArguments } from "../../analysis/analyzeArguments.js";
import { checkArguments, signatureOf } from "../../analysis/signature.js";
import type { FunctionInfo } from "../../analysis/types.js";

/**
 * Asks for the arguments of a function, as one line of TypeScript expressions.
 *
 * @param last Offered, selected, so that Enter takes it and typing replaces it.
 * @param executor Name of the executor that the function will run in.
 * @returns The text, or `undefined` if the user has left.
 */
export async function askForArguments(fn: FunctionInfo, last: string | undefined, executor: string): Promise<string | undefined> {
  const { t } = vscode.l10n;
  return vscode.window.showInputBox({
    title: t("Submit {0} to {1}", fn.name, executor),
    prompt: signatureOf(fn),
    placeHolder: t("TypeScript expressions, separated by commas: {0}", "40, [1, 2], { deep: true }"),
    value: last ?? "",
    valueSelection: [0, last?.length ?? 0],
    ignoreFocusOut: true,
    validateInput: (text) => judge(fn, text),
  });
}

function judge(fn: FunctionInfo, text: string): vscode.InputBoxValidationMessage | undefined {
  const severity = vscode.InputBoxValidationSeverity;
  const args = analyzeArguments(text);
  if (!args.ok) return { message: args.message, severity: severity.Error };
  const warning = checkArguments(fn, args)[0];
  // Nobody has done anything wrong before the first key.
  return warning === undefined ? undefined : { message: warning, severity: text.trim() === "" ? severity.Info : severity.Warning };
}
