import * as vscode from "vscode";
import { Refusal } from "./refusal.js";

/**
 * The file that a model means: an absolute path or URI within the workspace, or a path relative to one of its folders.
 *
 * @throws Refusal if there is none, or it lies outside of the workspace.
 */
export async function findFile(file: string): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const isAbsolute = /^(?:[/\\]|[a-z]:[/\\]|file:)/i.test(file);
  const candidates = isAbsolute
    ? [file.startsWith("file:") ? vscode.Uri.parse(file) : vscode.Uri.file(file)]
    : folders.map(({ uri }) => vscode.Uri.joinPath(uri, file));
  for (const candidate of candidates) {
    if (!vscode.workspace.getWorkspaceFolder(candidate)) continue;
    if (await exists(candidate)) return candidate;
  }
  throw new Refusal(`There is no file ${file} in the workspace. Give its path from the workspace folder.`);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
