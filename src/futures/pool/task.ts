import { inspect } from "node:util";
import type { BlockingSource } from "../blocking.js";
import { checkTimeout } from "../deadline.js";
import { blockingSource, Future } from "../future.js";
import type { PoolFunction } from "./functionTable.js";
import type { PoolWorker } from "./poolWorker.js";

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

/** {@link Task.call} of a task that waits in the queue, and of one that is neither there nor a number in the call queue. */
export const inQueue = -1;
export const noCall = -2;

/** A call on its way through a pool. Small: a million of them may be waiting. */
export class Task {
  /** Neighbours in the queue of its priority. */
  previous: Task | undefined = undefined;
  next: Task | undefined = undefined;
  /** Its number in the call queue, if workers may take it from there; {@link inQueue}; or {@link noCall}. */
  call = noCall;
  /** The worker that it was given to by message. */
  worker: PoolWorker | undefined = undefined;

  constructor(
    readonly future: TaskFuture<unknown>,
    readonly fn: PoolFunction,
    /** Arguments of the call; of a chunk, those of each of its calls. */
    readonly args: readonly unknown[],
    readonly options: ScheduleOptions,
  ) {}
}

/** Who a task's future belongs to. */
export interface TaskOwner {
  /** Whether the function has started. */
  hasStarted(task: Task): boolean;
  /** Makes sure that it never will; false if it has. */
  revoke(task: Task): boolean;
  /** The future is done, by whatever way; its callbacks have not been called yet. */
  settled(task: Task, how: "value" | "error" | "cancelled"): void;
  /** @throws BlockingError if this thread cannot block for it. */
  blockingSource(task: Task): BlockingSource;
}

/** The future of a task in a pool. */
export class TaskFuture<T, P = unknown> extends Future<T, P> {
  readonly #owner: TaskOwner;
  #task: Task | undefined;

  constructor(owner: TaskOwner) {
    super();
    this.#owner = owner;
  }

  /** @internal Once, by the pool. */
  belongTo(task: Task): void {
    this.#task = task;
  }

  /** @internal `undefined` when it is done. */
  get task(): Task | undefined {
    return this.#task;
  }

  /** @internal The function has started, as far as anybody can tell. */
  hasStarted(): void {
    this.markRunning();
  }

  override [blockingSource](): BlockingSource {
    return this.#task ? this.#owner.blockingSource(this.#task) : super[blockingSource]();
  }

  protected override observe(): void {
    if (this.#task && this.#owner.hasStarted(this.#task)) this.hasStarted();
  }

  protected override revoke(): boolean {
    if (!this.#task || this.#owner.revoke(this.#task)) return true;
    this.hasStarted();
    return false;
  }

  protected override settled(how: "value" | "error" | "cancelled"): void {
    const task = this.#task;
    // The future may be kept for long, the arguments must not (CPython gh-60488).
    this.#task = undefined;
    if (task) this.#owner.settled(task, how);
  }
}

/**
 * One of each object that tasks are made of, kept for ever. V8 throws away the code that it has made for a class when a full collection finds
 * no object of it, as in every pool that is idle: the next thousands of tasks would take several times as long.
 */
export function exemplarOf(owner: TaskOwner, fn: PoolFunction): unknown {
  const future = new TaskFuture<unknown>(owner);
  const task = new Task(future, fn, [], {});
  future.belongTo(task);
  return [task, future.result()];
}
