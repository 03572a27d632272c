import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";

/** The path under which a notebook runs: its imports are found from there. One that is not saved yet is in the first folder. */
export function notebookPath({ uri }: vscode.NotebookDocument): string {
  if (uri.scheme === "file") return uri.fsPath;
  const folder = vscode.workspace.workspaceFolders?.find((candidate) => candidate.uri.scheme === "file")?.uri.fsPath ?? os.homedir();
  return path.isAbsolute(uri.path) ? uri.path : path.join(folder, uri.path);
}

/** What stands for a cell in stacks. */
export function sourceOf(cell: vscode.NotebookCell): string {
  return `${notebookPath(cell.notebook)}#${cell.document.uri.fragment}`;
}

/** The cell that a source stands for, if it is still there. */
export function cellOfSource(source: string): vscode.NotebookCell | undefined {
  const hash = source.lastIndexOf("#");
  if (hash < 0) return undefined;
  const [file, fragment] = [source.slice(0, hash), source.slice(hash + 1)];
  const notebook = vscode.workspace.notebookDocuments.find((candidate) => notebookPath(candidate) === file);
  return notebook?.getCells().find(({ document }) => document.uri.fragment === fragment);
}

/** Names cells in a text as people do, by their places: `Cell 3:2:9`. */
export function withCellNames(text: string, notebook: vscode.NotebookDocument): string {
  const before = `${notebookPath(notebook)}#`;
  if (!text.includes(before)) return text;
  let named = text;
  for (const cell of notebook.getCells()) named = named.replaceAll(before + cell.document.uri.fragment, `Cell ${cell.index + 1}`);
  return named;
}
