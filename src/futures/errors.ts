/** Every error class that the library raises itself. Errors thrown by tasks arrive as themselves, see `transfer/errors.ts`. */

/** Base of the library's own errors, as CPython's `concurrent.futures.Error`. `code` is stable, `message` is for people. */
export class FuturesError extends Error {
  /** That of the class. */
  override name = "FuturesError";
  /** Which error it is; the same in every version, and in every copy of the library. */
  readonly code: string = "ERR_FUTURES";
}

/** The future was cancelled before its function started. CPython `CancelledError`. */
export class CancelledError extends FuturesError {
  override name = "CancelledError";
  override readonly code = "ERR_FUTURES_CANCELLED";
}

/** A wait ended before the future was done, and the task goes on; or a task overran the `timeout` of `schedule` and was stopped. CPython `TimeoutError`. */
export class TimeoutError extends FuturesError {
  override name = "TimeoutError";
  override readonly code = "ERR_FUTURES_TIMEOUT";
}

/** A result was set on a future that already has one, or the like. CPython `InvalidStateError`. */
export class InvalidStateError extends FuturesError {
  override name = "InvalidStateError";
  override readonly code = "ERR_FUTURES_INVALID_STATE";
}

/** Work was given to an executor after `shutdown`. CPython raises `RuntimeError` there. */
export class ShutdownError extends FuturesError {
  override name = "ShutdownError";
  override readonly code = "ERR_FUTURES_SHUTDOWN";
}

/** The queue of the pool holds `maxQueue` tasks, and `whenFull` is `"error"`: nothing was queued. CPython's queues have no bound, `queue.Full` is the nearest relative. */
export class QueueFullError extends FuturesError {
  override name = "QueueFullError";
  override readonly code = "ERR_FUTURES_QUEUE_FULL";
}

/**
 * A blocking wait (`resultSync`, `exceptionSync`, `waitSync`) that could never be answered: what would answer it runs where the wait blocks, or
 * the pool has no channel that works meanwhile. The message says which, and what to do. CPython blocks for ever there.
 */
export class BlockingError extends FuturesError {
  override name = "BlockingError";
  override readonly code = "ERR_FUTURES_BLOCKING";
}

/** An argument, a result or a function cannot be sent between workers. The message names the place: `args[1].onDone is a function`. */
export class TransferError extends FuturesError {
  override name = "TransferError";
  override readonly code = "ERR_FUTURES_TRANSFER";
}

/** The executor can run nothing any more. CPython `BrokenExecutor`. */
export class BrokenExecutor extends FuturesError {
  override name = "BrokenExecutor";
  override readonly code: string = "ERR_FUTURES_BROKEN";
}

/** A thread of the pool ended unasked, or its initializer failed; `cause` says how. CPython `BrokenThreadPool`. */
export class BrokenThreadPool extends BrokenExecutor {
  override name = "BrokenThreadPool";
}

/** A process of the pool ended unasked, or its initializer failed; `cause` says how. CPython `BrokenProcessPool`. */
export class BrokenProcessPool extends BrokenExecutor {
  override name = "BrokenProcessPool";
}

/** What is known of the end of a worker. */
export interface WorkerEnd {
  /** Name of the worker, `<pool name>-<number>`. */
  readonly worker: string;
  /** Of a process; absent if it could not be started. */
  readonly pid?: number;
  /** Of a thread, as `worker_threads` counts them. */
  readonly threadId?: number;
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  /** Name of the signal that ended a process: `SIGKILL`. */
  readonly signal?: string;
  /** The last lines a process wrote to stderr, at most 16,000 characters. */
  readonly stderr?: string;
}

/**
 * A worker ended while it held this task. With `onWorkerDeath: "replace"` it is the error of that task's future and the pool goes on;
 * with `"break"` it is the `cause` of {@link BrokenThreadPool} or {@link BrokenProcessPool}. Its own `cause` is the uncaught error, if there was one.
 */
export class WorkerDiedError extends BrokenExecutor implements WorkerEnd {
  override name = "WorkerDiedError";
  override readonly code = "ERR_FUTURES_WORKER_DIED";
  readonly worker: string;
  declare readonly pid?: number;
  declare readonly threadId?: number;
  readonly exitCode: number | null;
  declare readonly signal?: string;
  declare readonly stderr?: string;

  /** For executors. @param end what is known of the end; the error has the same properties. */
  constructor(message: string, end: WorkerEnd, options?: ErrorOptions) {
    super(message, options);
    this.worker = end.worker;
    this.exitCode = end.exitCode;
    if (end.pid !== undefined) this.pid = end.pid;
    if (end.threadId !== undefined) this.threadId = end.threadId;
    if (end.signal !== undefined) this.signal = end.signal;
    if (end.stderr) this.stderr = end.stderr;
  }
}
