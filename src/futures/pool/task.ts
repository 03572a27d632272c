import { inspect } from "node:util";
import type { BlockingSource } from "../blocking.js";
import { checkTimeout } from "../deadline.js";
import { blockingSource, Future } from "../future.js";
import type { FunctionReference } from "../task.js";
import type { SharedCall } from "./transport.js";

/** What `schedule` can say and `submit` cannot. */
export interface ScheduleOptions {
  /** ms that the function may run, counted from its start; then it is stopped and its future fails with TimeoutError, whatever it ends with. Default: without limit. */
  timeout?: number | undefined;
  /** Stops the task when aborted: before its start it is cancelled; after, its future fails with the signal's reason unless the task ends in peace within `stopGrace`. */
  signal?: AbortSignal | undefined;
  /** Objects in the arguments whose ownership goes to the worker. Processes get copies. */
  transfer?: readonly object[] | undefined;
  /** Tasks of higher priority start first, those of the same in the order submitted. Any finite number; default 0. */
  priority?: number | undefined;
}

/** @throws TypeError if the arguments are no array, or an option is of the wrong type; the message says which, and what was given. */
export function checkCall(args: unknown, options: ScheduleOptions): void {
  if (!Array.isArray(args)) throw new TypeError(`schedule takes the arguments as an array, got ${inspect(args, { depth: 0 })}`);
  if (typeof options !== "object" || options === null)
    throw new TypeError(`schedule takes an object of options, got ${inspect(options, { depth: 0 })}`);
  const { timeout, signal, transfer, priority } = options;
  checkTimeout(timeout);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`signal must be an AbortSignal, got ${inspect(signal, { depth: 0 })}`);
  if (transfer !== undefined && !Array.isArray(transfer)) throw new TypeError(`transfer must be an array, got ${inspect(transfer, { depth: 0 })}`);
  if (priority !== undefined && !Number.isFinite(priority))
    throw new TypeError(`priority must be a finite number, got ${inspect(priority, { depth: 0 })}`);
}

/** A call on its way through a pool. */
export interface Task {
  readonly future: TaskFuture<unknown>;
  /** Number of `to` within the pool. */
  readonly reference: number;
  readonly to: FunctionReference;
  /** Arguments of the call; of a chunk, those of each of its calls. */
  readonly args: readonly unknown[];
  readonly chunk: boolean;
  readonly options: ScheduleOptions;
  /** A worker has ended with it before its function had started. */
  retried?: boolean;
}

/** Who a task's future belongs to. */
export interface TaskOwner {
  /** The future is done, by whatever way; its callbacks have not been called yet. */
  settled(task: Task): void;
  /** @throws BlockingError if this thread cannot block for it. */
  blockingSource(task: Task): BlockingSource;
}

/** The future of a task in a pool. */
export class TaskFuture<T, P = unknown> extends Future<T, P> {
  #owner: TaskOwner | undefined;
  #task: Task | undefined;
  #sent: SharedCall | undefined;

  /** @internal Once, by the pool. */
  belongTo(owner: TaskOwner, task: Task): void {
    this.#owner = owner;
    this.#task = task;
  }

  /** @internal The call was sent to a worker; if `sent` is given it can be taken back until it has started. */
  wasSent(sent: SharedCall | undefined): void {
    if (sent) this.#sent = sent;
    else this.setRunningOrNotifyCancel();
  }

  /** @internal The worker that it was sent to has ended before the function had started. */
  wasNotStarted(): void {
    this.#sent = undefined;
  }

  /** @internal The worker says that the function has started. */
  hasStarted(): void {
    const sent = this.#sent;
    this.#sent = undefined;
    if (sent && !this.done()) this.setRunningOrNotifyCancel();
  }

  override [blockingSource](): BlockingSource {
    const [owner, task] = [this.#owner, this.#task];
    return owner && task ? owner.blockingSource(task) : super[blockingSource]();
  }

  protected override observe(): void {
    if (this.#sent?.started()) this.hasStarted();
  }

  protected override revoke(): boolean {
    const sent = this.#sent;
    if (!sent || sent.revoke()) return true;
    this.hasStarted();
    return false;
  }

  protected override settled(): void {
    const [owner, task] = [this.#owner, this.#task];
    // The future may be kept for long, the arguments must not (CPython gh-60488).
    this.#owner = this.#task = this.#sent = undefined;
    if (task) owner?.settled(task);
  }
}
