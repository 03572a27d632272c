// @ts-check
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { launchBrowser } from "../../host/browser.mjs";
import { startServer } from "../../host/server.mjs";
import { openWindow } from "../../host/window.mjs";

/** @typedef {import("../../host/window.mjs").EditorWindow} EditorWindow */

export const text =
  "export function nothing() {}\nexport function fib(n: number): number {\n  return n < 2 ? n : fib(n - 1) + fib(n - 2);\n}\nexport const edits = 0;\n";

/** @param {number} count */
const functions = (count) => Array.from({ length: count }, (_, i) => `export function f${i}(n: number): number {\n  return n + ${i};\n}\n`).join("");

/**
 * The real VS Code with the extension installed, which all measures of a run share: a server, a browser, and a window on a folder with files. Opening one
 * takes as long as most of what is measured in it.
 */
export class SharedEditor {
  #folder = "";
  /** @type {{ server: import("../../host/server.mjs").EditorServer, browser: import("playwright-core").Browser } | undefined} */
  #host;
  /** @type {EditorWindow | undefined} */
  #window;

  /** The file that functions are run from. */
  get file() {
    return path.join(this.#folder, "bench.ts");
  }

  /** One with 5,000 functions. */
  get manyFile() {
    return path.join(this.#folder, "many.ts");
  }

  /** One with 100 functions, for many tasks of each. */
  get tasksFile() {
    return path.join(this.#folder, "tasks.ts");
  }

  /**
   * Opens a window for this alone.
   * @template T
   * @param {(window: EditorWindow) => Promise<T>} act Nothing has activated the extension in it.
   */
  async inFreshWindow(act) {
    const { server, browser } = await this.#start();
    const window = await openWindow(server, browser);
    try {
      return await act(window);
    } finally {
      await window.close();
    }
  }

  /** @returns {Promise<EditorWindow>} The window that is shared, with {@link file} in an editor. */
  async window() {
    const window = await this.#open();
    await window.evaluate(async (vscode, file) => {
      await vscode.workspace.getConfiguration("files").update("autoSave", "off", vscode.ConfigurationTarget.Global);
      await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    }, this.file);
    return window;
  }

  /** Ends everything, if there is anything. */
  async close() {
    await this.#window?.close();
    await this.#host?.browser.close();
    await this.#host?.server.stop();
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start() {
    if (this.#host) return this.#host;
    const server = await startServer({ mode: "product" });
    try {
      this.#host = { server, browser: await launchBrowser() };
    } catch (error) {
      await server.stop();
      throw error;
    }
    return this.#host;
  }

  async #open() {
    if (this.#window) return this.#window;
    const { server, browser } = await this.#start();
    this.#folder ||= mkdtempSync(path.join(os.tmpdir(), "bench-editor-"));
    writeFileSync(this.file, text);
    writeFileSync(this.manyFile, functions(5_000));
    writeFileSync(this.tasksFile, functions(100));
    this.#window = await openWindow(server, browser, { folder: this.#folder });
    return this.#window;
  }
}
