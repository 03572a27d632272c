import type { Memento } from "vscode";
import type { Disposable } from "../emitter.js";
import { isOpen, type TaskRecord } from "./taskRecord.js";
import type { TaskStore } from "./taskStore.js";

const key = "futures.taskHistory";
/** Settled tasks that are kept across a reload of the window. */
export const keptTasks = 50;
/** Characters of a value and of a stack that are kept. */
const textLimit = 5_000;
/** ms in which changes are gathered before they are stored. */
const pause = 500;

/** Keeps the last settled tasks across reloads of the window, with their results in short. */
export class TaskHistory implements Disposable {
  readonly #store: TaskStore;
  readonly #state: Memento;
  readonly #subscription: Disposable;
  #timer: NodeJS.Timeout | undefined;

  /** Puts what was kept into the store. */
  constructor(store: TaskStore, state: Memento) {
    this.#store = store;
    this.#state = state;
    const stored = state.get<unknown>(key);
    store.restore(Array.isArray(stored) ? stored.filter(isRecord) : []);
    this.#subscription = store.onDidChange(() => {
      this.#timer ??= setTimeout(() => void this.save(), pause);
    });
  }

  /** Stores what is settled now; resolves when that is done. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const settled = this.#store.all().filter((task) => !isOpen(task));
    await this.#state.update(key, settled.slice(0, keptTasks).reverse().map(shortened));
  }

  dispose(): void {
    this.#subscription.dispose();
    if (this.#timer) void this.save();
  }
}

/** What another version has stored may look different. */
function isRecord(stored: unknown): stored is TaskRecord {
  const { id, uri, functionName, argumentsText, state } = (stored ?? {}) as Partial<TaskRecord>;
  const texts = [id, uri, functionName, argumentsText].every((text) => typeof text === "string");
  return texts && (state === "finished" || state === "failed" || state === "cancelled");
}

function shortened(task: TaskRecord): TaskRecord {
  const { value, error } = task;
  return {
    ...task,
    ...(value && { value: { ...value, text: value.text.slice(0, textLimit), truncated: value.truncated || value.text.length > textLimit } }),
    ...(error && { error: { ...error, stack: error.stack.slice(0, textLimit), frames: error.frames.slice(0, 12) } }),
  };
}
