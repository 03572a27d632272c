import assert from "node:assert/strict";
import path from "node:path";
import { launchBrowser } from "../host/browser.mjs";
import { startServer } from "../host/server.mjs";
import { openWindow } from "../host/window.mjs";
import { Workbench } from "./support/workbench.js";

describe("the installed extension in a folder that is not trusted", function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof startServer>>;
  let browser: Awaited<ReturnType<typeof launchBrowser>>;

  before(async function () {
    this.timeout(180_000);
    [server, browser] = await Promise.all([startServer({ mode: "product", trust: true }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("runs nothing and says why; once the folder is trusted it runs", async () => {
    const window = await openWindow(server, browser, { folder: server.workspace(path.join(process.cwd(), "media", "examples")) });
    const { page } = window;
    const workbench = new Workbench(window);
    await workbench.open("fib.ts");
    await page.locator(".part.banner", { hasText: "Restricted Mode" }).waitFor();
    const submit = (): Promise<unknown> => workbench.submit("fib", "20");
    await submit();
    await page.locator(".notification-toast", { hasText: "this workspace is not trusted" }).waitFor();
    const kernels = (): Promise<number> =>
      window.evaluate((vscode) => vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.exports.kernels.all().length);
    assert.equal(await kernels(), 0);
    const refusal = await window.evaluate(async (vscode) => {
      const token = new vscode.CancellationTokenSource().token;
      const options = { input: { file: "fib.ts" }, toolInvocationToken: undefined };
      const result = await vscode.lm.invokeTool("futures_list_functions", options, token);
      return (result.content as { value: string }[]).map(({ value }) => value).join("");
    });
    assert.match(refusal, /^Refused: this workspace is not trusted/);
    // Before a cell runs the editor asks; "Cancel" runs nothing.
    const runCell = (): Promise<void> =>
      window.evaluate(async (vscode) => {
        const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
        if (!folder) throw new Error("no folder");
        const uri = vscode.Uri.joinPath(folder, "notebooks", "withFuture.nb.ts");
        await vscode.commands.executeCommand("vscode.openWith", uri, "futures-notebook", { preview: false });
        void vscode.commands.executeCommand("notebook.cell.execute", { ranges: [{ start: 1, end: 2 }], document: uri });
      });
    await runCell();
    const dialog = page.locator(".monaco-dialog-box", { hasText: /run code from this workspace/ });
    await dialog.waitFor();
    await dialog.locator(".monaco-button", { hasText: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    for (const command of ["futures.debug", "futures.map"])
      await workbench.command(command, { functionName: "fib", argumentsText: "1", inputs: { expression: "[1]" } });
    assert.equal(await kernels(), 0);

    await page.locator(".notification-toast .monaco-button", { hasText: "Manage Workspace Trust" }).click();
    await page.locator(".workspace-trust-editor .monaco-button", { hasText: "Trust" }).first().click();
    await page.locator(".part.banner", { hasText: "Restricted Mode" }).waitFor({ state: "hidden" });
    await workbench.open("fib.ts");
    await submit();
    await workbench.lineShows("function fib", /^6765 · /);
    assert.equal(await kernels(), 1);
    await runCell();
    await page.locator(".notebookOverlay .cell-statusbar-container .codicon-notebook-state-success").first().waitFor();
    assert.equal(await kernels(), 2);
    await window.close();
  });
});
