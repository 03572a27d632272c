import type { ClusterDescription, ExecutorDescription, ExecutorKind } from "../../protocol/values.js";
import { type Disposable, Emitter } from "../emitter.js";
import type { KernelInfo } from "../kernel/kernelClient.js";

/** The executors of every live kernel as it last described them. A kernel that has ended has none. */
export class ExecutorStore implements Disposable {
  readonly #executors = new Map<string, readonly ExecutorDescription[]>();
  readonly #clusters = new Map<string, readonly ClusterDescription[]>();
  readonly #infos = new Map<string, KernelInfo>();
  readonly #changes = new Emitter<string>();

  /** Key of the kernel whose executors or workers changed. */
  readonly onDidChange = this.#changes.event;

  /** Keys of the living kernels, in order of their start. */
  kernels(): string[] {
    return [...new Set([...this.#infos.keys(), ...this.#executors.keys()])];
  }

  /** What runs a kernel. */
  infoOf(kernel: string): KernelInfo | undefined {
    return this.#infos.get(kernel);
  }

  /** A kernel was started. */
  setInfo(kernel: string, info: KernelInfo): void {
    this.#infos.set(kernel, info);
    this.#changes.fire(kernel);
  }

  /** The executors of a kernel. */
  of(kernel: string): readonly ExecutorDescription[] {
    return this.#executors.get(kernel) ?? [];
  }

  /** One executor of a kernel. */
  find(kernel: string, kind: ExecutorKind): ExecutorDescription | undefined {
    return this.of(kernel).find((executor) => executor.kind === kind);
  }

  /** One cluster that a kernel has used. */
  findCluster(kernel: string, name: string): ClusterDescription | undefined {
    return this.#clusters.get(kernel)?.find((cluster) => cluster.name === name);
  }

  /** Replaces what was known of a kernel. */
  set(kernel: string, executors: readonly ExecutorDescription[], clusters: readonly ClusterDescription[] = []): void {
    this.#executors.set(kernel, executors);
    this.#clusters.set(kernel, clusters);
    this.#changes.fire(kernel);
  }

  /** Forgets a kernel that has ended. */
  delete(kernel: string): void {
    this.#clusters.delete(kernel);
    const hadInfo = this.#infos.delete(kernel);
    if (this.#executors.delete(kernel) || hadInfo) this.#changes.fire(kernel);
  }

  dispose(): void {
    this.#changes.dispose();
  }
}
