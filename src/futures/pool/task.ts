import { inspect } from "node:util";
import { checkTimeout } from "../deadline.js";
import { Future } from "../future.js";
import type { FunctionReference } from "../task.js";

/** What `schedule` can say and `submit` cannot. */
export interface ScheduleOptions {
  /** ms that the function may run, counted from its start; then it is stopped and its future fails with TimeoutError. Default: without limit. */
  timeout?: number | undefined;
  /** Stops the task when aborted: before its start it is cancelled; after, its future fails with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Objects in the arguments whose ownership goes to the worker. Processes get copies. */
  transfer?: readonly object[] | undefined;
}

/** @throws TypeError if the arguments are no array, or an option is of the wrong type; the message says which, and what was given. */
export function checkCall(args: unknown, { timeout, signal, transfer }: ScheduleOptions): void {
  if (!Array.isArray(args)) throw new TypeError(`schedule takes the arguments as an array, got ${inspect(args, { depth: 0 })}`);
  checkTimeout(timeout);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`signal must be an AbortSignal, got ${inspect(signal, { depth: 0 })}`);
  if (transfer !== undefined && !Array.isArray(transfer)) throw new TypeError(`transfer must be an array, got ${inspect(transfer, { depth: 0 })}`);
}

/** The future of a task in a pool: its cancellation takes the task out of the queue. */
export class TaskFuture<T> extends Future<T> {
  /** @internal Set by the pool. */
  onCancel: (() => void) | undefined;

  override cancel(): boolean {
    const wasPending = this.state === "PENDING";
    const cancelled = super.cancel();
    if (wasPending) this.onCancel?.();
    return cancelled;
  }
}

/** A call on its way through a pool. */
export interface Task {
  readonly future: TaskFuture<unknown>;
  /** Number of `to` within the pool. */
  readonly reference: number;
  readonly to: FunctionReference;
  readonly args: readonly unknown[];
  readonly options: ScheduleOptions;
}

interface Link {
  readonly task: Task;
  previous: Link | undefined;
  next: Link | undefined;
}

/** Tasks not yet given to a worker, first in first out; any of them can be taken out in constant time. */
export class TaskQueue implements Iterable<Task> {
  #first: Link | undefined;
  #last: Link | undefined;
  readonly #links = new Map<Task, Link>();

  get size(): number {
    return this.#links.size;
  }

  push(task: Task): void {
    const link: Link = { task, previous: this.#last, next: undefined };
    if (this.#last) this.#last.next = link;
    else this.#first = link;
    this.#last = link;
    this.#links.set(task, link);
  }

  shift(): Task | undefined {
    const task = this.#first?.task;
    if (task) this.remove(task);
    return task;
  }

  /** Takes a task out; does nothing if it is not in here. */
  remove(task: Task): void {
    const link = this.#links.get(task);
    if (!link) return;
    this.#links.delete(task);
    if (link.previous) link.previous.next = link.next;
    else this.#first = link.next;
    if (link.next) link.next.previous = link.previous;
    else this.#last = link.previous;
  }

  *[Symbol.iterator](): Generator<Task> {
    yield* this.#links.keys();
  }
}
