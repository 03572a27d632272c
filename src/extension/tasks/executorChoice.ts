import type { Memento } from "vscode";
import type { ExecutorKind } from "../../protocol/values.js";
import { type Disposable, Emitter, type Event } from "../emitter.js";

const key = "futures.selectedExecutor";

/** What was selected, and the setting's value at that time. */
interface Selection {
  readonly selected: ExecutorKind;
  readonly over: ExecutorKind;
}

/**
 * The executor for the next submission. "Select Executor" chooses for this workspace without writing into anybody's settings
 * file; the setting `futures.executor` is what a workspace begins with. Whoever spoke last is right: a selection ends when
 * the setting changes.
 */
export class ExecutorChoice implements Disposable {
  readonly #state: Memento;
  readonly #setting: { readonly value: ExecutorKind; readonly onDidChange: Event<ExecutorKind> };
  readonly #changes = new Emitter<ExecutorKind>();
  readonly #subscription: Disposable;

  readonly onDidChange = this.#changes.event;

  constructor(state: Memento, setting: { readonly value: ExecutorKind; readonly onDidChange: Event<ExecutorKind> }) {
    this.#state = state;
    this.#setting = setting;
    this.#subscription = setting.onDidChange(() => this.#changes.fire(this.value));
  }

  get value(): ExecutorKind {
    const selection = this.#state.get<Partial<Selection>>(key);
    const counts = selection?.over === this.#setting.value && (selection.selected === "threads" || selection.selected === "processes");
    return counts && selection.selected ? selection.selected : this.#setting.value;
  }

  /** Selects an executor for this workspace; resolves when it is stored. */
  async select(selected: ExecutorKind): Promise<void> {
    const selection: Selection = { selected, over: this.#setting.value };
    await this.#state.update(key, selection);
    this.#changes.fire(this.value);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }
}
