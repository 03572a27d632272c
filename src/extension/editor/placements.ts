import type * as vscode from "vscode";
import type { ErrorDescription } from "../../protocol/values.js";
import { errorsOf, faultOf, type TaskRecord, thrownAt } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { uriOfFile } from "./documents.js";
import type { EditTracker } from "./editTracker.js";
import type { FunctionIndex } from "./functionIndex.js";

/** Where something of a task is told in a document: at the line of its function, or at the line that threw. */
export interface Placement {
  /** Counted from 0, as the document is now. */
  readonly line: number;
  readonly task: TaskRecord;
  /** The error thrown at this line; absent at the function's line. */
  readonly thrown?: ErrorDescription;
}

/** Finds the lines that tasks belong to, so that text and hover agree. */
export class Placements {
  readonly #store: TaskStore;
  readonly #index: FunctionIndex;
  readonly #tracker: EditTracker;

  constructor(store: TaskStore, index: FunctionIndex, tracker: EditTracker) {
    this.#store = store;
    this.#index = index;
    this.#tracker = tracker;
  }

  /** What the newest task of each function has to say in a document; at most one per line and sort, the newest. */
  of(document: vscode.TextDocument): Placement[] {
    const uri = document.uri.toString();
    const atFunctions = new Map<number, Placement>();
    const thrown = new Map<number, Placement>();
    for (const task of this.#store.latestPerFunction()) {
      const functionLine = task.uri === uri ? this.functionLine(document, task) : undefined;
      if (functionLine !== undefined) atFunctions.set(functionLine, { line: functionLine, task });
      for (const error of faultsOf(task)) {
        const line = this.#thrownLine(document, uri, task, error);
        if (line !== undefined && line !== functionLine) thrown.set(line, { line, task, thrown: error });
      }
    }
    return [...atFunctions.values(), ...thrown.values()];
  }

  /** The line of a task's function; `undefined` if it is gone. While the text does not parse: where it was, moved along with edits. */
  functionLine(document: vscode.TextDocument, task: TaskRecord): number | undefined {
    if (task.isCall) return this.lineNow(document, task.line, task);
    const found = this.#index.named(document, task.functionName);
    if (found) return found.nameRange.start.line;
    return this.#index.analysisOf(document).problems.length > 0 ? this.lineNow(document, task.line, task) : undefined;
  }

  /** Where a line that is told in terms of a task's submission is now. */
  lineNow(document: vscode.TextDocument, line: number, task: TaskRecord): number | undefined {
    const now = this.#tracker.lineNow(document.uri.toString(), line, task.tick);
    return now !== undefined && now < document.lineCount ? now : undefined;
  }

  #thrownLine(document: vscode.TextDocument, uri: string, task: TaskRecord, error: ErrorDescription): number | undefined {
    const frame = thrownAt(error);
    if (!frame || uriOfFile(frame.file).toString() !== uri) return undefined;
    return this.lineNow(document, frame.line - 1, task);
  }
}

/** A failed build has one error per message, each with its place; of other errors only the one that came out was thrown "here". */
export function faultsOf(task: TaskRecord): ErrorDescription[] {
  const fault = faultOf(task);
  if (!fault) return [];
  return fault.source === "build" ? errorsOf(fault) : [fault];
}
