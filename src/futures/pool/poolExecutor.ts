import type { EventEmitter } from "node:events";
import type { Chunk, ChunkOutcomes } from "../chunk.js";
import { checkTimeout, Deadline } from "../deadline.js";
import { TimeoutError } from "../errors.js";
import { type AnyFunction, Executor, type ShutdownOptions, type TaskProgress, type TaskResult } from "../executor.js";
import type { Future } from "../future.js";
import { referenceOf, standInFor } from "../task.js";
import type { PoolEvents } from "./events.js";
import { checkPoolOptions, type PoolOptions } from "./options.js";
import type { WorkerInfo } from "./poolWorker.js";
import { type BrokenClass, Scheduler } from "./scheduler.js";
import type { ExecutorStats } from "./stats.js";
import { checkCall, type ScheduleOptions, type TaskFuture } from "./task.js";
import type { Transport } from "./transport.js";

/** A pool that nobody can reach any more finishes its work and frees its workers, as CPython's do. Nothing inside a pool refers to its executor. */
const dropped = new FinalizationRegistry<Scheduler>((scheduler) => scheduler.close(false));

/** Calls sent ahead to each worker by `map` with `chunksize: "auto"`, in chunks: few enough to pay, enough that all workers end at about the same time. */
const chunksPerWorker = 4;
/** The longest chunk of `map` with `chunksize: "auto"` when the length of the input is not known. */
const longestBlindChunk = 512;

const noOptions: ScheduleOptions = {};

/** A pool of workers: `ThreadPoolExecutor` and `ProcessPoolExecutor` are this with a transport each. */
export abstract class PoolExecutor extends Executor {
  readonly #scheduler: Scheduler;

  /** @internal */
  protected constructor(kind: string, transport: Transport, brokenClass: BrokenClass, options: PoolOptions) {
    super();
    const checked = checkPoolOptions(options, kind);
    if (checked.initializer) referenceOf(standInFor(checked.initializer));
    if (checked.whenFull === "wait" && transport.cannotBlock)
      throw new TypeError(`whenFull: "wait" blocks the thread that submits, which is not possible here: ${transport.cannotBlock}`);
    this.#scheduler = new Scheduler(transport, brokenClass, checked);
    dropped.register(this, this.#scheduler);
  }

  /** Tells what happens in the pool. A listener that throws harms nothing: it becomes a process warning. */
  get events(): EventEmitter<PoolEvents> {
    return this.#scheduler.events.show();
  }

  /** Workers at most. */
  get maxWorkers(): number {
    return this.#scheduler.options.maxWorkers;
  }

  /** Name of the pool, first part of its workers' names. */
  get name(): string {
    return this.#scheduler.options.name;
  }

  /** True when the pool has broken: it takes no more work, and every open future has failed with BrokenThreadPool or BrokenProcessPool. */
  get broken(): boolean {
    return this.#scheduler.broken;
  }

  /** The workers as they are now, in order of their start; those that are being ended are among them. */
  workers(): WorkerInfo[] {
    return Array.from(this.#scheduler.workers, (worker) => worker.info);
  }

  /** What the pool has done and has to do, at this moment. */
  stats(): ExecutorStats {
    return this.#scheduler.stats();
  }

  /**
   * Schedules `fn(...args)` on a worker and returns at once. CPython `Executor.submit`.
   * @param fn a reference made by `tasks` or `task`; or a function that names nothing from outside of it, which is sent by its source text. A promise is
   * awaited in the worker; what a generator yields is the future's `progress`, what it returns the result.
   * @param args are copied by structured clone; what cannot be fails this future with TransferError.
   * @throws TypeError if `fn` is no function, or one without a source text; BrokenExecutor if the pool is broken; ShutdownError after `shutdown`, or
   * while the program exits; QueueFullError if `maxQueue` tasks wait.
   */
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<TaskResult<R>, TaskProgress<R>> {
    return this.#scheduler.add(this.#scheduler.functions.of(fn), args, noOptions) as Future<unknown> as Future<TaskResult<R>, TaskProgress<R>>;
  }

  /**
   * `submit` with options.
   * @param args the arguments, as an array.
   * @throws what `submit` throws; TypeError if `args` is no array or an option is of the wrong type.
   */
  schedule<A extends unknown[], R>(fn: (...args: A) => R, args: A, options: ScheduleOptions = {}): Future<TaskResult<R>, TaskProgress<R>> {
    const known = this.#scheduler.functions.of(fn);
    checkCall(args, options);
    return this.#scheduler.add(known, args, options) as Future<unknown> as Future<TaskResult<R>, TaskProgress<R>>;
  }

  /** Resolves when `submit` would find room in the queue. @throws ShutdownError or BrokenExecutor when there never will be; the promise rejects with it. */
  override room(): Promise<void> {
    return this.#scheduler.room();
  }

  /**
   * Takes no more work. CPython `Executor.shutdown`. May be called again: every waiting call resolves when the workers are gone.
   * @returns a promise that resolves when all work is done and every worker is gone; at once with `wait: false`. It rejects with TimeoutError when
   * `timeout` ms have passed, and the work goes on: `terminateWorkers` ends it. It rejects with TypeError if `timeout` is no number.
   */
  override async shutdown(options: ShutdownOptions = {}): Promise<void> {
    const { wait = true, cancelFutures = false, timeout } = options;
    checkTimeout(timeout);
    this.#scheduler.close(cancelFutures);
    if (!wait) return;
    const { end, leave } = this.#scheduler.ended();
    if (timeout === undefined) return end;
    await new Promise<void>((resolve, reject) => {
      const callOff = new Deadline(timeout).whenOver(() => {
        leave();
        const { queued, running } = this.stats();
        reject(new TimeoutError(`${this.name} has not ended after ${timeout} ms: ${running} running, ${queued} queued; the work goes on`));
      });
      void end.then(() => {
        callOff();
        resolve();
      });
    });
  }

  /**
   * Ends the pool now: takes no more work, cancels what has not started, and ends every worker with SIGTERM, or a thread where it stands; a process that has
   * not ended after `stopGrace` ms is killed. The futures of running tasks fail with BrokenThreadPool or BrokenProcessPool. CPython `terminate_workers`.
   * @returns a promise that resolves when every worker is gone. May be called again, and on a broken pool.
   */
  terminateWorkers(): Promise<void> {
    this.#scheduler.killWorkers("terminateWorkers", this.#scheduler.options.stopGrace);
    return this.#scheduler.ended().end;
  }

  /** {@link terminateWorkers} with SIGKILL, which no process can survive. CPython `kill_workers`. */
  killWorkers(): Promise<void> {
    this.#scheduler.killWorkers("killWorkers");
    return this.#scheduler.ended().end;
  }

  /** @internal As the signal of a task does, see {@link ScheduleOptions}, which takes longer to make than a short task to run. */
  protected stopTask(future: Future<unknown>, reason: unknown): void {
    this.#scheduler.stop(future as TaskFuture<unknown>, reason);
  }

  protected override checkOpen(): void {
    this.#scheduler.checkOpen();
  }

  /**
   * For `map` with a `chunksize`.
   * @throws what `submit` throws.
   */
  protected override submitChunk(fn: AnyFunction, { arity, args }: Chunk, signal?: AbortSignal): Future<ChunkOutcomes> {
    return this.#scheduler.add(
      this.#scheduler.functions.of(fn, arity),
      args,
      signal ? { signal } : noOptions,
    ) as Future<unknown> as Future<ChunkOutcomes>;
  }

  protected override autoChunks(calls: number | undefined): (chunk: number) => number {
    const { maxWorkers } = this;
    if (calls !== undefined) return () => Math.max(1, Math.ceil(calls / (maxWorkers * chunksPerWorker)));
    return (chunk) => Math.min(2 ** Math.floor(chunk / (maxWorkers * chunksPerWorker)), longestBlindChunk);
  }
}
