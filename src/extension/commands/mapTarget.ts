import * as vscode from "vscode";
import type { FunctionInfo } from "../../analysis/types.js";
import { isModule } from "../editor/documents.js";
import type { FunctionIndex } from "../editor/functionIndex.js";
import type { SubmitOptions } from "../ids.js";
import type { Submitter } from "../tasks/submitter.js";

/** What a map runs, and what is selected beside. */
export interface MapTarget {
  readonly document: vscode.TextDocument;
  readonly fn: FunctionInfo;
  /** Empty: nothing is selected. */
  readonly selected: string;
}

/**
 * The function that is named, or that the cursor is in. Where there is none but a selection, that is for inputs: asks for the function.
 *
 * @returns `undefined` if the user left the prompt.
 * @throws UserError as `Submitter.target`.
 */
export async function mapTarget(submitter: Submitter, index: FunctionIndex, options: SubmitOptions): Promise<MapTarget | undefined> {
  const editor = vscode.window.activeTextEditor;
  // The selection is taken now: the prompt takes the focus.
  const inActive = editor?.document.getText(editor.selection) ?? "";
  const isNamed = options.functionName !== undefined || options.uri !== undefined;
  if (!editor || inActive.trim() === "" || isNamed || index.at(editor.document, editor.selection.active)) {
    const target = await submitter.target(options);
    return { ...target, selected: inActive === "" ? selectionOf(target.document) : inActive };
  }
  const candidates = modulesBeside(editor.document).flatMap((document) =>
    index.analysisOf(document).functions.map(({ name }) => ({
      label: name,
      description: vscode.workspace.asRelativePath(document.uri),
      target: { uri: document.uri.toString(), functionName: name },
    })),
  );
  if (candidates.length === 0) return { ...(await submitter.target(options)), selected: inActive };
  const title = vscode.l10n.t("Which function to map over the selection");
  const picked = await vscode.window.showQuickPick(candidates, { title, matchOnDescription: true });
  return picked && { ...(await submitter.target(picked.target)), selected: inActive };
}

/** The document itself, or the modules that are seen with it: inputs may stand in a file of their own. */
function modulesBeside(document: vscode.TextDocument): vscode.TextDocument[] {
  if (isModule(document)) return [document];
  const shown = vscode.window.visibleTextEditors.map((editor) => editor.document);
  const open = shown.some(isModule) ? shown : vscode.workspace.textDocuments;
  return [...new Set(open.filter(isModule))];
}

function selectionOf(document: vscode.TextDocument): string {
  const editor = vscode.window.visibleTextEditors.find((candidate) => candidate.document === document);
  return editor?.document.getText(editor.selection) ?? "";
}
