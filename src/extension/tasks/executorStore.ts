import type { ExecutorDescription, ExecutorKind } from "../../protocol/values.js";
import { type Disposable, Emitter } from "../emitter.js";

/** The executors of every live kernel as it last described them. A kernel that has ended has none. */
export class ExecutorStore implements Disposable {
  readonly #executors = new Map<string, readonly ExecutorDescription[]>();
  readonly #changes = new Emitter<string>();

  /** Key of the kernel whose executors or workers changed. */
  readonly onDidChange = this.#changes.event;

  /** Keys of the kernels that have described their executors, in order of their first description. */
  kernels(): string[] {
    return [...this.#executors.keys()];
  }

  /** The executors of a kernel. */
  of(kernel: string): readonly ExecutorDescription[] {
    return this.#executors.get(kernel) ?? [];
  }

  /** One executor of a kernel. */
  find(kernel: string, kind: ExecutorKind): ExecutorDescription | undefined {
    return this.of(kernel).find((executor) => executor.kind === kind);
  }

  /** Replaces what was known of a kernel. */
  set(kernel: string, executors: readonly ExecutorDescription[]): void {
    this.#executors.set(kernel, executors);
    this.#changes.fire(kernel);
  }

  /** Forgets a kernel that has ended. */
  delete(kernel: string): void {
    if (this.#executors.delete(kernel)) this.#changes.fire(kernel);
  }

  dispose(): void {
    this.#changes.dispose();
  }
}
