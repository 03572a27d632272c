import * as vscode from "vscode";
import { type CellSource, type PlainCell, parsePlainNotebook, printPlainNotebook } from "../../analysis/notebook/plainNotebook.js";
import { UserError } from "../errors.js";

/** What is kept with a notebook that stands as a plain module. */
export interface PlainMetadata {
  readonly head: string;
  readonly eol: "\n" | "\r\n";
  /** Why the file cannot be shown; it is never written then. */
  readonly corrupt?: string;
}

interface PlainCellMetadata {
  /** What stood in the file for the cell. */
  readonly futures?: CellSource;
}

/** Plain modules with `// %%` as notebooks. What nobody has changed is written as it was read, to the byte. */
export class PlainSerializer implements vscode.NotebookSerializer {
  deserializeNotebook(content: Uint8Array): vscode.NotebookData {
    const text = decode(content);
    if (text === undefined) return refusal(vscode.l10n.t("The file is not a text in UTF-8."));
    const { head, eol, cells } = parsePlainNotebook(text, "ts");
    const data = new vscode.NotebookData(cells.map(dataOf));
    data.metadata = { futures: { head, eol } satisfies PlainMetadata };
    return data;
  }

  serializeNotebook(data: vscode.NotebookData): Uint8Array {
    const { head = "", eol = "\n", corrupt } = plainMetadata(data.metadata) ?? {};
    if (corrupt !== undefined) throw new UserError(vscode.l10n.t("The notebook was not saved, and its file is as it was: {0}", corrupt));
    return new TextEncoder().encode(printPlainNotebook({ head, eol, cells: data.cells.map(cellOf) }));
  }
}

/** What is known of a notebook that stands as a plain module. */
export function plainMetadata(metadata: Readonly<Record<string, unknown>> | undefined): PlainMetadata | undefined {
  return metadata?.["futures"] as PlainMetadata | undefined;
}

/** The marker of a cell; empty if it has none. */
export function markerOf(metadata: Readonly<Record<string, unknown>> | undefined): string {
  return (metadata as PlainCellMetadata | undefined)?.futures?.marker ?? "";
}

function dataOf({ kind, text, source }: PlainCell): vscode.NotebookCellData {
  const isCode = kind === "code";
  const data = new vscode.NotebookCellData(
    isCode ? vscode.NotebookCellKind.Code : vscode.NotebookCellKind.Markup,
    text,
    isCode ? "typescript" : "markdown",
  );
  data.metadata = { futures: source };
  return data;
}

function cellOf({ kind, value, metadata }: vscode.NotebookCellData): PlainCell {
  const { futures: source } = (metadata ?? {}) as PlainCellMetadata;
  const isCode = kind === vscode.NotebookCellKind.Code;
  return { kind: isCode ? "code" : "markdown", text: value.replaceAll(/\r\n|\r/g, "\n"), ...(source && { source }) };
}

function decode(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

function refusal(reason: string): vscode.NotebookData {
  const { t } = vscode.l10n;
  const text = `**${t("This file cannot be shown as a notebook.")}** ${reason}\n\n${t("Nothing that is changed here is saved. Open it with another editor.")}`;
  const data = new vscode.NotebookData([new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, text, "markdown")]);
  data.metadata = { futures: { head: "", eol: "\n", corrupt: reason } satisfies PlainMetadata };
  return data;
}
