import { performance } from "node:perf_hooks";
import type { ClusterExecutor, RemoteWorker } from "../../cluster/index.js";
import type { ClusterDescription, RemoteWorkerDescription } from "../../protocol/values.js";

/** ms between two questions for the workers, and for which they are asked after the last use. */
const askEvery = 2_000;
const askedAfterUse = 30_000;

export interface ClusterListener {
  /** Its description has changed. */
  changed(): void;
  /** Its workers cannot be asked for; told once for the same reason. */
  failed(problem: string): void;
}

/** An executor of a cluster, and what is known of its workers. */
export class Cluster {
  readonly executor: ClusterExecutor;
  readonly #listener: ClusterListener;
  #workers: readonly RemoteWorkerDescription[] = [];
  #problem: string | undefined;
  #usedAt = performance.now();
  #isWatched = false;
  #isAsking = false;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(executor: ClusterExecutor, listener: ClusterListener) {
    this.executor = executor;
    this.#listener = listener;
  }

  /** Tasks that its workers run at a time; one while none is known. */
  get slots(): number {
    return Math.max(
      1,
      this.#workers.reduce((sum, { slots }) => sum + slots, 0),
    );
  }

  describe(): ClusterDescription {
    return { name: this.executor.name, workers: this.#workers, ...(this.#problem !== undefined && { problem: this.#problem }) };
  }

  /** It is used now. */
  use(): void {
    this.#usedAt = performance.now();
    void this.#ask();
  }

  /** Somebody looks at it, or does not any more. */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    if (isWatched) void this.#ask();
  }

  /** Takes no more work, and ends when its work is done. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.executor.shutdown();
  }

  get #isDue(): boolean {
    if (this.#ended || this.executor.broken) return false;
    const { waiting, sent } = this.executor.stats();
    return this.#isWatched || waiting + sent > 0 || performance.now() - this.#usedAt < askedAfterUse;
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    clearTimeout(this.#timer);
    try {
      this.#told((await this.executor.workers()).map(described), undefined);
    } catch (error) {
      this.#told([], error instanceof Error ? error.message : String(error));
    }
    this.#isAsking = false;
    if (this.#isDue) this.#timer = setTimeout(() => void this.#ask(), askEvery);
  }

  #told(workers: readonly RemoteWorkerDescription[], problem: string | undefined): void {
    if (this.#ended) return;
    const before = JSON.stringify(this.describe());
    if (problem !== undefined && problem !== this.#problem) this.#listener.failed(problem);
    this.#workers = workers;
    this.#problem = problem;
    if (JSON.stringify(this.describe()) !== before) this.#listener.changed();
  }
}

function described({ name, host, pid, slots, running, load, nodeVersion, version, state }: RemoteWorker): RemoteWorkerDescription {
  return { name, host, pid, slots, running, load, nodeVersion, version, state };
}
