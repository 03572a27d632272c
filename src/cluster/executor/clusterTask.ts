import { type FunctionReference, Future } from "../../futures/index.js";

/** Who a task's future belongs to. */
export interface TaskOwner {
  /** Makes sure, as far as this side can, that the function is not called. */
  revoke(task: ClusterTask): void;
  settled(task: ClusterTask): void;
}

/** A call on its way through the queue. */
export interface ClusterTask {
  /** Of its job. */
  readonly id: string;
  readonly future: ClusterFuture<unknown>;
  readonly fn: FunctionReference;
  /** 0: one call; else a chunk of calls with so many arguments each. */
  readonly arity: number;
  /** As bytes; gone when it was sent. */
  args: Buffer | undefined;
  readonly timeout: number | undefined;
  readonly priority: number;
  /** `waiting`: here. `sent`: it is in the queue, or on its way there. */
  state: "waiting" | "sent";
  /** By the monotonic clock: when it was last heard of, once it was sent. */
  heardOf: number;
  /** Told to stop with this reason: what it ends with unless it ends in peace. */
  stopped: { readonly reason: unknown } | undefined;
  /** Of its frame, if that has codes for some workers and no signature: what another may ask about. */
  digest: Buffer | undefined;
  /** No longer listens to a signal. */
  unlisten: (() => void) | undefined;
}

/** The future of a task of a cluster. RUNNING is told by the worker: between its start and the message about that there is a way. */
export class ClusterFuture<T, P = unknown> extends Future<T, P> {
  readonly #owner: TaskOwner;
  #task: ClusterTask | undefined;

  constructor(owner: TaskOwner) {
    super();
    this.#owner = owner;
  }

  /** @internal Once, by the executor. */
  belongTo(task: ClusterTask): void {
    this.#task = task;
  }

  /** @internal A worker has told so. */
  hasStarted(): void {
    this.markRunning();
  }

  protected override revoke(): boolean {
    if (this.#task) this.#owner.revoke(this.#task);
    return true;
  }

  protected override settled(): void {
    const task = this.#task;
    this.#task = undefined;
    if (task) this.#owner.settled(task);
  }
}
