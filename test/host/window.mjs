// @ts-check
import { Bridge } from "./bridge.mjs";
import { until } from "./waiting.mjs";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("playwright-core").Frame} Frame
 * @typedef {import("playwright-core").BrowserContext} BrowserContext
 * @typedef {typeof import("vscode")} Vscode
 *
 * @typedef {object} WindowOptions
 * @property {string} [folder] Absolute path of the folder to open; `server.workspace(fixture)` makes one. Default: a fresh, empty one.
 * @property {string} [workspaceFile] Absolute path of a `.code-workspace` file to open instead.
 * @property {string} [tests] Module that runs in the extension host as `extensionTestsPath` ("dev" servers only).
 * @property {import("playwright-core").BrowserContextOptions} [context] On top of ours: 1280 x 900 pixels, clipboard allowed.
 */

/**
 * Opens a window of the served VS Code: a page in a browser context of its own, with an extension host of its own.
 * @param {import("./server.mjs").EditorServer} server
 * @param {import("playwright-core").Browser} browser
 * @param {WindowOptions} [options]
 * @returns {Promise<EditorWindow>} When the workbench stands; the extension host may still be starting, `evaluate` waits for it.
 * @throws {Error} When no workbench appears within a minute.
 */
export async function openWindow(server, browser, options = {}) {
  const { workspaceFile, tests } = options;
  const folder = options.folder ?? (workspaceFile ? undefined : server.workspace());
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options.context,
  });
  try {
    const page = await context.newPage();
    const window = new EditorWindow(page, context, folder, new Bridge(server.bridgeFolder, workspaceFile ?? folder));
    await window.listen();
    const what = { ...(folder && { folder }), ...(workspaceFile && { workspaceFile }), ...(tests && { tests }) };
    await page.goto(server.address(what));
    await page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
    return window;
  } catch (error) {
    await context.close();
    throw error;
  }
}

/** A window of the served VS Code: its DOM through Playwright (`page`), its extension host through `evaluate`. */
export class EditorWindow {
  /** @type {Bridge} */ #bridge;
  /** @type {(code: number) => void} */ #testsEnded = () => {};

  /**
   * Settles when the tests that this window runs have ended, with their exit code; it is 0 also when the extension host crashed.
   * @type {Promise<number>}
   */
  testsEnded = new Promise((resolve) => {
    this.#testsEnded = resolve;
  });

  /**
   * What the window has logged so far: its console, and that of the extension host in a run of tests.
   * @type {string[]}
   */
  log = [];

  /**
   * Use `openWindow`.
   * @param {Page} page
   * @param {BrowserContext} context
   * @param {string | undefined} folder
   * @param {Bridge} bridge
   */
  constructor(page, context, folder, bridge) {
    /** The page, for everything that Playwright can do. */
    this.page = page;
    /** The page's browser context. */
    this.context = context;
    /** The folder that the window shows. */
    this.folder = folder;
    this.#bridge = bridge;
  }

  /** Called by `openWindow`, before the page loads: the workbench looks for these two functions. */
  async listen() {
    await this.page.exposeFunction("codeAutomationLog", (/** @type {string} */ type, /** @type {unknown[]} */ args) => {
      this.log.push(`${type} ${JSON.stringify(args)}`);
    });
    await this.page.exposeFunction("codeAutomationExit", (/** @type {number} */ code) => this.#testsEnded(code));
    this.page.on("console", (message) => this.log.push(`console ${message.type()} ${message.text()}`));
    this.page.on("pageerror", (error) => this.log.push(`page error ${error.stack ?? error.message}`));
  }

  /**
   * Runs a function in the window's extension host, with the real `vscode` API; waits for the host if it is still starting. The function is sent as
   * text: what it needs from outside comes as arguments, and `require` is there. Arguments and result travel as JSON.
   * @template {unknown[]} A
   * @template R
   * @param {(vscode: Vscode, ...args: A) => R} fn
   * @param {A} args
   * @returns {Promise<Awaited<R>>}
   * @throws {Error} What the function threw, with its stack there.
   */
  async evaluate(fn, ...args) {
    return /** @type {Awaited<R>} */ (await this.#bridge.evaluate(fn.toString(), args));
  }

  /**
   * Executes a command and waits for its result. A command that waits for the person (an input, a modal dialog) settles only after the answer.
   * @param {string} id
   * @param {unknown[]} args
   * @returns {Promise<unknown>}
   */
  command(id, ...args) {
    return this.evaluate((vscode, id, args) => vscode.commands.executeCommand(id, ...args), id, args);
  }

  /** The process id of the window's extension host; waits for it. */
  async hostPid() {
    return (await this.#bridge.ready()).pid;
  }

  /**
   * The texts that extensions show before or after the code in the editors now visible, in reading order. They are CSS content, no text of the DOM.
   * @param {"::before" | "::after"} [where]
   * @returns {Promise<string[]>}
   */
  decorations(where = "::after") {
    return this.page.locator(".editor-instance .view-lines span").evaluateAll(
      (/** @type {any[]} */ spans, /** @type {string} */ where) =>
        spans
          .map((span) => span.ownerDocument.defaultView.getComputedStyle(span, where).content)
          .filter((content) => content.startsWith('"'))
          .map((content) => JSON.parse(content).replaceAll("\u00a0", " "))
          .filter((text) => text.trim() !== ""),
      where,
    );
  }

  /**
   * The frame of a webview, a custom editor or a notebook output that holds an element.
   * @param {string} selector
   * @param {number} [limit] Milliseconds to wait for it.
   * @returns {Promise<Frame>}
   * @throws {Error} When none has it in time.
   */
  frame(selector, limit) {
    const find = async () => {
      for (const frame of this.page.frames()) if ((await frame.locator(selector).count()) > 0) return frame;
      return undefined;
    };
    return until(`a frame with ${selector}`, find, limit);
  }

  /**
   * Reloads the window, as "Developer: Reload Window" does, and waits for its new extension host.
   * @throws {Error} When that is not there after a minute.
   */
  async reload() {
    const before = await this.hostPid();
    const loaded = this.page.waitForEvent("load");
    // Sent and not awaited there: the extension host that would answer ends by it.
    await this.evaluate((vscode) => void setTimeout(() => vscode.commands.executeCommand("workbench.action.reloadWindow"), 10));
    await loaded;
    await this.page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
    await this.#bridge.ready(before);
  }

  /** Closes the window, as a person closes the tab; its extension host ends. */
  async close() {
    await this.page.close({ runBeforeUnload: false });
    await this.context.close();
  }
}
