import * as vscode from "vscode";
import type { OutputEvent } from "../protocol/messages.js";
import type { Disposable } from "./emitter.js";
import { LineAssembler } from "./lineAssembler.js";
import type { TaskStore } from "./tasks/taskStore.js";

/** The log of the extension and its kernels. What tasks print never goes here. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel("Concurrent Futures", { log: true });
}

/** What tasks print, each line with the task that printed it. */
export class TaskOutput implements Disposable {
  readonly #channel = vscode.window.createOutputChannel("Concurrent Futures Output");
  readonly #lines = new LineAssembler((text) => this.#channel.append(text));
  readonly #store: TaskStore;

  constructor(store: TaskStore) {
    this.#store = store;
  }

  /** Appends what was printed; a line appears when it is whole. */
  append({ taskId, worker, stream, text }: OutputEvent): void {
    const task = taskId === undefined ? undefined : this.#store.get(taskId);
    const who = task ? `${task.functionName} #${task.id}` : worker;
    this.#lines.append(`${taskId ?? worker} ${stream}`, stream === "stderr" ? `[${who} stderr] ` : `[${who}] `, text);
  }

  /** Shows the unfinished last lines of a task that has settled. */
  end(taskId: string): void {
    this.#lines.end(`${taskId} stdout`);
    this.#lines.end(`${taskId} stderr`);
  }

  /** Brings the channel to front; the focus stays in the editor. */
  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}
