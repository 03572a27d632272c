/// <reference lib="dom" />
/** What concerns windows as a whole: several folders in one, and one that is opened again. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { launchBrowser } from "../host/browser.mjs";
import { startServer } from "../host/server.mjs";
import { until } from "../host/waiting.mjs";
import { openWindow } from "../host/window.mjs";
import { Workbench } from "./support/workbench.js";

describe("windows", function () {
  this.timeout(120_000);
  let server: Awaited<ReturnType<typeof startServer>>;
  let browser: Awaited<ReturnType<typeof launchBrowser>>;

  before(async function () {
    this.timeout(180_000);
    [server, browser] = await Promise.all([startServer({ mode: "product" }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("with several folders have a kernel for each, in that folder and with its environment file", async () => {
    const root = server.workspace();
    for (const name of ["one", "two"]) {
      mkdirSync(path.join(root, name));
      writeFileSync(
        path.join(root, name, "where.ts"),
        "export function where() {\n  return [process.cwd(), process.env.WHO, process.ppid].join();\n}\n",
      );
      writeFileSync(path.join(root, name, ".env"), `WHO=${name}\n`);
    }
    const workspaceFile = path.join(root, "both.code-workspace");
    writeFileSync(
      workspaceFile,
      JSON.stringify({ folders: [{ path: "one" }, { path: "two" }], settings: { "futures.envFile": ".env", "futures.executor": "processes" } }),
    );
    const window = await openWindow(server, browser, { workspaceFile });
    const told = await window.evaluate(
      async (vscode, folders) => {
        const results: string[] = [];
        for (const folder of folders) {
          const uri = vscode.Uri.file(`${folder}/where.ts`).toString();
          const id = await vscode.commands.executeCommand<string>("futures.submit", { uri, functionName: "where", argumentsText: "" });
          const store = vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.exports.store;
          await new Promise<void>((resolve) => {
            const look = (): void => void (store.get(id)?.settledAt !== undefined && resolve());
            store.onDidChange(look);
            look();
          });
          results.push(store.get(id).value?.text ?? JSON.stringify(store.get(id).error));
        }
        return results;
      },
      ["one", "two"].map((name) => path.join(root, name)),
    );
    const parts = told.map((text) => text.replaceAll("'", "").split(","));
    assert.deepEqual(
      parts.map(([folder, who]) => [path.basename(folder ?? ""), who]),
      [
        ["one", "one"],
        ["two", "two"],
      ],
    );
    assert.notEqual(parts[0]?.[2], parts[1]?.[2], "both ran in one kernel");
    const workbench = new Workbench(window);
    await workbench.showTree();
    const rows = await until("a node for each kernel", async () => {
      const found = await workbench.treeRows();
      return found.some((row) => /^one ?Node\.js \d+/.test(row)) && found.some((row) => /^two ?Node\.js \d+/.test(row)) ? found : undefined;
    });
    assert.ok(rows.length > 4);
    await window.close();
  });

  it("that are opened again have the last tasks, with their results, and can submit them again", async () => {
    const folder = server.workspace(path.join(process.cwd(), "media", "examples"));
    const first = await openWindow(server, browser, { folder });
    const before = new Workbench(first);
    await before.open("fib.ts");
    await before.submit("fib", "20");
    await before.lineShows("function fib", /^6765 · /);
    await before.showTree();
    await until("what is kept to be on its disk", () => first.page.evaluate(isStored));
    await first.page.reload();
    await first.page.locator(".monaco-workbench").waitFor();
    // The way into the extension host of before is gone with it: from here on only what is seen counts.
    const after = new Workbench(first);
    await after.showTree();
    await until("the task of before", async () => (await after.treeRows()).some((row) => /^fib\(20\) ?6765 · /.test(row)));
    await after.palette("Submit Again");
    await until("two tasks", async () => (await after.treeRows()).filter((row) => /^fib\(20\) ?6765 · /.test(row)).length === 2);
    await first.close();
  });
});

/** Served in a browser, the editor keeps what extensions store in the browser, and writes it every few seconds. */
async function isStored(): Promise<boolean> {
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith("vscode-web-state-db")) continue;
    const stored = await new Promise<string>((resolve) => {
      const opening = indexedDB.open(name);
      opening.onerror = () => resolve("");
      opening.onsuccess = () => {
        const asking = opening.result.transaction("ItemTable").objectStore("ItemTable").get("concurrent-futures.concurrent-futures");
        asking.onerror = () => resolve("");
        asking.onsuccess = () => resolve(String(asking.result));
      };
    });
    if (stored.includes("futures.taskHistory") && stored.includes("6765")) return true;
  }
  return false;
}
