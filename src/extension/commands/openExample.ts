import * as vscode from "vscode";

/** "Open Example": the text of our example as an untitled file, which is the user's own to change. */
export async function openExample(extensionUri: vscode.Uri): Promise<void> {
  const file = vscode.Uri.joinPath(extensionUri, "media", "examples", "fib.ts");
  const content = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  const document = await vscode.workspace.openTextDocument({ language: "typescript", content });
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  const position = document.positionAt(content.indexOf("fib("));
  editor.selection = new vscode.Selection(position, position);
}
