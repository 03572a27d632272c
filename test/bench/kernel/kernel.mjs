// @ts-check
// A kernel process, spoken to as the extension does: forked with the same options, configured, then told what to run.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { WrongResult } from "../harness.mjs";

/** @import { MessageFromKernel, MessageToKernel, TaskEvent } from "../../../src/protocol/messages.js" */

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = path.join(root, "media", "examples");

const exampleFile = path.join(folder, "fib.ts");
const exampleText = readFileSync(exampleFile, "utf8");

/**
 * @typedef {object} SubmissionTimes All ms.
 * @property {number} toRunning From `submit` until the editor is told that the task runs.
 * @property {number} toStart From `submit` until the function starts, by the kernel's own clock, to the millisecond.
 * @property {number} toResult From `submit` until the editor has the result.
 * @property {number} build Of these, what making the bundle took, by the kernel's own clock.
 */

export class Kernel {
  #storage = mkdtempSync(path.join(os.tmpdir(), "futures-bench-"));
  /** @type {{ event: TaskEvent, received: number }[]} */
  #events = [];
  /** @type {() => void} */
  #arrived = () => {};
  #tasks = 0;

  /** Forks it; nothing is awaited. */
  constructor() {
    // A process group of its own, as the extension gives it: then all of it ends with the channel.
    const ownGroup = process.platform !== "win32";
    this.child = fork(path.join(root, "dist", "kernel", "main.js"), ownGroup ? ["--own-group"] : [], {
      cwd: folder,
      execArgv: [],
      serialization: "advanced",
      detached: ownGroup,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.child.on("message", (message) => this.#take(/** @type {MessageFromKernel} */ (message)));
    this.child.on("exit", () => this.#arrived());
    const settings = { maxWorkers: 2, maxMemory: 0, stopGrace: 100, execArgv: [] };
    this.#send({ type: "configure", clusters: [], watchesClusters: false, settings, folder, storage: this.#storage });
  }

  /**
   * Submits `fib(1)` of the example to the thread pool.
   * @param {{ edit?: number }} [options] `edit`: the text has unsaved changes, others for each number.
   * @returns {Promise<SubmissionTimes>} Once the task has settled.
   * @throws {WrongResult} If the result is not 1.
   * @throws {Error} If the kernel ends before.
   */
  async submitExample({ edit } = {}) {
    const taskId = `task-${++this.#tasks}`;
    const overlay = edit === undefined ? [] : [{ path: exampleFile, text: `${exampleText}export const edit = ${edit};\n` }];
    this.#events = [];
    const sentAt = Date.now();
    const sent = performance.now();
    this.#send({
      type: "submit",
      taskId,
      executor: "threads",
      file: exampleFile,
      functionName: "fib",
      argumentsText: "1",
      overlay,
      resultTimeout: 0,
      onTimeout: "keepRunning",
      priority: 0,
    });
    const settled = await this.#find(taskId, "settled");
    const { outcome } = settled.event;
    if (outcome.state !== "finished" || outcome.value.text !== "1") throw new WrongResult(`fib(1) gave ${JSON.stringify(outcome)}`);
    const submitted = await this.#find(taskId, "submitted");
    const started = await this.#find(taskId, "started");
    return {
      toRunning: started.received - sent,
      toStart: started.event.at - sentAt,
      toResult: settled.received - sent,
      build: submitted.event.buildTime,
    };
  }

  /** Resolves when the process is gone. */
  async close() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, "exit");
      if (this.child.connected) this.child.disconnect();
      await exited;
    }
    rmSync(this.#storage, { recursive: true, force: true });
  }

  /**
   * @template {TaskEvent["type"]} T
   * @param {string} taskId
   * @param {T} type
   * @returns {Promise<{ event: TaskEvent & { type: T }, received: number }>} Also if it has come already.
   */
  async #find(taskId, type) {
    for (;;) {
      const found = this.#events.find(({ event }) => event.type === type && event.taskId === taskId);
      if (found) return /** @type {{ event: TaskEvent & { type: T }, received: number }} */ (found);
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`the kernel ended before the event "${type}"`);
      await new Promise((/** @type {(value: void) => void} */ resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  /** @param {MessageToKernel} message */
  #send(message) {
    this.child.send(message);
  }

  /** @param {MessageFromKernel} message */
  #take(message) {
    const received = performance.now();
    if (message.type === "log" && message.level === "error") console.error(message.text);
    if (message.type !== "events") return;
    for (const event of message.events) if ("taskId" in event) this.#events.push({ event, received });
    this.#arrived();
  }
}
