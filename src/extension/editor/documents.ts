import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { languageOf } from "../../analysis/language.js";
import type { OverlayFile } from "../../protocol/messages.js";
import { languageIds } from "../ids.js";

const extensionOf: Readonly<Record<(typeof languageIds)[number], string>> = {
  typescript: ".ts",
  typescriptreact: ".tsx",
  javascript: ".js",
  javascriptreact: ".jsx",
};

/** Of the documents that are cells of notebooks. */
const cellScheme = "vscode-notebook-cell";

/** The documents with functions that can be submitted: files, and texts not saved yet. */
export const documentSelector: vscode.DocumentSelector = languageIds.flatMap((language) => [
  { language, scheme: "file" },
  { language, scheme: "untitled" },
]);

/** The same, and cells of notebooks, which have functions too: what becomes of those is told where they stand. */
export const tellingSelector: vscode.DocumentSelector = languageIds.flatMap((language) => [
  { language, scheme: "file" },
  { language, scheme: "untitled" },
  { language, scheme: cellScheme },
]);

/** True if the document may have functions that tasks are of. */
export function hasFunctions(document: vscode.TextDocument): boolean {
  return codeFile(document) !== undefined;
}

/** The name by which the language of a document is told: that of {@link moduleFile}, or of a cell's notebook. */
export function codeFile(document: vscode.TextDocument): string | undefined {
  const isCell = document.uri.scheme === cellScheme && languageIds.some((id) => id === document.languageId);
  return isCell ? `cell${extensionOf[document.languageId as (typeof languageIds)[number]]}` : moduleFile(document);
}

/** True if functions of the document can be submitted. */
export function isModule(document: vscode.TextDocument): boolean {
  return moduleFile(document) !== undefined;
}

/**
 * The absolute path under which a document is a module. An untitled one gets a name in the first workspace folder, so that its
 * imports are found from there.
 *
 * @returns `undefined` if it is in another language or not on a disk.
 */
export function moduleFile(document: vscode.TextDocument): string | undefined {
  const languageId = languageIds.find((id) => id === document.languageId);
  if (!languageId) return undefined;
  // Not every file of the language is a module: a .d.ts has nothing to run.
  if (document.uri.scheme === "file") return languageOf(document.uri.path) && document.uri.fsPath;
  if (document.uri.scheme !== "untitled") return undefined;
  const name = document.uri.path;
  if (path.isAbsolute(name)) return name;
  const folder = vscode.workspace.workspaceFolders?.find((candidate) => candidate.uri.scheme === "file")?.uri.fsPath ?? os.homedir();
  return path.join(folder, `${name}${extensionOf[languageId]}`);
}

/** The document or file that a path of {@link moduleFile} stands for. */
export function uriOfFile(file: string): vscode.Uri {
  const untitled = vscode.workspace.textDocuments.find((document) => document.uri.scheme === "untitled" && moduleFile(document) === file);
  return untitled?.uri ?? vscode.Uri.file(file);
}

/** Every text that differs from the disk, and `document` itself if it is on none. */
export function unsavedTexts(document: vscode.TextDocument): OverlayFile[] {
  return vscode.workspace.textDocuments
    .filter((candidate) => (candidate.uri.scheme === "file" && candidate.isDirty) || candidate === document)
    .filter((candidate) => candidate.isDirty || candidate.uri.scheme === "untitled")
    .flatMap((candidate) => {
      const file = candidate.uri.scheme === "file" ? candidate.uri.fsPath : moduleFile(candidate);
      return file === undefined ? [] : [{ path: file, text: candidate.getText() }];
    });
}
