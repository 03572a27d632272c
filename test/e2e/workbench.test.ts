/** The path of step one as a person walks it: everything is done with keys and mouse, and read from what the browser shows. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { launchBrowser } from "../host/browser.mjs";
import { startServer } from "../host/server.mjs";
import { until } from "../host/waiting.mjs";
import { openWindow } from "../host/window.mjs";
import { pictureFile } from "./support/pictures.js";
import { Workbench } from "./support/workbench.js";

const repository = process.cwd();
const size = { width: 1280, height: 800 };

describe("the workbench", function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof startServer>>;
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  let workbench: Workbench;

  before(async function () {
    this.timeout(180_000);
    [server, browser] = await Promise.all([startServer({ mode: "dev" }), launchBrowser()]);
    const folder = server.workspace(path.join(repository, "media", "examples"));
    linkPackages(folder);
    workbench = new Workbench(await openWindow(server, browser, { folder, context: { viewport: size } }));
    await workbench.open("fib.ts");
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("submits the function at the cursor from the palette, asks for arguments, and shows running and the result on its line", async () => {
    await workbench.cursorTo("function fib");
    await workbench.palette("Submit to Executor");
    await workbench.promptShows(/fib\(n: number\)/);
    await workbench.type("40");
    await workbench.press("Enter");
    await workbench.lineShows("function fib", /^running( \d+ s)?$|^pending$/);
    await workbench.lineShows("function fib", /^102334155 · \d/);
  });

  it("remembers the arguments, refuses a text that does not parse and warns of too few", async () => {
    await workbench.palette("Submit to Executor");
    await workbench.promptShows(/fib\(n: number\)/);
    assert.equal(await workbench.inputValue(), "40");
    await workbench.type("40) + (2");
    await workbench.promptShows(/unexpected "\)"/);
    await workbench.type("");
    await workbench.promptShows(/required parameter n/);
    await workbench.type("20");
    await workbench.press("Enter");
    await workbench.lineShows("function fib", /^6765 · /);
  });

  it("shows an error at the function and at the line that threw, and in the hover the stack with frames to click", async () => {
    await workbench.lens("function divide", "Submit");
    await workbench.type("1, 0");
    await workbench.press("Enter");
    await workbench.lineShows("function divide", /^RangeError: division by zero$/);
    await workbench.lineShows("throw new RangeError", /^RangeError: division by zero$/);
    const text = await workbench.hover("function divide");
    assert.match(text, /Failed after/);
    assert.match(text, /divide\(1, 0\)/);
    assert.match(text, /fib\.ts:\d+:\d+/);
    assert.match(text, /thread-\d+ \(thread \d+\)/);
    await workbench.clickInHover(/fib\.ts:\d+/);
    await workbench.cursorOn('if (b === 0) throw new RangeError("division by zero");');
  });

  it("runs the text in the editor, saved or not, exported or not, and marks the result of an edited function", async () => {
    await workbench.open("fib.ts");
    await workbench.replace("`Hi ${name}`", "`Hey ${name}`");
    await workbench.lens("function greet", "Submit");
    await workbench.type('"you", { delay: 1 }');
    await workbench.press("Enter");
    await workbench.lineShows("function greet", /^'Hey you' · /);
    await workbench.replace("`Hey ${name}`", "`Hi ${name}`");
    await workbench.lineShows("function greet", /code changed since/);
  });

  it("stops an endless loop by its CodeLens, and a neighbour is not touched", async () => {
    await workbench.lens("function spin", "Submit");
    await workbench.lineShows("function spin", /^running/);
    await workbench.lens("function greet", "Submit");
    await workbench.type('"you", { delay: 1500 }');
    await workbench.press("Enter");
    await workbench.lineShows("function greet", /^running/);
    await workbench.lens("function spin", "Cancel");
    await workbench.lineShows("function spin", /^cancelled · /);
    await workbench.lineShows("for (;;) {}", /^Stopped: it was here$/);
    await workbench.lineShows("function greet", /^'Hi you' · 1\.\d+ s$/);
  });

  it("offers earlier arguments behind a button of the prompt", async () => {
    await workbench.lens("function greet", "Submit");
    await workbench.clickInPrompt("Earlier Arguments and Examples");
    await workbench.pick('"you", { delay: 1 }');
    await until("the arguments in the prompt", async () => (await workbench.inputValue()) === '"you", { delay: 1 }');
    await workbench.press("Enter");
    await workbench.lineShows("function greet", /^'Hi you' · [\d.]+ ms$/);
  });

  it("tells a timeout as what it is, and shows the result when it comes", async () => {
    await workbench.setting("futures.resultTimeout", 500);
    await workbench.lens("function greet", "Submit");
    await workbench.type('"me", { delay: 2500 }');
    await workbench.press("Enter");
    await workbench.lineShows("function greet", /^TimeoutError: .*500 ms.* · still running/);
    await workbench.lineShows("function greet", /^'Hi me' · 2\.\d+ s$/);
    await workbench.setting("futures.resultTimeout", undefined);
  });

  it("leaves states out of the lines that the user does not want there, or all", async () => {
    await workbench.setting("futures.inlineText.states", ["failed"]);
    await workbench.lineShowsNothing("function greet");
    await workbench.lineShows("function divide", /^RangeError: division by zero$/);
    await workbench.setting("futures.inlineText.enabled", false);
    await workbench.lineShowsNothing("function divide");
    await workbench.setting("futures.inlineText.enabled", undefined);
    await workbench.setting("futures.inlineText.states", undefined);
    await workbench.lineShows("function greet", /^'Hi me' · /);
  });

  it("switches to the process pool, and the tree shows executors, workers and tasks", async () => {
    await workbench.palette("Select Executor");
    await workbench.pick("Processes");
    await workbench.lens("function primes", "Submit");
    await workbench.type("100");
    await workbench.press("Enter");
    await workbench.lineShows("function primes", /^\[ 2, 3, 5, 7,/);
    await workbench.showTree();
    const rows = await until("the rows of the tree", async () => {
      const found = await workbench.treeRows();
      return found.some((row) => /^process-\d+ \(pid \d+\)/.test(row)) ? found : undefined;
    });
    assert.ok(
      rows.some((row) => /^Threads.*0 of \d+ busy/.test(row)),
      rows.join("\n"),
    );
    assert.ok(
      rows.some((row) => /^Processes.*selected/.test(row)),
      rows.join("\n"),
    );
    assert.ok(
      rows.some((row) => /^primes\(100\)/.test(row)),
      rows.join("\n"),
    );
    assert.ok(
      rows.some((row) => /^divide\(1, 0\).*RangeError/.test(row)),
      rows.join("\n"),
    );
  });

  it("cancels and submits again from the tree", async () => {
    await workbench.lens("function spin", "Submit");
    await workbench.lineShows("function spin", /^running/);
    await workbench.treeAction(/^spin\(\)/, "Cancel Task");
    await workbench.lineShows("function spin", /^cancelled/);
    await workbench.treeAction(/^fib\(20\)/, "Submit Again");
    await until("fib(20) again", async () => (await workbench.treeRows()).filter((row) => /^fib\(20\)/.test(row)).length === 2);
  });

  it("maps a function over inputs, and shows the results in a table to be sorted, filtered and run again", async () => {
    await workbench.open("fib.ts");
    await workbench.replace("divide(a: number, b: number): number {", "divide(a: number, b = a - 13): number {");
    await workbench.cursorTo("function divide");
    await workbench.palette("Map over…");
    await workbench.pick("Expression…");
    await workbench.type("Array.from({ length: 100_000 }, (_, i) => i)");
    await workbench.press("Enter");
    await workbench.lineShows("function divide", /1 of 100000 failed/);
    await workbench.palette("Show as Table");
    const table = await workbench.tablePanel(/^divide over Array\.from/);
    const rows = async (): Promise<string[]> => (await table.locator("tbody tr").allInnerTexts()).map((row) => row.replace(/\s+/g, " ").trim());
    const firstRow = (expected: RegExp): Promise<unknown> => until(`first row ${expected}`, async () => expected.test((await rows())[0] ?? ""));
    await firstRow(/^1 0 -?0 /);
    assert.match((await table.locator(".count").textContent()) ?? "", /100,000 rows, 1 failed/);
    await table.locator("th button", { hasText: /^input/ }).click();
    await table.locator("th button", { hasText: /^input/ }).click();
    await firstRow(/^100000 99999 1\.0001/);
    await table.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    await until("the last row", async () => /^1 0 /.test((await rows()).at(-1) ?? ""));
    await table.locator("#failedOnly").check();
    await firstRow(/^14 13 RangeError: division by zero/);
    assert.equal((await rows()).length, 1);
    await table.locator("#failedOnly").uncheck();
    await table.locator("input[type=search]").fill("zero");
    await until("the filtered row", async () => (await rows()).length === 1);
    await table.locator("input[type=search]").fill("");
    await firstRow(/^100000 /);
    await workbench.setting("workbench.colorTheme", "Default Dark Modern");
    await until("a dark page", () => table.locator("body.vscode-dark").count());
    await workbench.page.screenshot({ path: pictureFile("table-dark.png") });
    await workbench.setting("workbench.colorTheme", undefined);
    await table.locator("button", { hasText: "Rerun Failed" }).click();
    await workbench.closeOtherTabs("fib.ts");
    await workbench.lineShows("function divide", /1 of 1 failed/);
    await workbench.replace("divide(a: number, b = a - 13): number {", "divide(a: number, b: number): number {");
  });

  it("tells in a notification how far a map is, and cancels it from there", async () => {
    await workbench.open("fib.ts");
    await workbench.cursorTo("function greet");
    await workbench.palette("Map over…");
    await workbench.pick("Expression…");
    await workbench.type('Array.from({ length: 1_000 }, () => "you")');
    await workbench.press("Enter");
    await workbench.lineShows("function greet", /^running .*\b\d+ of 1000 /);
    // A window that tests can drive shows no toasts; the notification is the same in the centre.
    await workbench.page.locator("[id='status.notifications'] a").click();
    const notification = workbench.page.locator(".notifications-center .notification-list-item", { hasText: /greet over Array\.from/ });
    await notification.waitFor();
    await until("a count in the notification", async () => /\d+ of 1000/.test(await notification.innerText()));
    await notification.hover();
    await notification.locator(".monaco-button", { hasText: "Cancel" }).click();
    await workbench.lineShows("function greet", /^cancelled/);
    await notification.waitFor({ state: "detached" });
  });

  it("looks right in dark, light and high contrast: states on their lines, hover and tree, nothing cut off", async () => {
    for (const [name, theme] of [
      ["dark", "Default Dark Modern"],
      ["light", "Default Light Modern"],
      ["high-contrast", "Default High Contrast"],
      ["high-contrast-light", "Default High Contrast Light"],
    ] as const) {
      await workbench.setting("workbench.colorTheme", theme);
      await workbench.command("futures.selectExecutor", { executor: "processes" });
      await workbench.command("futures.clearTasks");
      await workbench.submit("primes", "40");
      await workbench.showTree();
      await workbench.submit("fib", "40");
      await workbench.submit("divide", "1, 0");
      await workbench.lineShows("function fib", /^102334155/);
      await workbench.submit("greet", '"you", { delay: 60_000 }');
      await workbench.setting("futures.resultTimeout", 500);
      await workbench.submit("spin", "");
      await workbench.lineShows("function spin", /^TimeoutError: .* · still running [1-9] s/);
      await workbench.setting("futures.resultTimeout", undefined);
      await workbench.lineShows("function greet", /^running [1-9] s/);
      await workbench.scrollTo(1);
      await workbench.pointAtNothing();
      await workbench.page.screenshot({ path: pictureFile(`line-states-${name}.png`) });
      await workbench.hover("function divide");
      await workbench.page.screenshot({ path: pictureFile(`hover-${name}.png`) });
      assert.deepEqual(await workbench.cutOff(), [], "something reaches over the right edge");
      await workbench.press("Escape");
      for (const open of ["function spin", "function greet"]) {
        await workbench.lens(open, "Cancel");
        await workbench.lineShows(open, /^cancelled/);
      }
    }
    await workbench.setting("workbench.colorTheme", undefined);
  }).timeout(120_000);
});

/** What a user's folder has after `npm install`: the types of Node, and this package. */
function linkPackages(folder: string): void {
  mkdirSync(path.join(folder, "node_modules"));
  symlinkSync(path.join(repository, "node_modules", "@types"), path.join(folder, "node_modules", "@types"));
  symlinkSync(repository, path.join(folder, "node_modules", "concurrent-futures"));
}
