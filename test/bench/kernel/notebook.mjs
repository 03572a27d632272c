// @ts-check
/** @import { MessageFromKernel, MessageToKernel } from "../../../src/protocol/messages.js" */
/** @import { CellEvent } from "../../../src/protocol/notebookMessages.js" */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../../dist/kernel/main.js", import.meta.url));

/**
 * What runs cells, one after another.
 * @typedef {object} CellRunner
 * @property {(text: string) => Promise<{ output: string, outputAt: number }>} run Resolves when the cell is done; `outputAt`: when what it shows was there.
 * @property {() => Promise<void>} close Resolves when the process is gone.
 */

/**
 * Sessions of one kind.
 * @typedef {object} Sessions
 * @property {() => CellRunner} start Starts the process; nothing is awaited.
 * @property {() => unknown} close
 */

/** The kernel of a notebook, as the extension has it. @implements {CellRunner} */
export class NotebookKernel {
  #storage = mkdtempSync(path.join(os.tmpdir(), "notebook-bench-"));
  #child = fork(entry, { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] });
  #runs = 0;
  /** @type {(event: CellEvent) => void} */
  #take = () => {};

  constructor() {
    this.#child.on("message", (/** @type {MessageFromKernel} */ message) => {
      if (message.type !== "events") return;
      for (const event of message.events) if (event.type === "cell") this.#take(event);
    });
    const settings = { maxWorkers: 1, maxMemory: 0, stopGrace: 500, execArgv: [] };
    this.#send({ type: "configure", clusters: [], watchesClusters: false, folder: this.#storage, storage: this.#storage, settings });
  }

  /**
   * @param {string} text
   * @returns {Promise<{ output: string, outputAt: number, toStart: number }>} `toStart`: ms until its code ran.
   */
  async run(text) {
    this.#runs += 1;
    const run = this.#runs;
    const sent = performance.now();
    let toStart = 0;
    let output = "";
    let outputAt = 0;
    const ended = new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
      this.#take = ({ run: its, change }) => {
        if (its !== run) return;
        if (change.kind === "started") toStart = performance.now() - sent;
        if (change.kind === "outputs") {
          outputAt = performance.now();
          for (const shown of change.outputs) if (shown.kind === "display") output = shown.bundle["text/plain"] ?? "";
        }
        if (change.kind !== "ended") return;
        if (change.outcome.state === "finished") resolve();
        else reject(new Error(`${text}: ${JSON.stringify(change.outcome)}`));
      };
    });
    const notebook = path.join(this.#storage, "bench.nb.ts");
    this.#send({ type: "runCell", run, notebook, text, language: "ts", source: `${notebook}#${run}`, overlay: [], timeout: 0 });
    await ended;
    return { output, outputAt, toStart };
  }

  async close() {
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
    rmSync(this.#storage, { recursive: true, force: true });
  }

  /** @param {MessageToKernel} message */
  #send(message) {
    this.#child.send(message);
  }
}

/** Node's own prompt: JavaScript only, and what is shown is what it prints. @implements {CellRunner} */
export class NodeRepl {
  #child = spawn(process.execPath, ["-i"], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, NODE_NO_READLINE: "1" } });
  #text = "";
  #arrived = () => {};
  #ready;

  constructor() {
    this.#child.stdout.setEncoding("utf8").on("data", (text) => {
      this.#text += text;
      this.#arrived();
    });
    this.#ready = this.#prompt();
  }

  /** @param {string} text one line */
  async run(text) {
    await this.#ready;
    this.#text = "";
    this.#child.stdin.write(`${text}\n`);
    await this.#prompt();
    return { output: this.#text.replace(/\n?> $/, "").trim(), outputAt: performance.now() };
  }

  async close() {
    const exited = once(this.#child, "exit");
    this.#child.stdin.end();
    await exited;
  }

  async #prompt() {
    while (!this.#text.endsWith("> ")) {
      await new Promise((/** @type {(value: void) => void} */ resolve) => {
        this.#arrived = resolve;
      });
    }
  }
}
