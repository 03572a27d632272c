import type { Memento } from "vscode";
import type { ExecutorId, ExecutorKind } from "../../protocol/values.js";
import { type Disposable, Emitter, type Event } from "../emitter.js";

const key = "futures.selectedExecutor";

/** What was selected, and the setting's value at that time. */
interface Selection {
  readonly selected: ExecutorId;
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
  readonly #offered: { readonly executors: readonly ExecutorId[]; readonly onDidChange: Event<void> };
  readonly #changes = new Emitter<ExecutorId>();
  readonly #subscriptions: readonly Disposable[];

  readonly onDidChange = this.#changes.event;

  /** @param offered what there is: a selected cluster counts as long as the settings have it. */
  constructor(
    state: Memento,
    setting: { readonly value: ExecutorKind; readonly onDidChange: Event<ExecutorKind> },
    offered: { readonly executors: readonly ExecutorId[]; readonly onDidChange: Event<void> },
  ) {
    this.#state = state;
    this.#setting = setting;
    this.#offered = offered;
    const tell = (): void => this.#changes.fire(this.value);
    this.#subscriptions = [setting.onDidChange(tell), offered.onDidChange(tell)];
  }

  get value(): ExecutorId {
    const selection = this.#state.get<Partial<Selection>>(key);
    const selected = selection?.over === this.#setting.value ? selection.selected : undefined;
    return selected !== undefined && this.#offered.executors.includes(selected) ? selected : this.#setting.value;
  }

  /** Selects an executor for this workspace; resolves when it is stored. */
  async select(selected: ExecutorId): Promise<void> {
    const selection: Selection = { selected, over: this.#setting.value };
    await this.#state.update(key, selection);
    this.#changes.fire(this.value);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }
}
