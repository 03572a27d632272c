import type { Future } from "../../futures/index.js";
import type { Peer } from "../security/pairs.js";
import type { TaskPool } from "./taskPool.js";

/** ms that a task runs before its submitter is told so, as of one that is done by then the result tells enough; and between two looks whether it does. */
const startedAfter = 5;

export interface RunningTaskParts {
  readonly id: string;
  readonly submitter: string;
  readonly peer: Peer | undefined;
  readonly orphan: "drop" | "keep";
  readonly pool: TaskPool;
  /** It has been running for some ms on that worker of the pool. Told before any progress. */
  started(task: RunningTask, worker: string): void;
  progress(task: RunningTask, value: unknown): void;
}

/** A task that this worker holds, from its admission to its end. */
export class RunningTask {
  readonly #parts: RunningTaskParts;
  #future: Future<unknown> | undefined;
  #stopped: { readonly reason: unknown } | undefined;
  #isStarted = false;
  #looks: NodeJS.Timeout | undefined;

  constructor(parts: RunningTaskParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  get submitter(): string {
    return this.#parts.submitter;
  }

  /** Its submitter, if that has a secret with this worker. */
  get peer(): Peer | undefined {
    return this.#parts.peer;
  }

  get orphan(): "drop" | "keep" {
    return this.#parts.orphan;
  }

  /** As soon as it is in the pool. */
  get future(): Future<unknown> | undefined {
    return this.#future;
  }

  /** It is to stop, or has stopped, for that reason. */
  get stopped(): { readonly reason: unknown } | undefined {
    return this.#stopped;
  }

  begin(future: Future<unknown>): void {
    const { pool } = this.#parts;
    this.#future = future;
    future.addProgressCallback((value) => {
      this.#tellStart();
      this.#parts.progress(this, value);
    });
    if (this.#stopped) pool.stop(future, this.#stopped.reason);
    this.#looks = setInterval(() => this.#tellStart(), startedAfter);
  }

  /** Once; what comes later changes nothing. */
  stop(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = { reason };
    if (this.#future) this.#parts.pool.stop(this.#future, reason);
  }

  end(): void {
    clearInterval(this.#looks);
  }

  /** Asked for, not told by the pool: a message less for each of the tasks that are done before. */
  #tellStart(): void {
    const { pool, started } = this.#parts;
    const future = this.#future;
    if (this.#isStarted || !future?.running()) return;
    const worker = pool.pool.workers().find(({ task }) => task === future.id);
    if (!worker) return;
    this.#isStarted = true;
    clearInterval(this.#looks);
    started(this, worker.name);
  }
}
