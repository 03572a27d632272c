import * as vscode from "vscode";
import { analyzeArguments } from "../../analysis/analyzeArguments.js";
import type { MapInputs } from "../../protocol/messages.js";
import type { FunctionIndex } from "../editor/functionIndex.js";
import { UserError } from "../errors.js";
import type { MapOverOptions } from "../ids.js";
import type { ArgumentHistory } from "../tasks/argumentHistory.js";
import type { Submitter } from "../tasks/submitter.js";
import { mapTarget } from "./mapTarget.js";

/** Where the inputs come from; an expression is the text beside. */
interface Chosen {
  readonly inputs: MapInputs;
  readonly expression: string;
}

/** "Map over…": asks for what is not given, then submits the map. Resolves to the task's id, or `undefined` if the user has left. */
export async function mapOver(
  submitter: Submitter,
  index: FunctionIndex,
  history: ArgumentHistory,
  options: MapOverOptions = {},
): Promise<string | undefined> {
  const given = options instanceof vscode.Uri ? { uri: options.toString() } : options;
  const target = await mapTarget(submitter, index, given);
  if (!target) return undefined;
  const { document, fn, selected } = target;
  const memory = { uri: document.uri.toString(), name: `${fn.name} map` };
  const chosen = given.inputs ? chosenOf(given.inputs) : await ask(fn.name, selected, history.of(memory.uri, memory.name)[0] ?? "");
  if (!chosen) return undefined;
  if (chosen.inputs.kind === "expression") await history.remember(memory.uri, memory.name, chosen.expression);
  const { inputs: _, ...how } = given;
  return submitter.map({ ...how, uri: document.uri.toString(), functionName: fn.name }, chosen.inputs, chosen.expression);
}

function chosenOf(inputs: NonNullable<MapOverOptions["inputs"]>): Chosen {
  const { t } = vscode.l10n;
  if ("expression" in inputs) {
    const problem = problemWith(inputs.expression);
    if (problem !== undefined) throw new UserError(t("The inputs of the map are no expression: {0}", problem));
    return { inputs: { kind: "expression" }, expression: inputs.expression };
  }
  if ("text" in inputs) return { inputs: { kind: "text", text: inputs.text }, expression: "" };
  return fileInputs(vscode.Uri.parse(inputs.file));
}

function fileInputs(uri: vscode.Uri): Chosen {
  if (uri.scheme !== "file") throw new UserError(vscode.l10n.t("Inputs are read from files on a disk, and {0} is none.", uri.toString()));
  const dirty = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString() && document.isDirty);
  return { inputs: dirty ? { kind: "text", text: dirty.getText() } : { kind: "file", path: uri.fsPath }, expression: "" };
}

async function ask(name: string, selected: string, earlier: string): Promise<Chosen | undefined> {
  const { t } = vscode.l10n;
  const lines = selected.split(/\r?\n/).filter((line) => line.trim() !== "").length;
  const items = [
    ...(lines > 0 ? [{ from: "selection", label: t("Selection"), detail: t("{0} lines: a JSON array, JSON line by line, or texts.", lines) }] : []),
    { from: "expression", label: t("Expression…"), detail: t("What gives an array, a range or a generator: {0}", "[1, 2, 3]") },
    { from: "file", label: t("File…"), detail: t("A JSON array, NDJSON, or CSV with a line of column names.") },
  ] as const;
  const picked = await vscode.window.showQuickPick(items, { title: t("Map {0} over", name) });
  switch (picked?.from) {
    case "expression": {
      const expression = await askForExpression(name, earlier);
      return expression === undefined ? undefined : { inputs: { kind: "expression" }, expression };
    }
    case "file": {
      const filters = { [t("Inputs")]: ["json", "ndjson", "jsonl", "csv"], [t("All Files")]: ["*"] };
      const [uri] = (await vscode.window.showOpenDialog({ title: t("Map {0} over", name), filters })) ?? [];
      return uri && fileInputs(uri);
    }
    case "selection":
      return { inputs: { kind: "text", text: selected }, expression: "" };
    default:
      return undefined;
  }
}

function askForExpression(name: string, value: string): Thenable<string | undefined> {
  const { t } = vscode.l10n;
  return vscode.window.showInputBox({
    title: t("Map {0} over", name),
    prompt: t("A TypeScript expression that gives the inputs; the names of the file can be used in it."),
    placeHolder: "Array.from({ length: 100 }, (_, i) => i)",
    value,
    ignoreFocusOut: true,
    validateInput: problemWith,
  });
}

function problemWith(expression: string): string | undefined {
  const analysis = analyzeArguments(expression);
  if (!analysis.ok) return analysis.message;
  return analysis.count === 0 ? vscode.l10n.t("Give an expression.") : undefined;
}
