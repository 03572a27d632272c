/** A notebook as a person sees it: opened from the explorer, run with the buttons, read from what the browser shows. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import { launchBrowser } from "../host/browser.mjs";
import { startServer } from "../host/server.mjs";
import { until } from "../host/waiting.mjs";
import { openWindow } from "../host/window.mjs";
import { pictureFile } from "./support/pictures.js";
import { Workbench } from "./support/workbench.js";

const repository = process.cwd();

const charts = `// %%
const rows = [3, 1, 2].map((n, i) => ({ worker: "w" + i, tasks: n }));
({
  $schema: "https://vega.github.io/schema/vega-lite/v6.json", title: "Tasks of each worker", width: 300, height: 120, data: { values: rows },
  mark: "bar", encoding: { x: { field: "tasks", type: "quantitative" }, y: { field: "worker", type: "nominal" }, color: { field: "worker" }, tooltip: { field: "tasks" } },
  transform: [{ calculate: "datum.tasks * 10", as: "tens" }],
})

// %%
display.vegaLite({ $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar", data: { url: "https://example.com/rows.json" }, encoding: { x: { field: "a" } } });

// %%
display.vegaLite({ $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "no such mark" });

// %%
display.bundle({ "application/vnd.vega.v6+json": { width: 60, height: 60, marks: [{ type: "symbol", encode: { enter: { x: { value: 30 }, y: { value: 30 } } } }] } });
`;

describe("a notebook in the workbench", function () {
  this.timeout(120_000);
  let server: Awaited<ReturnType<typeof startServer>>;
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  let workbench: Workbench;

  before(async function () {
    this.timeout(180_000);
    [server, browser] = await Promise.all([startServer({ mode: "dev" }), launchBrowser()]);
    const folder = server.workspace(path.join(repository, "media", "examples"));
    const modules = path.join(folder, "node_modules");
    mkdirSync(modules, { recursive: true });
    writeFileSync(path.join(folder, "notebooks", "charts.nb.ts"), charts);
    if (!existsSync(path.join(modules, "@types"))) symlinkSync(path.join(repository, "node_modules", "@types"), path.join(modules, "@types"));
    workbench = new Workbench(await openWindow(server, browser, { folder, context: { viewport: { width: 1280, height: 1000 } } }));
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const open = async (name: string): Promise<void> => {
    await workbench.command("workbench.action.closeAllEditors");
    await workbench.openNotebook(`notebooks/${name}`);
    await workbench.page.locator(".notebookOverlay .cell-list-container .monaco-list-row:visible").first().waitFor();
  };
  /** All that the outputs of the notebook show. */
  const outputs = async (): Promise<string> => {
    const texts = await Promise.all(
      workbench.page.frames().map((frame: Frame) =>
        frame
          .locator(".output_container")
          .allInnerTexts()
          .catch(() => []),
      ),
    );
    return texts.flat().join("\n").replaceAll("\u00a0", " ");
  };
  const shows = (expected: RegExp): Promise<unknown> => until(`the outputs to show ${expected}`, async () => expected.test(await outputs()), 60_000);

  it("runs all cells, and shows tables, a live table of futures and a chart", async () => {
    await workbench.setting("workbench.colorTheme", "Default Dark Modern");
    await open("primes.nb.ts");
    await workbench.page.locator(".notebook-toolbar-container a", { hasText: /^Run All$/ }).click();
    await shows(/this thread[\s\S]*2 threads|this thread[\s\S]*threads/);
    await workbench.command("notebook.focusBottom");
    await until("the chart", async () => {
      const boxes = workbench.page.frames().map(async (frame) => {
        const picture = frame.locator(".futures-chart svg").last();
        return (await picture.count()) > 0 && ((await picture.boundingBox())?.height ?? 0) > 50;
      });
      return (await Promise.all(boxes)).some(Boolean);
    });
    // It has its place a moment before it is painted.
    const painted = async (): Promise<void> => {
      await Promise.all([...document.images].map((image) => image.decode()));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    };
    await Promise.all(workbench.page.frames().map((frame) => frame.evaluate(painted).catch(() => {})));
    await workbench.page.screenshot({ path: pictureFile("notebook-primes-dark.png") });
  });

  it("draws charts of Vega-Lite and Vega in the colours of the theme, which load nothing, and tells what is wrong with a spec", async () => {
    await workbench.setting("workbench.colorTheme", "Default Dark Modern");
    const asked: string[] = [];
    workbench.page.on("request", (request) => asked.push(request.url()));
    await open("charts.nb.ts");
    await workbench.page.locator(".notebook-toolbar-container a", { hasText: /^Run All$/ }).click();
    await shows(/it wants to load https:\/\/example\.com\/rows\.json, and charts load nothing/);
    await shows(/could not be drawn as its spec says: look at its mark/);
    const inCharts = async (selector: string) => {
      const found = workbench.page.frames().map((frame) => frame.locator(`.futures-chart ${selector}`));
      const counts = await Promise.all(found.map((locator) => locator.count().catch(() => 0)));
      return found[counts.findIndex((count) => count > 0)];
    };
    const bars = await until("the bars", () => inCharts("path[aria-roledescription='bar']"));
    assert.equal(await bars.count(), 3);
    assert.match((await bars.first().getAttribute("aria-label")) ?? "", /tasks: \d; worker: w\d/);
    await until("the symbol of Vega", () => inCharts(".mark-symbol path"));
    const title = await until("the title", () => inCharts(".role-title-text text"));
    const dark = await title.first().getAttribute("fill");
    await workbench.setting("workbench.colorTheme", "Default Light Modern");
    await until("the title in another colour", async () => (await (await inCharts(".role-title-text text"))?.first().getAttribute("fill")) !== dark);
    assert.deepEqual(
      asked.filter((url) => /example\.com/.test(url)),
      [],
    );
  });

  it("shows futures while they run, in its cells, in the tree and in the status bar", async () => {
    await workbench.setting("workbench.colorTheme", "Default Light Modern");
    await open("basicFuture.nb.ts");
    await workbench.command("workbench.view.extension.futures");
    await workbench.page.locator(".notebook-toolbar-container a", { hasText: /^Run All$/ }).click();
    await shows(/result: Completed 0 worker job/);
    await workbench.page
      .locator(".tree-explorer-viewlet-tree-view, .pane-body", { hasText: /work\(\d\)/ })
      .first()
      .waitFor();
    await workbench.command("notebook.focusBottom");
    await shows(/5 futures: .*(?:running|finished)/);
    await shows(/5 futures: 5 finished/);
    await workbench.page.screenshot({ path: pictureFile("notebook-futures-light.png") });
  });

  for (const [name, picture, theme, last] of [
    ["tour.nb.ts", "notebook-tour-dark.png", "Default Dark Modern", /FINISHED[\s\S]*CANCELLED[\s\S]*FINISHED/],
    ["withFuture.ko.nb.ts", "notebook-korean-light.png", "Default Light Modern", /4번 작업 완료/],
  ] as const) {
    it(`runs the example ${name} to its end`, async () => {
      await workbench.setting("workbench.colorTheme", theme);
      await open(name);
      await workbench.page.locator(".notebook-toolbar-container a", { hasText: /^Run All$/ }).click();
      await until("all cells to be done", async () => {
        const running = await workbench.page.locator(".cell-status-item:visible .codicon-loading, .cell-status-item:visible .codicon-clock").count();
        return running === 0 && (await workbench.page.locator(".cell-status-item:visible .codicon-notebook-state-success").count()) > 0;
      });
      await workbench.command("notebook.focusBottom");
      await shows(last);
      await workbench.page.screenshot({ path: pictureFile(picture) });
    });
  }

  it("interrupts an endless loop by its stop button, and keeps the variables", async () => {
    await workbench.command("workbench.action.closeAllEditors");
    await workbench.command("futures.newNotebook");
    const rows = workbench.page.locator(".notebookOverlay .cell-list-container .code-cell-row:visible");
    const type = async (row: number, text: string): Promise<void> => {
      await rows.nth(row).locator(".monaco-editor").click();
      await workbench.press("ControlOrMeta+a");
      await workbench.page.keyboard.insertText(text);
    };
    await until("its cells", async () => (await rows.count()) === 2);
    await type(0, "const kept = 41; console.log('loop'); for (;;);");
    await rows.nth(0).hover();
    await rows.nth(0).locator(".run-button-container a").first().click();
    await shows(/^loop/m);
    await rows.nth(0).hover();
    await rows.nth(0).locator(".run-button-container a[aria-label*='Stop']").first().click();
    await type(1, "kept + 1 + ' kept'");
    await rows.nth(1).hover();
    await rows.nth(1).locator(".run-button-container a").first().click();
    await shows(/42 kept/);

    // A value unfolds by mouse and by keys.
    await type(1, "globalThis.deep = { list: [{ name: 'inner' }], text: 'x' }, deep");
    await rows.nth(1).locator(".run-button-container a").first().click();
    await shows(/\{ list: \[ \{ name: 'inner' \} \], text: 'x' \}/);
    const part = async (label: RegExp) =>
      until(`${label} to unfold`, async () => {
        for (const frame of workbench.page.frames()) {
          const button = frame.locator(".futures-value button[aria-expanded='false']", { hasText: label });
          if ((await button.count()) > 0) return button.first();
        }
        return undefined;
      });
    await (await part(/list/)).click();
    await (await part(/^list: /)).press("Enter");
    await (await part(/^\[0\]: /)).press("Enter");
    await shows(/name: 'inner'\n/);
  });
});
