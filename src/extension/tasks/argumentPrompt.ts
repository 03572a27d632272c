import * as vscode from "vscode";
import { analyzeArguments } from "../../analysis/analyzeArguments.js";
import { examplesOf } from "../../analysis/examples.js";
import { checkArguments, signatureOf } from "../../analysis/signature.js";
import type { FunctionInfo } from "../../analysis/types.js";
import { cut, oneLine } from "../editor/lineText.js";

/** Characters of a comment that the prompt shows. */
const commentLimit = 200;

/**
 * Asks for the arguments of a function, as one line of TypeScript expressions. A button, and a key that the editor has for buttons, offers earlier
 * arguments and those that the comment of the function gives as examples.
 *
 * @param earlier Arguments it was submitted with, the latest first. That is offered, selected, so that Enter takes it and typing replaces it;
 * without one, the first example is.
 * @param executor Name of the executor that the function will run in.
 * @returns The text, or `undefined` if the user has left.
 */
export async function askForArguments(fn: FunctionInfo, earlier: readonly string[], executor: string): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const examples = examplesOf(fn).filter((example) => !earlier.includes(example));
  const offers = [
    ...earlier.map((text) => ({ label: text === "" ? t("no arguments") : text, description: t("used before"), text })),
    ...examples.map((text) => ({ label: text, description: t("example"), text })),
  ];
  const title = t("Submit {0} to {1}", fn.name, executor);
  let value: string | undefined = offers[0]?.text ?? "";
  for (;;) {
    const answer: string | undefined | Offers = await askOnce(fn, title, value, offers.length > 0);
    if (answer !== offersWanted) return answer;
    const picked: (typeof offers)[number] | undefined = await vscode.window.showQuickPick(offers, { title, placeHolder: signatureOf(fn) });
    value = picked?.text ?? value;
  }
}

const offersWanted = Symbol("offers wanted");
type Offers = typeof offersWanted;

async function askOnce(fn: FunctionInfo, title: string, value: string, hasOffers: boolean): Promise<string | undefined | Offers> {
  const { t } = vscode.l10n;
  const box = vscode.window.createInputBox();
  box.title = title;
  box.prompt = promptOf(fn);
  box.placeholder = t("TypeScript expressions, separated by commas: {0}", "40, [1, 2], { deep: true }");
  box.value = value;
  box.valueSelection = [0, value.length];
  box.ignoreFocusOut = true;
  if (hasOffers) box.buttons = [{ iconPath: new vscode.ThemeIcon("history"), tooltip: t("Earlier Arguments and Examples") }];
  const show = (text: string): void => {
    box.validationMessage = judge(fn, text);
  };
  show(value);
  box.onDidChangeValue(show);
  try {
    return await new Promise((resolve) => {
      box.onDidAccept(() => analyzeArguments(box.value).ok && resolve(box.value));
      box.onDidTriggerButton(() => resolve(offersWanted));
      box.onDidHide(() => resolve(undefined));
      box.show();
    });
  } finally {
    box.dispose();
  }
}

/** `fib(n: number): Counts rabbits.` */
function promptOf(fn: FunctionInfo): string {
  const comment = oneLine(fn.jsDoc?.split(/^\s*@/m)[0]?.replace(/\s+/g, " ") ?? "");
  return comment === "" ? signatureOf(fn) : `${signatureOf(fn)}: ${cut(comment, commentLimit)}`;
}

function judge(fn: FunctionInfo, text: string): vscode.InputBoxValidationMessage | undefined {
  const severity = vscode.InputBoxValidationSeverity;
  const args = analyzeArguments(text);
  if (!args.ok) return { message: args.message, severity: severity.Error };
  const warning = checkArguments(fn, args)[0];
  // Nobody has done anything wrong before the first key.
  return warning === undefined ? undefined : { message: warning, severity: text.trim() === "" ? severity.Info : severity.Warning };
}
