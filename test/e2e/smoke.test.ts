import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../host/browser.mjs";
import { examplesFolder } from "../host/paths.mjs";
import { type EditorServer, startServer } from "../host/server.mjs";
import { openWindow } from "../host/window.mjs";

describe("the served VS Code", function () {
  this.timeout(120_000);
  let server: EditorServer;
  let browser: Browser;

  before(async () => {
    [server, browser] = await Promise.all([startServer({ mode: "product" }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("shows the workbench on a copy of the examples, with the extension installed as a user has it", async () => {
    const window = await openWindow(server, browser, { folder: server.workspace("media/examples") });
    const rows = window.page.locator(".explorer-folders-view .monaco-list-row");
    const files = readdirSync(examplesFolder).filter((name) => name.endsWith(".ts"));
    for (const name of files) await rows.filter({ hasText: name }).waitFor();
    const extension = await window.evaluate((vscode) => {
      const found = vscode.extensions.getExtension("concurrent-futures.concurrent-futures");
      return found && { path: found.extensionPath, version: found.packageJSON.version as string };
    });
    assert.ok(extension?.path.startsWith(server.folder), `the extension runs from ${extension?.path}`);
    await window.page.locator('.activitybar a[aria-label="Futures"]').waitFor();
  });

  it("lets in nobody without the token", async () => {
    const address = new URL(server.address({ folder: server.folder }));
    assert.equal((await fetch(address, { redirect: "manual" })).status < 400, true);
    address.searchParams.set("tkn", "guessed");
    assert.equal((await fetch(address)).status, 403);
  });
});
