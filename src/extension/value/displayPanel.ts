import * as vscode from "vscode";
import { displayPanelType } from "../ids.js";
import { callText, type TaskRecord } from "../tasks/taskRecord.js";

/** Opens what a value shows itself as, in a panel: HTML, else an image, else its text. Nothing in it can run or reach the network. */
export function openDisplay(task: TaskRecord, display: Readonly<Record<string, string>>): void {
  const panel = vscode.window.createWebviewPanel(displayPanelType, `${task.functionName} #${task.id}`, vscode.ViewColumn.Beside, {
    enableScripts: false,
  });
  const policy = `default-src 'none'; img-src data:; style-src ${panel.webview.cspSource} 'unsafe-inline'; font-src data:`;
  panel.webview.html = `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>${escapeHtml(callText(task))}</title></head>
<body>${bodyOf(display)}</body>
</html>`;
}

/** The richest form that is there. */
export function bodyOf(display: Readonly<Record<string, string>>): string {
  const html = display["text/html"] ?? display["image/svg+xml"];
  if (html !== undefined) return html;
  const alternative = escapeHtml(display["text/plain"] ?? "");
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    const content = display[type];
    if (content !== undefined) return `<img alt="${alternative}" src="data:${type};base64,${content.replace(/[^A-Za-z0-9+/=]/g, "")}">`;
  }
  const text = display["text/markdown"] ?? display["application/json"] ?? display["text/plain"] ?? Object.values(display)[0] ?? "";
  return `<pre>${escapeHtml(text)}</pre>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
