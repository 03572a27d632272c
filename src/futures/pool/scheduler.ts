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
import { blockUntil } from "../blocking.js";
import { Deadline } from "../deadline.js";
import { BlockingError, type BrokenExecutor, QueueFullError, ShutdownError, TransferError } from "../errors.js";
import type { Future, Outcome } from "../future.js";
import type { FunctionReference } from "../task.js";
import { decodeThrown } from "../transfer/errors.js";
import { splitCloneable, transferError } from "../transfer/uncloneable.js";
import { Alarms } from "./alarms.js";
import { decodeOutcomes } from "./chunks.js";
import { callGuarded, PoolEmitter } from "./events.js";
import type { MessageFromWorker } from "./messages.js";
import type { CheckedPoolOptions } from "./options.js";
import type { PoolWorker } from "./poolWorker.js";
import { ReferenceNumbers } from "./references.js";
import { statsOf, Totals } from "./stats.js";
import { type StopOptions, stopAfter, stopOnAbort } from "./stopping.js";
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
  readonly #queue = new TaskQueue();
  readonly #alarms = new Alarms();
  readonly #references = new ReferenceNumbers();
  readonly #totals = new Totals();
  #failedStarts = 0;
  #broken: { readonly cause: () => unknown } | undefined;
  #closed = false;
  #dispatchDue = false;
  #awaitEnd = new Set<() => void>();
  #awaitRoom: (() => void)[] = [];
  #transportClosed: Promise<void> | undefined;

  constructor(transport: Transport, brokenClass: BrokenClass, options: CheckedPoolOptions) {
    this.options = options;
    this.events = new PoolEmitter(options.name);
    this.#transport = transport;
    this.#brokenClass = brokenClass;
    this.workers = new WorkerSet(options, transport, this.#alarms, {
      message: (worker, message) => this.#take(worker, message),
      unreadable: (worker, error, task) => this.#failUnreadable(worker, "its outcome", error, task),
      ended: (worker, end) => this.#ended(worker, end),
      started: (worker) => this.events.hears("workerStart") && this.events.tell("workerStart", worker.info),
      changed: () => this.events.tell("workersChange"),
    });
    this.#stopOptions = {
      workers: this.workers,
      alarms: this.#alarms,
      grace: options.stopGrace,
      cloneable: transport.cloneable,
      replace: () => this.#dispatch(),
    };
  }

  /** @throws ShutdownError, BrokenExecutor, or QueueFullError. */
  add(to: FunctionReference, args: readonly unknown[], chunk: boolean, options: ScheduleOptions): TaskFuture<unknown> {
    this.checkOpen();
    this.#checkRoom();
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
    if (this.#broken) throw this.#brokenError("the pool is broken");
    if (this.#closed) throw new ShutdownError(`cannot schedule new futures after shutdown of ${this.options.name}`);
    // What is still under way never gets its turn of the event loop: Node's own mark of a process in its last listeners.
    if ((process as { _exiting?: boolean })._exiting)
      throw new ShutdownError(`cannot schedule new futures after interpreter shutdown: the program of ${this.options.name} is exiting`);
  }

  /** Resolves when a task may be added. @throws what `checkOpen` throws. */
  async room(): Promise<void> {
    this.checkOpen();
    while (this.#full) {
      await new Promise<void>((resolve) => this.#awaitRoom.push(resolve));
      this.checkOpen();
    }
  }

  close(cancelFutures: boolean): void {
    this.#closed = true;
    if (cancelFutures) this.#cancelAll();
    this.#wakeRoom();
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
    this.#wakeRoom();
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
    this.#wakeRoom();
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

  /** Tasks for which no worker is there nor may be started, as many as there may be. */
  get #full(): boolean {
    const { maxQueue, maxWorkers } = this.options;
    return this.#queue.size >= maxQueue && this.#queue.size >= maxQueue + maxWorkers - this.workers.count("loading", "running");
  }

  #checkRoom(): void {
    if (!this.#full) return;
    const { name, maxQueue, whenFull } = this.options;
    if (whenFull === "error")
      throw new QueueFullError(`${name} has ${maxQueue} tasks waiting, as many as its maxQueue allows: await its room(), or submit later`);
    blockUntil(() => !this.#full || this.#broken !== undefined || this.#closed, new Set([this]), new Deadline(undefined));
    this.checkOpen();
  }

  #wakeRoom(): void {
    if (this.#awaitRoom.length === 0 || (this.#full && !this.#closed && !this.#broken)) return;
    const resolvers = this.#awaitRoom;
    this.#awaitRoom = [];
    for (const resolve of resolvers) resolve();
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
      while (worker.state === "idle" && this.#queue.size > 0) this.#assign(worker, this.#queue.shift() as Task);
    }
    if (this.#closed && this.#queue.size === 0) for (const worker of this.workers) if (worker.state === "idle") this.workers.retire(worker);
    const wanted = this.#queue.size - this.workers.count("starting");
    const room = this.options.maxWorkers - this.workers.count("starting", "idle", "loading", "running");
    for (let n = Math.min(wanted, room); n > 0 && !this.#broken; n -= 1) if (!this.#startWorker()) break;
    this.#wakeRoom();
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

  #assign(worker: PoolWorker, task: Task): void {
    if (worker.loaded.has(task.reference)) {
      this.#run(worker, task);
    } else {
      this.workers.take(worker, task, "loading");
      worker.channel.send({ type: "load", reference: task.reference, to: task.to });
    }
  }

  /** Leaves the worker idle if the call cannot be made; whoever calls this dispatches afterwards. */
  #run(worker: PoolWorker, task: Task): void {
    const { future, options } = task;
    if (future.done()) {
      this.workers.release(worker, false);
      return;
    }
    const { call } = worker.channel;
    call?.offer();
    try {
      this.#send(worker, task);
    } catch (refusal) {
      this.workers.release(worker, false);
      future.setException(transferError(task.args, "args", refusal, this.#stopOptions.cloneable, options.transfer));
      return;
    }
    this.workers.take(worker, task, "running");
    future.wasSent(call);
  }

  /** Whether the worker is asked to say that the task has started: a message more, for those who want to know at once. */
  #announces(task: Task): boolean {
    return task.options.timeout !== undefined || this.events.hears("taskStart");
  }

  /** @throws what structured clone throws; nothing was sent then. */
  #send(worker: PoolWorker, task: Task): void {
    const { future, reference, args, options } = task;
    const message = { task: future.id, reference, announce: this.#announces(task) };
    if (!task.chunk) {
      worker.channel.send({ type: "run", ...message, args }, options.transfer);
      return;
    }
    const calls = args as readonly unknown[][];
    try {
      worker.channel.send({ type: "runChunk", ...message, calls });
    } catch (refusal) {
      worker.refused = new Map(splitCloneable(calls, this.#stopOptions.cloneable).map(({ index, error }) => [index, error]));
      if (worker.refused.size === 0) throw refusal;
      worker.channel.send({ type: "runChunk", ...message, calls: calls.filter((_, index) => !worker.refused?.has(index)) });
    }
  }

  #take(worker: PoolWorker, message: MessageFromWorker): void {
    // User code can post to the pool's channel too: process.send(null).
    if (typeof message !== "object" || message === null) return;
    if (message.type === "output") {
      const { stream, text, task } = message;
      callGuarded("onOutput", () => this.options.onOutput?.({ stream, text, worker: worker.name, ...(task === undefined ? {} : { task }) }));
      return;
    }
    if (message.type !== "exiting") worker.uncaught = message.type === "uncaught" ? { error: decodeThrown(message.error) } : undefined;
    const answers = message.type === "result" || message.type === "chunk" || message.type === "error";
    if (worker.state === "stopping" && !answers) return;
    if ("task" in message && message.task !== undefined && worker.task?.future.id !== message.task) return;
    switch (message.type) {
      case "ready":
        this.#failedStarts = 0;
        this.workers.become(worker, "idle");
        if (this.events.hears("workerReady")) this.events.tell("workerReady", worker.info);
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
      case "started":
        this.#started(worker);
        break;
      case "revoked":
        this.workers.release(worker, false);
        this.#dispatch();
        break;
      case "progress":
        if (worker.task && !worker.task.future.done()) worker.task.future.addProgress(message.value);
        break;
      case "result":
        this.#finish(worker, (future) => future.setResult(message.value));
        break;
      case "chunk": {
        const outcomes: Outcome<unknown>[] = decodeOutcomes(message.outcomes, worker.refused);
        this.#finish(worker, (future) => future.setResult(outcomes));
        break;
      }
      case "error":
        this.#failTask(worker, decodeThrown(message.error));
        break;
      case "unreadable":
        this.#failUnreadable(worker, "its arguments", decodeThrown(message.error));
        break;
      case "memory":
        worker.memory = message.memory;
        break;
    }
  }

  #started(worker: PoolWorker): void {
    const task = worker.task as Task;
    task.future.hasStarted();
    if (task.options.timeout !== undefined && !task.future.done()) stopAfter(task, task.options.timeout, this.#stopOptions);
    if (this.events.hears("taskStart")) this.events.tell("taskStart", task.future, worker.info);
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

  #failUnreadable(worker: PoolWorker, what: string, error: unknown, task?: number): void {
    if (!worker.task || (task !== undefined && worker.task.future.id !== task)) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#failTask(
      worker,
      new TransferError(`${worker.task.to.name}: ${what} could be sent but not be read where it arrived: ${reason}`, { cause: error }),
    );
  }

  /** Ends the task that the worker holds; the worker is free before the future's callbacks run, so that they see the pool as it is. */
  #finish(worker: PoolWorker, answer: (future: Future<unknown>) => void, then: "release" | "retire" = "release"): void {
    const { task, expired } = worker;
    if (!task) return;
    const settle = (): void => {
      task.future.hasStarted();
      if (task.future.done()) return;
      if (expired) task.future.setException(expired.reason);
      else answer(task.future);
    };
    if (worker.state === "stopping") {
      // Its time was over, and the answer crossed the kill: it is as good as one that came before.
      settle();
      return;
    }
    if (then === "retire") this.workers.retire(worker);
    else this.workers.release(worker, true);
    settle();
    this.#dispatch();
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
    } else if (open) {
      open.setException(worker.diedError(end));
    }
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
    this.#wakeRoom();
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
