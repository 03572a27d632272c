/**
 * What both pools share: queue, dispatch, life and death of workers. A pool is this plus a {@link Transport}.
 *
 *                      the program                          |             a worker (thread or process)
 *                                                           |
 *   submit ──► Task ──► TaskQueue ──► idle PoolWorker ──────┼─ load ──► finds the function, runs its module's top level
 *     │                   ▲   │          │    ◄─────────────┼─ loaded ─ (once per function and worker)
 *     ▼                   │   ▼          │                  |
 *   Future ◄── cancel ────┘  none idle:  ├──────────────────┼─ run ───► calls the function
 *     ▲                      start one   │    ◄─────────────┼─ result, error
 *     └──────────────────────────────────┘                  |
 *
 * The life of a task:
 *  1. `submit` makes a Task with its Future (PENDING) and queues it.
 *  2. `#dispatch` gives the oldest task to an idle worker; if there is none and the pool may grow, one is started.
 *  3. A worker that has not seen the function is told to load it. The task is still PENDING: it can be cancelled, and then the worker is idle again.
 *  4. The call is sent. Only now is the future RUNNING: a worker that has the function and holds nothing else starts it for certain,
 *     so `cancel()` tells the truth at every moment.
 *  5. The answer carries the task's number and is believed only if the worker holds that task. The future is FINISHED, the worker idle.
 *  6. A task that is to stop while it runs gets its signal aborted; if it has not ended after the grace time its worker is killed
 *     and only this future fails.
 *  7. A worker that ends unasked breaks the pool, or is replaced, by `onWorkerDeath`.
 */
import type { EventEmitter } from "node:events";
import { type BrokenExecutor, ShutdownError } from "../errors.js";
import { Executor, type ShutdownOptions } from "../executor.js";
import type { Future } from "../future.js";
import { referenceOf } from "../task.js";
import { decodeThrown } from "../transfer/errors.js";
import { transferError } from "../transfer/uncloneable.js";
import { callGuarded, GuardedEmitter, type PoolEvents } from "./events.js";
import type { MessageFromWorker } from "./messages.js";
import { type CheckedPoolOptions, checkPoolOptions, type PoolOptions } from "./options.js";
import type { PoolWorker, WorkerInfo } from "./poolWorker.js";
import { ReferenceNumbers } from "./references.js";
import { type StopOptions, stopAfter, stopOnAbort } from "./stopping.js";
import { checkCall, type ScheduleOptions, type Task, TaskFuture, TaskQueue } from "./task.js";
import type { ChannelEnd, Transport } from "./transport.js";
import { WorkerSet } from "./workerSet.js";

/** Starts that may fail one after another, with `onWorkerDeath: "replace"`, before the pool gives up. */
const startAttempts = 3;

type BrokenClass = new (message: string, options?: ErrorOptions) => BrokenExecutor;

/** A pool of workers: `ThreadPoolExecutor` and `ProcessPoolExecutor` are this with a transport each. */
export abstract class PoolExecutor extends Executor {
  readonly #events = new GuardedEmitter();
  readonly #options: CheckedPoolOptions;
  readonly #brokenClass: BrokenClass;
  readonly #stopOptions: StopOptions;
  readonly #queue = new TaskQueue();
  readonly #workers: WorkerSet;
  readonly #references = new ReferenceNumbers();
  #failedStarts = 0;
  #broken: { readonly cause: () => unknown } | undefined;
  #closed = false;
  #dispatchDue = false;
  #awaitEnd: (() => void)[] = [];

  protected constructor(kind: string, transport: Transport, brokenClass: BrokenClass, options: PoolOptions) {
    super();
    this.#options = checkPoolOptions(options, kind);
    this.#brokenClass = brokenClass;
    this.#workers = new WorkerSet(this.#options, transport, {
      message: (worker, message) => this.#take(worker, message),
      unreadable: (worker, error) => this.#failTask(worker, error),
      ended: (worker, end) => this.#ended(worker, end),
      changed: () => this.#events.tell("workersChange"),
    });
    this.#stopOptions = { workers: this.#workers, grace: this.#options.stopGrace, cloneable: transport.cloneable, replace: () => this.#dispatch() };
    if (this.#options.initializer) referenceOf(this.#options.initializer);
  }

  /** Tells what happens in the pool. A listener that throws harms nothing: it becomes a process warning. */
  get events(): EventEmitter<PoolEvents> {
    return this.#events;
  }

  /** Workers at most. */
  get maxWorkers(): number {
    return this.#options.maxWorkers;
  }

  /** Name of the pool, first part of its workers' names. */
  get name(): string {
    return this.#options.name;
  }

  /** The workers as they are now, in order of their start; those that are being ended are among them. */
  workers(): WorkerInfo[] {
    return Array.from(this.#workers, (worker) => worker.info);
  }

  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    return this.schedule(fn, args);
  }

  /**
   * `submit` with options.
   * @throws what `submit` throws; TypeError if `args` is no array or an option is of the wrong type.
   */
  schedule<A extends unknown[], R>(fn: (...args: A) => R, args: A, options: ScheduleOptions = {}): Future<Awaited<R>> {
    const to = referenceOf(fn);
    checkCall(args, options);
    this.checkOpen();
    const future = new TaskFuture<unknown>();
    const task: Task = { future, reference: this.#references.numberOf(to), to, args, options };
    if (options.signal?.aborted) {
      future.cancel();
      return future as Future<unknown> as Future<Awaited<R>>;
    }
    future.onCancel = () => this.#queue.remove(task);
    if (options.signal) stopOnAbort(task, options.signal, this.#stopOptions);
    this.#queue.push(task);
    this.#dispatchSoon();
    return future as Future<unknown> as Future<Awaited<R>>;
  }

  override shutdown(options: ShutdownOptions = {}): Promise<void> {
    const { wait = true, cancelFutures = false } = options;
    this.#closed = true;
    if (cancelFutures) {
      const loading = [...this.#workers].flatMap((worker) => (worker.state === "loading" && worker.task ? [worker.task] : []));
      for (const task of [...this.#queue, ...loading]) task.future.cancel();
    }
    this.#dispatch();
    return wait
      ? new Promise((resolve) => {
          this.#awaitEnd.push(resolve);
          this.#checkEnd();
        })
      : Promise.resolve();
  }

  protected override checkOpen(): void {
    if (this.#broken) throw this.#brokenError("the pool is broken");
    if (this.#closed) throw new ShutdownError(`cannot schedule new futures after shutdown of ${this.name}`);
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
    for (const worker of this.#workers) {
      while (worker.state === "idle" && this.#queue.size > 0) this.#assign(worker, this.#queue.shift() as Task);
    }
    if (this.#closed && this.#queue.size === 0) for (const worker of this.#workers) if (worker.state === "idle") this.#workers.retire(worker);
    const wanted = this.#queue.size - this.#workers.count("starting");
    const room = this.#options.maxWorkers - this.#workers.count("starting", "idle", "loading", "running");
    for (let n = Math.min(wanted, room); n > 0 && !this.#broken; n -= 1) this.#startWorker();
    this.#checkEnd();
  }

  #startWorker(): void {
    try {
      this.#workers.start();
    } catch (error) {
      this.#break(() => error);
    }
  }

  #assign(worker: PoolWorker, task: Task): void {
    worker.task = task;
    if (worker.loaded.has(task.reference)) {
      this.#run(worker, task);
    } else {
      this.#workers.become(worker, "loading");
      worker.channel.send({ type: "load", reference: task.reference, to: task.to });
    }
  }

  /** Leaves the worker idle if the call cannot be made; whoever calls this dispatches afterwards. */
  #run(worker: PoolWorker, task: Task): void {
    const { future, reference, args, options } = task;
    if (future.done()) {
      this.#workers.release(worker);
      return;
    }
    try {
      worker.channel.send({ type: "run", task: future.id, reference, args }, options.transfer);
    } catch (refusal) {
      this.#workers.release(worker);
      future.setException(transferError(args, "args", refusal, this.#stopOptions.cloneable));
      return;
    }
    future.setRunningOrNotifyCancel();
    this.#workers.become(worker, "running");
    if (options.timeout !== undefined) stopAfter(task, options.timeout, this.#stopOptions);
    this.#events.tell("taskStart", future, worker.info);
  }

  #take(worker: PoolWorker, message: MessageFromWorker): void {
    // User code can post to the pool's channel too: process.send(null).
    if (typeof message !== "object" || message === null) return;
    if (message.type === "output") {
      const { stream, text, task } = message;
      callGuarded("onOutput", () => this.#options.onOutput?.({ stream, text, worker: worker.name, ...(task === undefined ? {} : { task }) }));
      return;
    }
    worker.uncaught = message.type === "uncaught" ? { error: decodeThrown(message.error) } : undefined;
    if (worker.state === "stopping" && message.type !== "result" && message.type !== "error") return;
    switch (message.type) {
      case "ready":
        this.#failedStarts = 0;
        this.#workers.release(worker);
        this.#dispatch();
        break;
      case "initializerFailed":
        this.#break(() => decodeThrown(message.error));
        break;
      case "loaded":
        this.#loaded(worker, message.reference);
        break;
      case "loadFailed":
        // A worker in which a module has failed gives way to another, where the module is tried afresh.
        if (worker.state === "loading" && worker.task?.reference === message.reference)
          this.#failTask(worker, decodeThrown(message.error), message.moduleFailed ? "retire" : "release");
        break;
      case "result":
        if (worker.task?.future.id === message.task) this.#finish(worker, (future) => future.setResult(message.value));
        break;
      case "error":
        if (worker.task?.future.id === message.task) this.#failTask(worker, decodeThrown(message.error));
        break;
    }
  }

  #loaded(worker: PoolWorker, reference: number): void {
    worker.loaded.add(reference);
    const task = worker.task;
    if (worker.state !== "loading" || task?.reference !== reference) return;
    this.#run(worker, task);
    this.#dispatch();
  }

  #failTask(worker: PoolWorker, error: unknown, then: "release" | "retire" = "release"): void {
    this.#finish(worker, (future) => future.setException(error), then);
  }

  /** Ends the task that the worker holds; the worker is free before the future's callbacks run, so that they see the pool as it is. */
  #finish(worker: PoolWorker, settle: (future: Future<unknown>) => void, then: "release" | "retire" = "release"): void {
    const task = worker.task;
    if (!task || worker.state === "stopping") {
      // Its time was over, and the answer crossed the kill: it is as good as one that came before.
      if (task && !task.future.done()) settle(task.future);
      return;
    }
    this.#workers[then](worker);
    if (!task.future.done()) settle(task.future);
    this.#dispatch();
  }

  #ended(worker: PoolWorker, end: ChannelEnd): void {
    const open = worker.task?.future.done() ? undefined : worker.task?.future;
    if (worker.condemnation) open?.setException(worker.condemnation.reason);
    else if (worker.state !== "stopping") this.#died(worker, end, open);
    this.#dispatch();
  }

  #died(worker: PoolWorker, end: ChannelEnd, open: Future<unknown> | undefined): void {
    if (worker.state === "starting") this.#failedStarts += 1;
    if (this.#options.onWorkerDeath === "break" || this.#failedStarts >= startAttempts) {
      this.#break(() => worker.diedError(end), open);
    } else if (open) {
      open.setException(worker.diedError(end));
    }
  }

  /** Everything open fails, each future with an error of its own; all workers end. */
  #break(cause: () => unknown, victim?: Future<unknown>): void {
    if (this.#broken) return;
    this.#broken = { cause };
    const futures = [victim, ...[...this.#workers].map((worker) => worker.task?.future), ...[...this.#queue].map((task) => task.future)];
    for (const task of [...this.#queue]) this.#queue.remove(task);
    for (const worker of [...this.#workers])
      if (worker.state !== "stopping") this.#workers.condemn(worker, this.#brokenError("the pool broke while this task was in it"));
    for (const future of futures) if (future && !future.done()) future.setException(this.#brokenError("the pool broke while this task was in it"));
    this.#checkEnd();
  }

  #brokenError(what: string): BrokenExecutor {
    const cause = this.#broken?.cause();
    return new this.#brokenClass(`${this.name}: ${what}${cause instanceof Error ? `: ${cause.message}` : ""}`, { cause });
  }

  #checkEnd(): void {
    if (this.#awaitEnd.length === 0 || this.#workers.size > 0 || this.#queue.size > 0) return;
    const resolvers = this.#awaitEnd;
    this.#awaitEnd = [];
    for (const resolve of resolvers) resolve();
  }
}
