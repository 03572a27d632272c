import type { Memento } from "vscode";
import { type Disposable, Emitter } from "../emitter.js";
import { type TaskGrouping, taskGroupings } from "../ids.js";
import { callText, headline, type TaskRecord } from "../tasks/taskRecord.js";

const key = "futures.taskGrouping";

/** Which tasks the tree shows, and below what. The grouping is remembered for the workspace, the filter is not. */
export class TaskLayout implements Disposable {
  readonly #state: Memento;
  readonly #changes = new Emitter<void>();
  #filter = "";

  readonly onDidChange = this.#changes.event;

  constructor(state: Memento) {
    this.#state = state;
  }

  get grouping(): TaskGrouping {
    const stored = this.#state.get<TaskGrouping>(key);
    return stored !== undefined && taskGroupings.includes(stored) ? stored : "none";
  }

  /** What the tasks shown have in their call, state, result or error; empty: all are shown. */
  get filter(): string {
    return this.#filter;
  }

  /** Groups the tasks from now on; resolves when that is stored. */
  async group(by: TaskGrouping): Promise<void> {
    await this.#state.update(key, by);
    this.#changes.fire();
  }

  /** Shows only what has the text, whatever its case. */
  find(text: string): void {
    this.#filter = text.trim();
    this.#changes.fire();
  }

  /** Whether the tree shows the task. */
  shows(task: TaskRecord): boolean {
    if (this.#filter === "") return true;
    const { state, value, error, executor } = task;
    const texts = [callText(task), `#${task.id}`, state, executor, value?.preview ?? "", error ? headline(error) : ""];
    const wanted = this.#filter.toLowerCase();
    return texts.some((text) => text.toLowerCase().includes(wanted));
  }

  dispose(): void {
    this.#changes.dispose();
  }
}

/** What the tasks of a group have in common; one word or name. */
export function groupOf(task: TaskRecord, by: TaskGrouping): string {
  return by === "function" ? `${task.functionName} ${task.uri}` : task.state;
}
