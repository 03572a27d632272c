/**
 * What both pools share: queue, dispatch, life and death of workers. A pool is this plus a {@link Transport}.
 *
 *                      the program                           |             a worker (thread or process)
 *                                                            |
 *   submit ──► Task ──► TaskQueue ──┬──► CallQueue ══════════╪═ takes the next call when it is done with one, calls the function,
 *     │                   ▲ ▲       │     (shared memory,    |  shows the outcome
 *     ▼                   │ └ recall┘      or a shared file) |    │
 *   Future ◄── cancel ────┘         └──► free PoolWorker ────┼─ load, run ─► calls the function
 *     ▲                              none free: start one    |    │
 *     └──────────────────────────────────────────────────────┼─ outcome, or started, progress, result, error
 *
 * The life of a task:
 *  1. `submit` makes a Task with its Future (PENDING) and queues it.
 *  2. `#dispatch` offers the first tasks of the queue to the workers of a transport that has a call queue: memory that all of them see. Whoever is done with
 *     a call claims the oldest one there, so nothing is ever trapped behind a slow task, and the order of start stays that of the queue.
 *     A task of higher priority recalls those of lower that are not claimed yet. Workers that sleep are woken, missing ones are started.
 *  3. What does not fit the call queue (structured clones, streams of progress), and every task of other transports, is sent to a free worker as a
 *     message, in its turn: when nothing offered is left unclaimed.
 *  4. A worker that has not seen the function loads it. The task is still PENDING: it can be cancelled, and then the worker is free again.
 *  5. A thread marks in shared memory that the function has started: until then the future is PENDING and the call can be taken back.
 *     A process tells when it has taken a call; to be certain, the pool takes out what is left. One that was sent counts as started.
 *     Either way `cancel()` tells the truth at every moment.
 *  6. The answer carries the task's number and is believed only if the worker holds that task. The future is FINISHED, the worker free.
 *  7. A task that is to stop while it runs gets its signal aborted; if it has not ended after the grace time its worker is killed
 *     and only this future fails.
 *  8. A worker that ends unasked breaks the pool, or is replaced, by `onWorkerDeath`.
 */
import type { BlockingSource } from "../blocking.js";
import { BlockingError, type BrokenExecutor, ShutdownError } from "../errors.js";
import type { Future } from "../future.js";
import { decodeThrown } from "../transfer/errors.js";
import { AbortListeners } from "./abortListeners.js";
import { Alarms } from "./alarms.js";
import { Deaths } from "./deaths.js";
import { Dialog } from "./dialog.js";
import { PoolEmitter } from "./events.js";
import { FunctionTable, type PoolFunction } from "./functionTable.js";
import { checkDepth } from "./nesting.js";
import { Offers } from "./offers.js";
import type { CheckedPoolOptions } from "./options.js";
import type { PoolWorker } from "./poolWorker.js";
import { Room } from "./room.js";
import { Staff } from "./staff.js";
import { statsOf, Totals } from "./stats.js";
import { type StopOptions, stop, stopOnAbort } from "./stopping.js";
import { exemplarOf, type ScheduleOptions, Task, TaskFuture, type TaskOwner } from "./task.js";
import { TaskQueue } from "./taskQueue.js";
import type { ChannelEnd, Transport } from "./transport.js";
import { WorkerSet, type WorkerSetListener } from "./workerSet.js";

/** What is put after it runs after the present turn's code: as `queueMicrotask`, without its price. */
const endOfTurn = Promise.resolve();

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
  readonly functions = new FunctionTable();
  readonly #offers: Offers;
  readonly #deaths: Deaths;
  readonly #staff: Staff;
  readonly #totals = new Totals();
  readonly #room: Room;
  readonly #exemplars: unknown[] = [];
  #broken: { readonly cause: () => unknown } | undefined;
  #closed = false;
  #dispatchDue = false;
  readonly #dispatchNow = (): void => {
    this.#dispatchDue = false;
    this.#dispatch();
  };
  #awaitEnd = new Set<() => void>();
  #transportClosed: Promise<void> | undefined;

  constructor(transport: Transport, brokenClass: BrokenClass, options: CheckedPoolOptions) {
    this.options = options;
    this.events = new PoolEmitter(options.name);
    this.#transport = transport;
    this.#brokenClass = brokenClass;
    const listener: WorkerSetListener = {
      message: (worker, message) => this.#dialog.take(worker, message),
      unreadable: (worker, error, task) => this.#dialog.failUnreadable(worker, "its outcome", error, task),
      ended: (worker, end) => this.#ended(worker, end),
      started: (worker) => this.events.hears("workerStart") && this.events.tell("workerStart", worker.info),
      givenBack: (worker, call) => this.#givenBack(worker, call),
      outcome: (worker, call, chunk, value) => this.#dialog.takeOutcome(worker, call, chunk, value),
      taken: () => this.#offers.offer(this.#dialog, this.workers),
      // Those who wait for an outcome may go on first, but only if workers do not have to wait for it.
      drained: () => (this.#queue.size > 0 ? this.#dispatch() : this.#dispatchSoon()),
      changed: () => this.events.hears("workersChange") && this.events.tell("workersChange"),
    };
    this.#offers = new Offers(transport.calls, this.#queue, { send: () => this.#send(), back: () => this.#dispatchSoon() });
    this.workers = new WorkerSet(options, transport, this.#alarms, listener, this.functions, this.#offers.taskOf);
    this.#staff = new Staff(
      this.workers,
      options.maxWorkers,
      () => this.#waiting(),
      () => this.#unclaimed(),
      (error) => this.#break(() => error),
    );
    this.#deaths = new Deaths(options, this.#queue, this.#offers, (cause, victim) => this.#break(cause, victim));
    this.#room = new Room(options, {
      counts: () => this.stats(),
      over: () => this.#closed || this.#broken !== undefined,
    });
    this.#stopOptions = {
      workers: this.workers,
      calls: transport.calls,
      alarms: this.#alarms,
      aborts: new AbortListeners(),
      grace: options.stopGrace,
      cloneable: transport.cloneable,
      replace: () => this.#dispatch(),
    };
    this.#dialog = new Dialog(options, this.workers, this.events, this.#stopOptions, this.functions, {
      ready: () => this.#deaths.started(),
      free: () => this.#dispatch(),
      initializerFailed: (error) => this.#break(() => decodeThrown(error)),
    });
  }

  /** @throws ShutdownError, BrokenExecutor, or QueueFullError. */
  add(fn: PoolFunction, args: readonly unknown[], options: ScheduleOptions): TaskFuture<unknown> {
    this.checkOpen();
    if (this.#exemplars.length === 0) this.#exemplars.push(exemplarOf(this, fn));
    if (this.#room.full) {
      this.#room.blockFor(this);
      this.checkOpen();
    }
    const future = new TaskFuture<unknown>(this);
    const task = new Task(future, fn, args, options);
    future.belongTo(task);
    if (this.events.hears("taskSubmit")) {
      const calls = fn.arity === 0 ? 1 : args.length / fn.arity;
      this.events.tell("taskSubmit", future, fn.to.name, (reason) => stop(task, reason, this.#stopOptions), args, calls);
    }
    if (options.signal?.aborted) {
      future.cancel();
      return future;
    }
    if (options.signal) stopOnAbort(task, options.signal, this.#stopOptions);
    this.#queue.push(task);
    this.#dispatchSoon();
    return future;
  }

  stop({ task }: TaskFuture<unknown>, reason: unknown): void {
    if (task) stop(task, reason, this.#stopOptions);
  }

  get broken(): boolean {
    return this.#broken !== undefined;
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
    return statsOf(this.#queue.size, this.#heldTasks(), this.workers, this.#totals);
  }

  // TaskOwner

  hasStarted(task: Task): boolean {
    if (task.call >= 0) return this.#transport.calls?.started(task.call) === true;
    return task.worker?.channel.call?.started() === true;
  }

  revoke(task: Task): boolean {
    if (task.call >= 0) return this.#transport.calls?.revoke(task.call) === true;
    return task.worker?.loading !== false || task.worker.channel.call?.revoke() === true;
  }

  settled(task: Task, how: "value" | "error" | "cancelled"): void {
    if (task.call >= 0) this.#offers.takeOut(task);
    else this.#queue.remove(task);
    this.#totals.count(how);
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
    for (const worker of [...this.workers]) worker.channel.drain?.();
    this.#dispatch();
  }

  get untilDue(): number {
    return this.#alarms.untilNext;
  }

  /** Everything that has not started. */
  #cancelAll(): void {
    for (const task of [...this.#queue, ...this.#heldTasks()]) task.future.cancel();
  }

  /** Tasks that have left the queue and are not done, as far as anybody knows. */
  #heldTasks(): Task[] {
    const held = this.#offers.all();
    for (const { assigned } of this.workers) if (assigned && !assigned.future.done()) held.push(assigned);
    return held;
  }

  /** After the current turn's code: whoever submits has the future in hand before anything is told of it, and many submissions are dispatched at once. */
  #dispatchSoon(): void {
    if (this.#dispatchDue) return;
    this.#dispatchDue = true;
    void endOfTurn.then(this.#dispatchNow);
  }

  #dispatch(): void {
    this.#staff.retireSpent();
    this.#offers.offer(this.#dialog, this.workers);
    const waiting = this.#waiting();
    // Not for what is to be sent: they would find nothing, tell so, and be woken again, more and more of them.
    const unclaimed = this.#unclaimed();
    if (unclaimed > 0) this.#staff.wake(unclaimed);
    if (this.#closed && waiting === 0) this.#staff.retireFree();
    if (waiting > 0 && !this.#broken) this.#staff.start();
    // A pool that is closed waits for its workers to end, and a worker for the end of its call.
    this.workers.hold(waiting > 0 || this.#closed || this.#staff.holds || this.#offers.any);
    this.workers.retireLater();
    this.#room.wake();
    this.#checkEnd();
  }

  #givenBack(worker: PoolWorker, call: number): void {
    const task = this.#offers.takeBack(call);
    if (task) {
      this.#queue.remove(task);
      this.#dialog.assign(worker, task, task.fn.number < worker.knows);
    } else {
      this.workers.release(worker, false);
    }
  }

  /** Sends the first task of the queue to a worker that is free. @returns false if there is none. */
  #send(): boolean {
    for (const worker of this.workers) {
      if (worker.spent || !this.workers.hire(worker)) continue;
      this.#dialog.assign(worker, this.#queue.shift() as Task);
      return true;
    }
    return false;
  }

  /** Tasks that no worker has claimed, as far as it matters. */
  #waiting(): number {
    return this.#queue.size + this.#unclaimed();
  }

  /** Calls in the call queue that no worker has claimed, as far as it matters. */
  #unclaimed(): number {
    return this.#offers.unclaimed(2 * this.options.maxWorkers);
  }

  #ended(worker: PoolWorker, end: ChannelEnd): void {
    if (this.events.hears("workerEnd")) this.events.tell("workerEnd", worker.info, worker.endOf(end));
    this.#deaths.ended(worker, end);
    this.#transport.calls?.forget(worker.place, this.workers.size === 0, (lost) => {
      this.#deaths.lost(worker, end, lost);
      this.#dispatchSoon();
    });
    this.#dispatch();
  }

  /** Everything open fails, each future with an error of its own; all workers end. */
  #break(cause: () => unknown, victim?: Future<unknown>): void {
    if (this.#broken) return;
    this.#broken = { cause };
    const held = this.#heldTasks().map((task) => task.future);
    const futures = new Set([...(victim ? [victim] : []), ...held, ...[...this.#queue].map((task) => task.future)]);
    for (const task of [...this.#queue]) this.#queue.remove(task);
    for (const worker of [...this.workers])
      if (worker.state !== "stopping") this.workers.condemn(worker, this.#brokenError("the pool broke while this task was in it"));
    for (const future of futures) if (!future.done()) future.setException(this.#brokenError("the pool broke while this task was in it"));
    this.#room.wake();
    this.#checkEnd();
  }

  #brokenError(what: string): BrokenExecutor {
    const cause = this.#broken?.cause();
    return new this.#brokenClass(`${this.options.name}: ${what}${cause instanceof Error ? `: ${cause.message}` : ""}`, { cause });
  }

  #checkEnd(): void {
    if (this.#awaitEnd.size === 0 && !this.#closed && !this.#broken) return;
    if (this.workers.size > 0 || this.#queue.size > 0 || this.#offers.any) return;
    if (this.#transport.close) this.#transportClosed ??= this.#transport.close();
    if (this.#transportClosed) void this.#transportClosed.then(() => this.#tellEnd());
    else this.#tellEnd();
  }

  #tellEnd(): void {
    for (const resolve of this.#awaitEnd) resolve();
    this.#awaitEnd.clear();
  }
}
