/** What a new user goes through, with the package that they install: it is made here as `npm run package` makes it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import yauzl from "yauzl";
import { launchBrowser } from "../host/browser.mjs";
import { startServer } from "../host/server.mjs";
import { until } from "../host/waiting.mjs";
import { openWindow } from "../host/window.mjs";
import { Workbench } from "./support/workbench.js";

const repository = process.cwd();
const vsix = path.join(repository, "out", "story", "concurrent-futures.vsix");
/** Bytes. 11.4 MB before compression are esbuild's own program, which the kernel cannot do without. */
const largest = 8_000_000;

describe("the package", function () {
  this.timeout(120_000);
  let server: Awaited<ReturnType<typeof startServer>> | undefined;
  let browser: Awaited<ReturnType<typeof launchBrowser>> | undefined;
  let workbench: Workbench;

  before(() => {
    mkdirSync(path.dirname(vsix), { recursive: true });
    rmSync(vsix, { force: true });
    execFileSync(process.execPath, [".ci/package.mjs", "--out", vsix], { stdio: ["ignore", "ignore", "inherit"] });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    // Packaging leaves dist/ as it ships; what runs after this wants it as it is built for work.
    execFileSync("npm", ["run", "-s", "build"], { stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  });

  it("has what it needs and nothing else, and is not too large", async () => {
    const files = await filesIn(vsix);
    const shapes = new Set(
      files.map((file) =>
        file
          .replace(/^extension\/dist\/types\/.*/, "extension/dist/types/…")
          .replace(/^extension\/media\/(bench|examples|screenshots|walkthrough)\/.*/, "extension/media/$1/…")
          .replace(/@esbuild\/[^/]+\/.*/, "@esbuild/…"),
      ),
    );
    assert.deepEqual([...shapes].sort(), [
      "[Content_Types].xml",
      "extension.vsixmanifest",
      "extension/LICENSE.txt",
      "extension/changelog.md",
      "extension/dist/analysis/parser.cjs",
      "extension/dist/cli/main.js",
      "extension/dist/cli/runFile.js",
      "extension/dist/cluster/bullmqPackage.cjs",
      "extension/dist/cluster/index.cjs",
      "extension/dist/cluster/index.js",
      "extension/dist/extension/main.cjs",
      "extension/dist/futures/index.cjs",
      "extension/dist/futures/index.js",
      "extension/dist/futures/worker/broker.cjs",
      "extension/dist/futures/worker/failures.cjs",
      "extension/dist/futures/worker/process.body.cjs",
      "extension/dist/futures/worker/process.cjs",
      "extension/dist/futures/worker/thread.body.cjs",
      "extension/dist/futures/worker/thread.cjs",
      "extension/dist/futures/worker/typescript.js",
      "extension/dist/kernel/callSupport.js",
      "extension/dist/kernel/capturedScope.js",
      "extension/dist/kernel/interruptListener.js",
      "extension/dist/kernel/main.js",
      "extension/dist/kernel/readInputs.js",
      "extension/dist/kernel/session.js",
      "extension/dist/node_modules/@esbuild/…",
      "extension/dist/node_modules/esbuild/LICENSE.md",
      "extension/dist/node_modules/esbuild/lib/main.js",
      "extension/dist/node_modules/esbuild/package.json",
      "extension/dist/renderer/table.css",
      "extension/dist/renderer/table.js",
      "extension/dist/renderer/value.js",
      "extension/dist/renderer/vega.js",
      "extension/dist/third-party-notices.txt",
      "extension/dist/types/…",
      "extension/l10n/bundle.l10n.ko.json",
      "extension/media/api.md",
      "extension/media/bench/…",
      "extension/media/cluster.md",
      "extension/media/differences.md",
      "extension/media/examples/…",
      "extension/media/futures.svg",
      "extension/media/icon.png",
      "extension/media/icon.svg",
      "extension/media/screenshots/…",
      "extension/media/templates/notebook.nb.ts",
      "extension/media/value.tmLanguage.json",
      "extension/media/walkthrough/…",
      "extension/node_modules/concurrent-futures-typescript-plugin/index.js",
      "extension/node_modules/concurrent-futures-typescript-plugin/package.json",
      "extension/package.json",
      "extension/package.nls.json",
      "extension/package.nls.ko.json",
      "extension/readme.md",
    ]);
    assert.ok(!files.some((file) => file.endsWith(".map")), "source maps are shipped");
    assert.ok(statSync(vsix).size < largest, `it has ${statSync(vsix).size} bytes`);
  });

  it("is installed, and shows its walkthrough, whose buttons work", async () => {
    [server, browser] = await Promise.all([startServer({ mode: "product", extension: vsix }), launchBrowser()]);
    const folder = server.workspace(path.join(repository, "media", "examples"));
    workbench = new Workbench(await openWindow(server, browser, { folder, context: { viewport: { width: 1280, height: 800 } } }));
    await workbench.command("workbench.action.openWalkthrough", "concurrent-futures.concurrent-futures#futures.start", false);
    const { page } = workbench;
    await page.locator(".getting-started-step", { hasText: "Submit a function" }).first().waitFor();
    assert.equal(await page.locator(".getting-started-step").count(), 5);
    await page.locator(".gettingStartedContainer .monaco-button", { hasText: "Open Example" }).first().click();
    await page.locator(".tab", { hasText: "Untitled-1" }).waitFor();
  });

  it("runs the example: a result, an error, a timeout, an endless loop, a map", async () => {
    await workbench.cursorTo("function fib");
    await workbench.palette("Submit to Executor");
    await workbench.promptShows(/fib\(n: number\)/);
    await workbench.type("30");
    await workbench.press("Enter");
    await workbench.lineShows("function fib", /^832040 · /);
    await workbench.submit("divide", "1, 0");
    await workbench.lineShows("function divide", /^RangeError: division by zero$/);
    await workbench.setting("futures.resultTimeout", 300);
    await workbench.submit("greet", '"you", { delay: 1_500 }');
    await workbench.lineShows("function greet", /^TimeoutError: .* · still running/);
    await workbench.lineShows("function greet", /^'Hi you' · /);
    await workbench.setting("futures.resultTimeout", undefined);
    await workbench.submit("spin", "");
    await workbench.lineShows("function spin", /^running/);
    await workbench.palette("Interrupt All");
    await workbench.lineShows("function spin", /^cancelled · /);
    await workbench.lineShows("for (;;) {}", /^Stopped: it was here$/);
    await workbench.command("futures.map", { functionName: "fib", inputs: { expression: "[1, 2, 3, 20]" } });
    await workbench.lineShows("function fib", /^\[ 1, 1, 2, 6765 \] · 4 inputs · /);
  });

  it("marks the steps of the walkthrough that were done", async () => {
    await workbench.command("workbench.action.openWalkthrough", "concurrent-futures.concurrent-futures#futures.start", false);
    const done = workbench.page.locator('.getting-started-step [role="checkbox"][aria-checked="true"]');
    await until("two steps done", async () => (await done.count()) >= 2);
    const labels = await done.evaluateAll((boxes) => boxes.map((box) => box.getAttribute("aria-label")));
    for (const label of ["Submit a function: Completed", "Stop what hangs: Completed"]) assert.ok(labels.includes(label), labels.join());
  });

  it("debugs a function of a file: the breakpoint is shown as hit, and the result comes after it", async () => {
    await workbench.open("fib.ts");
    await workbench.cursorTo('throw new RangeError("division');
    await workbench.press("F9");
    await workbench.command("futures.debug", { functionName: "divide", argumentsText: "1, 0" });
    await workbench.page.locator(".debug-toolbar").waitFor();
    await workbench.page.locator(".debug-top-stack-frame-line, .debug-top-stack-frame-column").first().waitFor({ state: "attached" });
    await workbench.press("F5");
    await workbench.lineShows("function divide", /^RangeError: division by zero$/);
    await workbench.page.locator(".debug-toolbar").waitFor({ state: "hidden" });
  });
});

function filesIn(file: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      const names: string[] = [];
      zip.on("entry", ({ fileName }: yauzl.Entry) => {
        if (!fileName.endsWith("/")) names.push(fileName);
        zip.readEntry();
      });
      zip.once("end", () => resolve(names));
      zip.once("error", reject);
      zip.readEntry();
    });
  });
}
