import * as vscode from "vscode";
import type { SessionTask } from "../../protocol/cells.js";
import type { TaskEvent } from "../../protocol/messages.js";
import { Disposables } from "../disposables.js";
import type { EditTracker } from "../editor/editTracker.js";
import { type FunctionIndex, functionHash } from "../editor/functionIndex.js";
import type { Disposable } from "../emitter.js";
import type { Kernels } from "../kernel/kernels.js";
import type { TaskStore } from "../tasks/taskStore.js";
import type { NotebookRuns } from "./notebookRuns.js";

export interface SessionTasksParts {
  readonly store: TaskStore;
  readonly kernels: Kernels;
  readonly runs: NotebookRuns;
  readonly index: FunctionIndex;
  readonly tracker: EditTracker;
}

/** Takes the tasks of executors that cells have made into the one store of tasks. */
export class SessionTasks implements Disposable {
  readonly #parts: SessionTasksParts;
  readonly #disposables = new Disposables();
  /** Ids in the store, by kernel and the session's own ids. */
  readonly #ids = new Map<string, Map<number, string>>();

  constructor(parts: SessionTasksParts) {
    this.#parts = parts;
    this.#disposables.add(
      parts.kernels.onNotebookEvents(({ kernel, events }) => {
        for (const event of events) {
          if (event.type === "sessionTasks") for (const task of event.tasks) this.#take(kernel, task);
          if (event.type === "sessionLost") this.#lose(kernel, event.why);
        }
      }),
    );
    this.#disposables.add(parts.kernels.onEnd(({ kernel }) => this.#ids.delete(kernel)));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #take(kernel: string, task: SessionTask): void {
    const ids = this.#ids.get(kernel) ?? new Map<number, string>();
    this.#ids.set(kernel, ids);
    const known = ids.get(task.id);
    const id = known ?? this.#add(kernel, task);
    if (id === undefined) return;
    ids.set(task.id, id);
    this.#parts.store.apply(eventsOf(id, task));
    if (task.settledAt !== undefined) ids.delete(task.id);
  }

  /** @returns `undefined` if the cell is gone. */
  #add(kernel: string, task: SessionTask): string | undefined {
    const { store, runs, kernels, tracker } = this.#parts;
    const cell = runs.cellOf(kernel, task.run);
    if (!cell) return undefined;
    const { document, fn } = this.#functionOf(cell, task.functionName);
    const id = store.nextId();
    store.add({
      id,
      kernel,
      generation: kernels.get(kernel)?.info?.generation ?? 0,
      uri: document.uri.toString(),
      functionName: task.functionName,
      functionHash: fn ? functionHash(document, fn) : "",
      ...(!fn && { isCall: true }),
      line: fn?.nameRange.start.line ?? 0,
      tick: tracker.now(),
      argumentsText: task.argumentsText,
      executor: /^process/i.test(task.executor) ? "processes" : "threads",
      resultTimeout: 0,
      onTimeout: "keepRunning",
      priority: 0,
      asked: {},
      createdAt: task.submittedAt,
      session: { future: task.id, executor: task.executor },
    });
    return id;
  }

  /** Where the function stands: in the cell that submitted it, or in another one. */
  #functionOf(cell: vscode.NotebookCell, name: string): { document: vscode.TextDocument; fn: ReturnType<FunctionIndex["named"]> } {
    const { index } = this.#parts;
    const others = cell.notebook.getCells().filter((other) => other !== cell && other.kind === vscode.NotebookCellKind.Code);
    for (const { document } of [cell, ...others.reverse()]) {
      const fn = index.named(document, name);
      if (fn) return { document, fn };
    }
    return { document: cell.document, fn: undefined };
  }

  #lose(kernel: string, why: string): void {
    const message = vscode.l10n.t("the session of the notebook ended: {0}", why);
    const error = { source: "kernel", name: "SessionLost", message, stack: "", frames: [] } as const;
    const at = Date.now();
    const open = [...(this.#ids.get(kernel)?.values() ?? [])];
    this.#parts.store.apply(open.map((taskId) => ({ type: "settled", taskId, at, outcome: { state: "failed", error } })));
    this.#ids.delete(kernel);
  }
}

/** What a kernel would have told of a task to get to where it is now. */
function eventsOf(taskId: string, task: SessionTask): TaskEvent[] {
  const { state, submittedAt, startedAt, settledAt, worker, progress, value, error } = task;
  const events: TaskEvent[] = [{ type: "submitted", taskId, at: submittedAt, buildTime: 0, warnings: [], files: [] }];
  if (startedAt !== undefined) events.push({ type: "started", taskId, at: startedAt, worker: worker ?? "worker" });
  if (progress) events.push({ type: "progress", taskId, progress });
  if (settledAt === undefined) return events;
  const duration = startedAt === undefined ? {} : { duration: settledAt - startedAt };
  const outcome =
    state === "finished" && value ? { state, value } : state === "failed" && error ? { state, error } : ({ state: "cancelled" } as const);
  events.push({ type: "settled", taskId, at: settledAt, outcome, ...duration });
  return events;
}
