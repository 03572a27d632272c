/**
 * What both pools share: queue, dispatch, life and death of workers. A pool is this plus a {@link Transport}.
 *
 *                      the program                          |             a worker (thread or process)
 *                                                           |
 *   submit ──► Task ──► TaskQueue ──► idle PoolWorker ──────┼─ load ──► finds the function, runs its module's top level
 *     │                   ▲   │          │    ◄─────────────┼─ loaded ─ (once per function and worker)
 *     ▼                   │   ▼          │                  |
 *   Future ◄── cancel ────┘  none idle:  ├──────────────────┼─ run ───► calls the function
 *     ▲                      start one   │    ◄─────────────┼─ started, progress, result, error
 *     └──────────────────────────────────┘                  |
 *
 * The life of a task:
 *  1. `submit` makes a Task with its Future (PENDING) and queues it.
 *  2. `#dispatch` gives the first task to an idle worker; if there is none and the pool may grow, one is started.
 *  3. A worker that has not seen the function is told to load it. The task is still PENDING: it can be cancelled, and then the worker is idle again.
 *  4. The call is sent. A thread marks in shared memory that the function has started: until then the future is PENDING and the call can be
 *     taken back. A process shares no memory: its future is RUNNING from here on, and a process that holds nothing else starts it for certain.
 *     Either way `cancel()` tells the truth at every moment.
 *  5. The answer carries the task's number and is believed only if the worker holds that task. The future is FINISHED, the worker idle.
 *  6. A task that is to stop while it runs gets its signal aborted; if it has not ended after the grace time its worker is killed
 *     and only this future fails.
 *  7. A worker that ends unasked breaks the pool, or is replaced, by `onWorkerDeath`.
 */
import type { BlockingSource } from "../blocking.js";
import { BlockingError, type BrokenExecutor, ShutdownError } from "../errors.js";
import type { Future } from "../future.js";
import type { FunctionReference } from "../task.js";
import { decodeThrown } from "../transfer/errors.js";
import { AbortListeners } from "./abortListeners.js";
import { Alarms } from "./alarms.js";
import { Dialog } from "./dialog.js";
import { PoolEmitter } from "./events.js";
import { checkDepth } from "./nesting.js";
import type { CheckedPoolOptions } from "./options.js";
import type { PoolWorker } from "./poolWorker.js";
import { ReferenceNumbers } from "./references.js";
import { Room } from "./room.js";
import { statsOf, Totals } from "./stats.js";
import { type StopOptions, stopOnAbort } from "./stopping.js";
import { type ScheduleOptions, type Task, TaskFuture, type TaskOwner } from "./task.js";
import { TaskQueue } from "./taskQueue.js";
import type { ChannelEnd, Transport } from "./transport.js";
import { WorkerSet } from "./workerSet.js";

/** Starts that may fail one after another, with `onWorkerDeath: "replace"`, before the pool gives up. */
const startAttempts = 3;

export type BrokenClass = new (message: string, options?: ErrorOptions) => BrokenExecutor;

export class Scheduler implements TaskOwner, BlockingSource {
  readonly events: PoolEmitter;
  readonly options: CheckedPoolOptions;
  readonly workers: WorkerSet;
  readonly #transport: Transport;
  readonly #brokenClass: BrokenClass;
  readonly #stopOptions: StopOptions;
  readonly #dialog: Dialog;
  readonly #queue = new TaskQueue();
  readonly #alarms = new Alarms();
  readonly #references = new ReferenceNumbers();
  readonly #totals = new Totals();
  readonly #room: Room;
  #failedStarts = 0;
  #broken: { readonly cause: () => unknown } | undefined;
  #closed = false;
  #dispatchDue = false;
  #awaitEnd = new Set<() => void>();
  #transportClosed: Promise<void> | undefined;

  constructor(transport: Transport, brokenClass: BrokenClass, options: CheckedPoolOptions) {
    this.options = options;
    this.events = new PoolEmitter(options.name);
    this.#transport = transport;
    this.#brokenClass = brokenClass;
    this.workers = new WorkerSet(options, transport, this.#alarms, {
      message: (worker, message) => this.#dialog.take(worker, message),
      unreadable: (worker, error, task) => this.#dialog.failUnreadable(worker, "its outcome", error, task),
      ended: (worker, end) => this.#ended(worker, end),
      started: (worker) => this.events.hears("workerStart") && this.events.tell("workerStart", worker.info),
      changed: () => this.events.tell("workersChange"),
    });
    this.#room = new Room(options, {
      queued: () => this.#queue.size,
      busy: () => this.workers.count("loading", "running"),
      over: () => this.#closed || this.#broken !== undefined,
    });
    this.#stopOptions = {
      workers: this.workers,
      alarms: this.#alarms,
      aborts: new AbortListeners(),
      grace: options.stopGrace,
      cloneable: transport.cloneable,
      replace: () => this.#dispatch(),
    };
    this.#dialog = new Dialog(options, this.workers, this.events, this.#stopOptions, {
      ready: () => (this.#failedStarts = 0),
      free: () => this.#dispatch(),
      initializerFailed: (error) => this.#break(() => decodeThrown(error)),
    });
  }

  /** @throws ShutdownError, BrokenExecutor, or QueueFullError. */
  add(to: FunctionReference, args: readonly unknown[], chunk: boolean, options: ScheduleOptions): TaskFuture<unknown> {
    this.checkOpen();
    if (this.#room.full) {
      this.#room.blockFor(this);
      this.checkOpen();
    }
    const future = new TaskFuture<unknown>();
    const task: Task = { future, reference: this.#references.numberOf(to), to, args, chunk, options };
    future.belongTo(this, task);
    if (this.events.hears("taskSubmit")) this.events.tell("taskSubmit", future);
    if (options.signal?.aborted) {
      future.cancel();
      return future;
    }
    if (options.signal) stopOnAbort(task, options.signal, this.#stopOptions);
    this.#queue.push(task);
    this.#dispatchSoon();
    return future;
  }

  /** @throws what `add` would throw for want of a pool. */
  checkOpen(): void {
    checkDepth(this.options.name);
    if (this.#broken) throw this.#brokenError("the pool is broken");
    if (this.#closed) throw new ShutdownError(`cannot schedule new futures after shutdown of ${this.options.name}`);
    // What is still under way never gets its turn of the event loop: Node's own mark of a process in its last listeners.
    if ((process as { _exiting?: boolean })._exiting)
      throw new ShutdownError(`cannot schedule new futures after interpreter shutdown: the program of ${this.options.name} is exiting`);
  }

  /** Resolves when a task may be added. @throws what `checkOpen` throws. */
  async room(): Promise<void> {
    this.checkOpen();
    while (this.#room.full) {
      await this.#room.change();
      this.checkOpen();
    }
  }

  close(cancelFutures: boolean): void {
    this.#closed = true;
    if (cancelFutures) this.#cancelAll();
    this.#room.wake();
    this.#dispatch();
  }

  /** Resolves when all work is done and no worker is left. @returns also a function that stops waiting. */
  ended(): { readonly end: Promise<void>; readonly leave: () => void } {
    let leave = (): void => {};
    const end = new Promise<void>((resolve) => {
      this.#awaitEnd.add(resolve);
      leave = () => this.#awaitEnd.delete(resolve);
    });
    this.#checkEnd();
    return { end, leave };
  }

  /** Ends the workers under their tasks. @param grace as for {@link WorkerSet.condemn}. */
  killWorkers(caller: string, grace?: number): void {
    this.#closed = true;
    this.#cancelAll();
    for (const worker of [...this.workers]) {
      const error = new this.#brokenClass(`${this.options.name}: the worker of this task was ended by ${caller}()`);
      // A worker that is retiring already has nothing to lose; killing it makes sure of its end.
      this.workers.condemn(worker, worker.condemnation?.reason ?? error, grace);
    }
    this.#room.wake();
    this.#dispatch();
  }

  stats(): ReturnType<typeof statsOf> {
    return statsOf(this.#queue.size, this.workers, this.#totals);
  }

  // TaskOwner

  settled(task: Task): void {
    this.#queue.remove(task);
    this.#totals.count(task.future);
    if (this.events.hears("taskDone")) this.events.tell("taskDone", task.future);
    this.#room.wake();
  }

  blockingSource(task: Task): BlockingSource {
    if (this.#transport.cannotBlock)
      throw new BlockingError(`${task.future} of ${this.options.name} cannot be waited for without the event loop: ${this.#transport.cannotBlock}`);
    return this;
  }

  // BlockingSource

  turn(): void {
    this.#alarms.ringDue();
    this.#dispatch();
    for (const worker of [...this.workers]) worker.channel.drain?.();
  }

  get untilDue(): number {
    return this.#alarms.untilNext;
  }

  /** Everything that has not started. */
  #cancelAll(): void {
    const held = [...this.workers].flatMap((worker) => (worker.task ? [worker.task] : []));
    for (const task of [...this.#queue, ...held]) task.future.cancel();
  }

  /** After the current turn's code: whoever submits has the future in hand before anything is told of it, and many submissions are dispatched at once. */
  #dispatchSoon(): void {
    if (this.#dispatchDue) return;
    this.#dispatchDue = true;
    queueMicrotask(() => {
      this.#dispatchDue = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    for (const worker of this.workers) {
      while (worker.state === "idle" && this.#queue.size > 0) this.#dialog.assign(worker, this.#queue.shift() as Task);
    }
    if (this.#closed && this.#queue.size === 0) for (const worker of this.workers) if (worker.state === "idle") this.workers.retire(worker);
    const wanted = this.#queue.size - this.workers.count("starting");
    const room = this.options.maxWorkers - this.workers.count("starting", "idle", "loading", "running");
    for (let n = Math.min(wanted, room); n > 0 && !this.#broken; n -= 1) if (!this.#startWorker()) break;
    this.#room.wake();
    this.#checkEnd();
  }

  /** One that cannot be started breaks the pool unless others are there to do the work. */
  #startWorker(): boolean {
    try {
      this.workers.start();
      return true;
    } catch (error) {
      if (this.workers.count("starting", "idle", "loading", "running") === 0) this.#break(() => error);
      return false;
    }
  }

  #ended(worker: PoolWorker, end: ChannelEnd): void {
    const open = worker.task?.future.done() ? undefined : worker.task?.future;
    if (this.events.hears("workerEnd")) this.events.tell("workerEnd", worker.info, worker.endOf(end));
    if (worker.condemnation) open?.setException(worker.condemnation.reason);
    else if (worker.state !== "stopping") this.#died(worker, end, open);
    this.#dispatch();
  }

  #died(worker: PoolWorker, end: ChannelEnd, open: Future<unknown> | undefined): void {
    // A terminal's signal reaches a process that has not come so far as to ignore it; it has done nothing yet, so another takes its place.
    if (worker.state === "starting" && (end.signal === "SIGINT" || end.signal === "SIGHUP")) return;
    if (worker.state === "starting") this.#failedStarts += 1;
    if (this.options.onWorkerDeath === "break" || this.#failedStarts >= startAttempts) {
      this.#break(() => worker.diedError(end), open);
    } else if (open && !this.#retry(worker.task)) {
      open.setException(worker.diedError(end));
    }
  }

  /** A task that has not started has done nothing to the worker, as a rule: it gets another one, once. */
  #retry(task: Task | undefined): boolean {
    if (!task || task.retried || task.future.state !== "PENDING") return false;
    task.retried = true;
    task.future.wasNotStarted();
    this.#queue.unshift(task);
    return true;
  }

  /** Everything open fails, each future with an error of its own; all workers end. */
  #break(cause: () => unknown, victim?: Future<unknown>): void {
    if (this.#broken) return;
    this.#broken = { cause };
    const futures = [victim, ...[...this.workers].map((worker) => worker.task?.future), ...[...this.#queue].map((task) => task.future)];
    for (const task of [...this.#queue]) this.#queue.remove(task);
    for (const worker of [...this.workers])
      if (worker.state !== "stopping") this.workers.condemn(worker, this.#brokenError("the pool broke while this task was in it"));
    for (const future of futures) if (future && !future.done()) future.setException(this.#brokenError("the pool broke while this task was in it"));
    this.#room.wake();
    this.#checkEnd();
  }

  #brokenError(what: string): BrokenExecutor {
    const cause = this.#broken?.cause();
    return new this.#brokenClass(`${this.options.name}: ${what}${cause instanceof Error ? `: ${cause.message}` : ""}`, { cause });
  }

  #checkEnd(): void {
    if (this.#awaitEnd.size === 0 && !this.#closed && !this.#broken) return;
    if (this.workers.size > 0 || this.#queue.size > 0) return;
    if (this.#transport.close) this.#transportClosed ??= this.#transport.close();
    if (this.#transportClosed) void this.#transportClosed.then(() => this.#tellEnd());
    else this.#tellEnd();
  }

  #tellEnd(): void {
    for (const resolve of this.#awaitEnd) resolve();
    this.#awaitEnd.clear();
  }
}
