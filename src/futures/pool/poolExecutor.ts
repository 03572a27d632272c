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
import { EventEmitter } from "node:events";
import { inspect } from "node:util";
import { checkTimeout } from "../deadline.js";
import { type BrokenExecutor, ShutdownError, TimeoutError } from "../errors.js";
import { Executor, type ShutdownOptions } from "../executor.js";
import { addWaiter, type Future } from "../future.js";
import { referenceOf } from "../task.js";
import { decodeThrown, encodeThrown } from "../transfer/errors.js";
import { transferError } from "../transfer/uncloneable.js";
import type { MessageFromWorker } from "./messages.js";
import { type CheckedPoolOptions, checkPoolOptions, type PoolOptions } from "./options.js";
import { PoolWorker, type WorkerInfo } from "./poolWorker.js";
import { ReferenceNumbers } from "./references.js";
import { type ScheduleOptions, type Task, TaskFuture, TaskQueue } from "./task.js";
import type { ChannelEnd, Transport } from "./transport.js";

/** Starts that may fail one after another, with `onWorkerDeath: "replace"`, before the pool gives up. */
const startAttempts = 3;
/** ms that an idle worker may take to end by itself when it is told to. */
const exitGrace = 1000;

/** What a pool tells while it works; all listeners are called synchronously. */
export interface PoolEvents {
  /** The function of this future has started on this worker. */
  taskStart: [future: Future<unknown>, worker: WorkerInfo];
  /** A worker started, ended, or changed its state: see {@link PoolExecutor.workers}. */
  workersChange: [];
}

type BrokenClass = new (message: string, options?: ErrorOptions) => BrokenExecutor;

export abstract class PoolExecutor extends Executor {
  readonly events = new EventEmitter<PoolEvents>();
  readonly #options: CheckedPoolOptions;
  readonly #transport: Transport;
  readonly #brokenClass: BrokenClass;
  readonly #queue = new TaskQueue();
  readonly #workers = new Set<PoolWorker>();
  readonly #references = new ReferenceNumbers();
  #started = 0;
  #failedStarts = 0;
  #broken: { readonly cause: () => unknown } | undefined;
  #closed = false;
  #dispatchDue = false;
  #awaitEnd: (() => void)[] = [];

  protected constructor(kind: string, transport: Transport, brokenClass: BrokenClass, options: PoolOptions) {
    super();
    this.#options = checkPoolOptions(options, kind);
    this.#transport = transport;
    this.#brokenClass = brokenClass;
    if (this.#options.initializer) referenceOf(this.#options.initializer);
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
    return [...this.#workers].map((worker) => worker.info);
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
    if (!Array.isArray(args)) throw new TypeError(`schedule takes the arguments as an array, got ${inspect(args, { depth: 0 })}`);
    checkTimeout(options.timeout);
    if (options.signal !== undefined && !(options.signal instanceof AbortSignal))
      throw new TypeError(`signal must be an AbortSignal, got ${inspect(options.signal, { depth: 0 })}`);
    this.checkOpen();
    const future = new TaskFuture<unknown>();
    const task: Task = { future, reference: this.#references.numberOf(to), to, args, options };
    if (options.signal?.aborted) {
      future.cancel();
      return future as Future<unknown> as Future<Awaited<R>>;
    }
    future.onCancel = () => this.#queue.remove(task);
    if (options.signal) this.#stopOnAbort(task, options.signal);
    this.#queue.push(task);
    this.#dispatchSoon();
    return future as Future<unknown> as Future<Awaited<R>>;
  }

  override shutdown(options: ShutdownOptions = {}): Promise<void> {
    const { wait = true, cancelFutures = false } = options;
    this.#closed = true;
    if (cancelFutures) for (const task of [...this.#queue, ...this.#tasksIn("loading")]) task.future.cancel();
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
    if (this.#closed && this.#queue.size === 0) for (const worker of this.#workers) if (worker.state === "idle") this.#retire(worker);
    const count = (...states: PoolWorker["state"][]): number => [...this.#workers].filter((worker) => states.includes(worker.state)).length;
    const wanted = this.#queue.size - count("starting");
    const room = this.#options.maxWorkers - count("starting", "idle", "loading", "running");
    for (let n = Math.min(wanted, room); n > 0 && !this.#broken; n -= 1) this.#startWorker();
    this.#checkEnd();
  }

  #startWorker(): void {
    const { initializer, initargs, name, onOutput } = this.#options;
    const worker = new PoolWorker(`${name}-${this.#started++}`);
    const setup = { worker: worker.name, captureOutput: onOutput !== undefined, ...(initializer ? { initializer: referenceOf(initializer) } : {}) };
    this.#workers.add(worker);
    try {
      worker.channel = this.#transport.start(setup, {
        message: (message) => this.#take(worker, message),
        unreadable: (error) => this.#failTask(worker, error),
        end: (end) => this.#ended(worker, end),
      });
      if (initializer) worker.channel.send({ type: "initialize", args: initargs });
    } catch (error) {
      this.#workers.delete(worker);
      worker.channel?.kill();
      this.#break(() => error);
      return;
    }
    worker.channel.hold(true);
    this.#tell("workersChange");
  }

  #assign(worker: PoolWorker, task: Task): void {
    worker.task = task;
    if (worker.loaded.has(task.reference)) {
      this.#run(worker, task);
    } else {
      this.#become(worker, "loading");
      worker.channel.send({ type: "load", reference: task.reference, to: task.to });
    }
  }

  /** Leaves the worker idle if the call cannot be made; whoever calls this dispatches afterwards. */
  #run(worker: PoolWorker, task: Task): void {
    const { future, reference, args, options } = task;
    if (future.done()) {
      this.#release(worker);
      return;
    }
    try {
      worker.channel.send({ type: "run", task: future.id, reference, args }, options.transfer);
    } catch (refusal) {
      this.#release(worker);
      future.setException(transferError(args, "args", refusal, (value) => this.#transport.cloneable(value)));
      return;
    }
    future.setRunningOrNotifyCancel();
    this.#become(worker, "running");
    if (options.timeout !== undefined) this.#stopAfter(task, options.timeout);
    this.#tell("taskStart", future, worker.info);
  }

  #take(worker: PoolWorker, message: MessageFromWorker): void {
    if (message.type === "output") {
      const { stream, text, task } = message;
      this.#options.onOutput?.({ stream, text, worker: worker.name, ...(task === undefined ? {} : { task }) });
      return;
    }
    worker.uncaught = message.type === "uncaught" ? { error: decodeThrown(message.error) } : undefined;
    if (worker.state === "stopping" && message.type !== "result" && message.type !== "error") return;
    switch (message.type) {
      case "ready":
        this.#failedStarts = 0;
        this.#release(worker);
        this.#dispatch();
        break;
      case "initializerFailed":
        this.#break(() => decodeThrown(message.error));
        break;
      case "loaded":
        this.#loaded(worker, message.reference);
        break;
      case "loadFailed":
        if (worker.state === "loading" && worker.task?.reference === message.reference) this.#failTask(worker, decodeThrown(message.error));
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

  #failTask(worker: PoolWorker, error: unknown): void {
    this.#finish(worker, (future) => future.setException(error));
  }

  /** Ends the task that the worker holds; the worker is free before the future's callbacks run, so that they see the pool as it is. */
  #finish(worker: PoolWorker, settle: (future: Future<unknown>) => void): void {
    const task = worker.task;
    if (!task || worker.state === "stopping") {
      // Its time was over, and the answer crossed the kill: it is as good as one that came before.
      if (task && !task.future.done()) settle(task.future);
      return;
    }
    this.#release(worker);
    if (!task.future.done()) settle(task.future);
    this.#dispatch();
  }

  #release(worker: PoolWorker): void {
    worker.task = undefined;
    this.#become(worker, "idle");
  }

  #become(worker: PoolWorker, state: PoolWorker["state"]): void {
    worker.state = state;
    worker.channel.hold(state !== "idle");
    this.#tell("workersChange");
  }

  #retire(worker: PoolWorker): void {
    this.#become(worker, "stopping");
    worker.channel.send({ type: "exit" });
    setTimeout(() => {
      if (this.#workers.has(worker)) worker.channel.kill();
    }, exitGrace).unref();
  }

  #condemn(worker: PoolWorker, reason: unknown): void {
    worker.condemnation = { reason };
    this.#become(worker, "stopping");
    worker.channel.kill();
  }

  #ended(worker: PoolWorker, end: ChannelEnd): void {
    this.#workers.delete(worker);
    this.#tell("workersChange");
    const open = worker.task && !worker.task.future.done() ? worker.task.future : undefined;
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
      if (worker.state !== "stopping") this.#condemn(worker, this.#brokenError("the pool broke while this task was in it"));
    for (const future of futures) if (future && !future.done()) future.setException(this.#brokenError("the pool broke while this task was in it"));
    this.#checkEnd();
  }

  #brokenError(what: string): BrokenExecutor {
    const cause = this.#broken?.cause();
    return new this.#brokenClass(`${this.name}: ${what}${cause instanceof Error ? `: ${cause.message}` : ""}`, { cause });
  }

  #stopOnAbort(task: Task, signal: AbortSignal): void {
    const stop = (): void => this.#stop(task, signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    task.future[addWaiter](() => signal.removeEventListener("abort", stop));
  }

  #stopAfter(task: Task, timeout: number): void {
    const timer = setTimeout(
      () => this.#stop(task, new TimeoutError(`${task.to.name} ran longer than ${timeout} ms and was stopped`)),
      Math.min(Math.max(timeout, 0), 2 ** 31 - 1),
    );
    task.future[addWaiter](() => clearTimeout(timer));
  }

  /** Step 6 of the life of a task. */
  #stop(task: Task, reason: unknown): void {
    task.future.cancel();
    const worker = [...this.#workers].find(
      (candidate) => candidate.task === task && (candidate.state === "loading" || candidate.state === "running"),
    );
    if (!worker) return;
    if (worker.state === "running")
      worker.channel.send({ type: "abort", task: task.future.id, reason: encodeThrown(reason, (value) => this.#transport.cloneable(value)) });
    const kill = (): void => {
      if (worker.task === task && this.#workers.has(worker) && worker.state !== "stopping") this.#condemn(worker, reason);
      this.#dispatch();
    };
    if (this.#options.stopGrace === 0) kill();
    else setTimeout(kill, this.#options.stopGrace).unref(); // the worker itself keeps the program alive
  }

  /** A listener that throws must not harm the pool. */
  #tell<E extends keyof PoolEvents>(event: E, ...args: PoolEvents[E]): void {
    try {
      (this.events as EventEmitter).emit(event, ...args);
    } catch (error) {
      process.emitWarning(`a listener of ${this.name} failed at ${event}`, {
        type: "ExecutorEventWarning",
        detail: error instanceof Error ? (error.stack ?? "") : String(error),
      });
    }
  }

  #tasksIn(state: PoolWorker["state"]): Task[] {
    return [...this.#workers].flatMap((worker) => (worker.state === state && worker.task ? [worker.task] : []));
  }

  #checkEnd(): void {
    if (this.#awaitEnd.length === 0 || this.#workers.size > 0 || this.#queue.size > 0) return;
    const resolvers = this.#awaitEnd;
    this.#awaitEnd = [];
    for (const resolve of resolvers) resolve();
  }
}
