// @ts-check
// Runs in the extension host, beside the extension under test. A test sends a function as text; it runs here with the real vscode API.
// The way in is a unix socket in a folder that only this user can read: nothing listens on the network.
const { createHash } = require("node:crypto");
const { renameSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:http");
const path = require("node:path");
const vscode = require("vscode");

/** @param {vscode.ExtensionContext} context */
exports.activate = (context) => {
  const folder = process.env.FUTURES_BRIDGE_FOLDER;
  if (!folder) return;
  // Every window of a server has its own extension host; the workspace tells them apart.
  const opened = vscode.workspace.workspaceFile?.fsPath ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "no folder";
  const key = createHash("sha256").update(opened).digest("hex").slice(0, 12);
  const socket = path.join(folder, `${key}-${process.pid}.sock`);

  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (text) => {
      body += text;
    });
    request.on("end", async () => response.end(JSON.stringify(await evaluate(body))));
  });
  server.listen(socket, () => {
    // Written aside and renamed, so that nobody reads half of it.
    const draft = `${socket}.json`;
    writeFileSync(draft, JSON.stringify({ socket, pid: process.pid }));
    renameSync(draft, path.join(folder, `${key}.json`));
  });
  context.subscriptions.push({ dispose: () => server.close() });
};

/**
 * @param {string} body JSON of `{ source, args }`.
 * @returns {Promise<{ value?: unknown, error?: string }>}
 */
async function evaluate(body) {
  try {
    const { source, args } = JSON.parse(body);
    const fn = new Function("require", `return (${source});`)(require);
    return { value: await fn(vscode, ...args) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
