import assert from "node:assert/strict";
import path from "node:path";
import { launchBrowser } from "../host/browser.mjs";
import { startServer } from "../host/server.mjs";
import { until } from "../host/waiting.mjs";
import { openWindow } from "../host/window.mjs";
import { gone, membersOf } from "../kernel/support/processes.js";
import { Workbench } from "./support/workbench.js";

describe("closing the window", function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof startServer>>;
  let browser: Awaited<ReturnType<typeof launchBrowser>>;

  before(async function () {
    this.timeout(180_000);
    [server, browser] = await Promise.all([startServer({ mode: "dev" }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** A window with an endless loop in each pool; gives the processes of its kernel. */
  async function busyWindow(): Promise<{ window: Awaited<ReturnType<typeof openWindow>>; pids: number[] }> {
    const window = await openWindow(server, browser, { folder: server.workspace(path.join(process.cwd(), "media", "examples")) });
    const workbench = new Workbench(window);
    await workbench.open("fib.ts");
    for (const executor of ["threads", "processes"]) {
      await window.evaluate(
        (vscode, to) => vscode.commands.executeCommand("futures.submit", { functionName: "spin", argumentsText: "", executor: to }),
        executor,
      );
    }
    await workbench.lineShows("function spin", /^running .*1 more open/);
    const kernel = await window.evaluate(
      (vscode) => vscode.extensions.getExtension("concurrent-futures.concurrent-futures")?.exports.kernels.all()[0]?.pid as number,
    );
    const pids = await until("kernel and worker", () => {
      const members = membersOf(kernel);
      return members.length >= 2 ? members : undefined;
    });
    return { window, pids };
  }

  it("leaves no process behind within 2 s, also with endless loops in both pools", async () => {
    const { window, pids } = await busyWindow();
    await window.close();
    for (const pid of pids) assert.equal(await gone(pid, 2000), true, `process ${pid} is still there`);
  });

  it("so does the death of the extension host", async () => {
    const { window, pids } = await busyWindow();
    process.kill(await window.hostPid(), "SIGKILL");
    for (const pid of pids) assert.equal(await gone(pid, 2000), true, `process ${pid} is still there`);
    await window.close();
  });
});
