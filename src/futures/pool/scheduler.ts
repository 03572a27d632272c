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
import { Dialog } from "./dialog.js";
import { PoolEmitter } from "./events.js";
import { FunctionTable, type PoolFunction } from "./functionTable.js";
import { checkDepth } from "./nesting.js";
import type { CheckedPoolOptions } from "./options.js";
import type { PoolWorker } from "./poolWorker.js";
import { Room } from "./room.js";
import { statsOf, Totals } from "./stats.js";
import { type StopOptions, stopOnAbort } from "./stopping.js";
import { exemplarOf, noCall, type ScheduleOptions, Task, TaskFuture, type TaskOwner } from "./task.js";
import { TaskQueue } from "./taskQueue.js";
import type { CallQueue, ChannelEnd, Transport } from "./transport.js";
import { WorkerSet, type WorkerSetListener } from "./workerSet.js";

/** Starts that may fail one after another, with `onWorkerDeath: "replace"`, before the pool gives up. */
const startAttempts = 3;

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
  /** Tasks in the call queue, and those that workers have taken from there, by their numbers. */
  readonly #sent: (Task | undefined)[] = [];
  readonly #isSent = (call: number): boolean => this.#sent[call] !== undefined;
  /** No task in the call queue has a lower priority. */
  #lowestOffered = Number.POSITIVE_INFINITY;
  readonly #retried = new WeakSet<Task>();
  readonly #totals = new Totals();
  readonly #room: Room;
  readonly #exemplars: unknown[] = [];
  #failedStarts = 0;
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
      // Those who wait for an outcome may go on first, but only if workers do not have to wait for it.
      drained: () => (this.#queue.size > 0 ? this.#dispatch() : this.#dispatchSoon()),
      changed: () => this.events.hears("workersChange") && this.events.tell("workersChange"),
    };
    transport.calls?.whenLost((lost) => {
      for (const call of [...lost].reverse()) this.#takeBack(call);
      this.#dispatch();
    });
    this.workers = new WorkerSet(options, transport, this.#alarms, listener, (call) => this.#sent[call]);
    this.#room = new Room(options, {
      queued: () => this.stats().queued,
      busy: () => this.stats().running,
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
      ready: () => (this.#failedStarts = 0),
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
    if (task.call >= 0) this.#takeOut(task);
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
    const held = this.#sent.filter((task) => task !== undefined);
    for (const { assigned } of this.workers) if (assigned && !assigned.future.done()) held.push(assigned);
    return held;
  }

  /** A task is no longer in the call queue, nor does the worker that has taken it from there hold it any more. */
  #takeOut(task: Task): void {
    this.#sent[task.call] = undefined;
    this.#transport.calls?.done(task.call);
    task.call = noCall;
    if (this.#queue.size > 0) this.#dispatchSoon(); // there is room for another
  }

  /** After the current turn's code: whoever submits has the future in hand before anything is told of it, and many submissions are dispatched at once. */
  #dispatchSoon(): void {
    if (this.#dispatchDue) return;
    this.#dispatchDue = true;
    void endOfTurn.then(this.#dispatchNow);
  }

  #dispatch(): void {
    for (const worker of this.workers) if (worker.spent && this.workers.hire(worker)) this.workers.retire(worker);
    const { calls } = this.#transport;
    if (calls) this.#offer(calls);
    else while (this.#queue.first && this.#send());
    const waiting = this.#waiting();
    if (calls && waiting > 0) this.#wake(waiting);
    if (this.#closed && waiting === 0) this.#retireFree();
    this.#startWorkers(waiting);
    // A pool that is closed waits for its workers to end, and a worker for the end of its call.
    this.workers.hold(waiting > 0 || this.#closed || this.#isHeld());
    this.workers.retireLater();
    this.#room.wake();
    this.#checkEnd();
  }

  #givenBack(worker: PoolWorker, call: number): void {
    const task = this.#takeBack(call);
    if (task) {
      this.#queue.remove(task);
      this.#dialog.assign(worker, task);
    } else {
      this.workers.release(worker, false);
    }
  }

  /** Puts tasks where workers take them, in the order of the queue. */
  #offer(calls: CallQueue): void {
    for (let task = this.#queue.first; task; task = this.#queue.first) {
      const priority = task.options.priority ?? 0;
      if (priority > this.#lowestOffered) this.#recall(calls, priority);
      if (calls.wakesSlowly && calls.unclaimed(1) === 0 && this.#send()) continue;
      const offer = calls.offer(task, this.#dialog.announces(task), this.#isSent);
      if (offer === "full") break;
      if (offer === "unfit") {
        // It must not start before those that are offered already.
        if (calls.unclaimed(1) > 0 || !this.#send()) {
          for (const worker of this.workers) worker.channel.tellRest?.();
          break;
        }
      } else {
        this.#queue.remove(task);
        task.call = offer;
        this.#sent[offer] = task;
        this.#lowestOffered = Math.min(this.#lowestOffered, priority);
      }
    }
    calls.publish();
  }

  /** Takes back what is offered and has a lower priority. */
  #recall(calls: CallQueue, priority: number): void {
    this.#lowestOffered = Number.POSITIVE_INFINITY;
    const recalled = calls.recall((call) => {
      const own = this.#sent[call]?.options.priority ?? 0;
      if (own >= priority) this.#lowestOffered = Math.min(this.#lowestOffered, own);
      return own < priority;
    });
    for (const call of recalled.reverse()) this.#takeBack(call);
  }

  /** Puts a call that was offered before all others of its priority. @returns its task, if it is still to be done. */
  #takeBack(call: number): Task | undefined {
    const task = this.#sent[call];
    this.#sent[call] = undefined;
    this.#transport.calls?.release(call);
    if (!task || task.future.done()) return undefined;
    task.worker = undefined;
    this.#queue.unshift(task);
    return task;
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
    return this.#queue.size + (this.#transport.calls?.unclaimed(2 * this.options.maxWorkers) ?? 0);
  }

  /** Wakes workers until as many look as there are calls: one too many costs those that work their processor. */
  #wake(calls: number): void {
    let left = calls;
    for (const { state, channel } of this.workers) if (state === "ready" && channel.looks) left -= 1;
    if (left <= 0) return;
    left = Math.min(left, this.#waiting()); // one that looked may have found its call meanwhile
    for (const worker of this.workers) if (left > 0 && !worker.spent && worker.state === "ready" && worker.channel.wake?.()) left -= 1;
  }

  #retireFree(): void {
    for (const worker of this.workers) if (this.workers.hire(worker)) this.workers.retire(worker);
  }

  #startWorkers(waiting: number): void {
    const room = this.options.maxWorkers - this.workers.count("starting", "ready");
    if (room <= 0 || waiting === 0) return;
    let free = this.workers.count("starting");
    for (const worker of this.workers) if (worker.free && !worker.spent) free += 1;
    for (let n = Math.min(waiting - free, room); n > 0 && !this.#broken; n -= 1) if (!this.#startWorker()) break;
  }

  /** Whether a worker holds a task. */
  #isHeld(): boolean {
    for (const worker of this.workers) if (worker.assigned) return true;
    return this.#sent.some((task) => task !== undefined);
  }

  /** One that cannot be started breaks the pool unless others are there to do the work. */
  #startWorker(): boolean {
    try {
      this.workers.start();
      return true;
    } catch (error) {
      if (this.workers.count("starting", "ready") === 0) this.#break(() => error);
      return false;
    }
  }

  #ended(worker: PoolWorker, end: ChannelEnd): void {
    const held = this.#heldBy(worker);
    if (this.events.hears("workerEnd")) this.events.tell("workerEnd", worker.info, worker.endOf(end));
    if (worker.condemnation) for (const { future } of held) future.setException(worker.condemnation.reason);
    else if (worker.state !== "stopping") this.#died(worker, end, held);
    this.#transport.calls?.forget(worker.place);
    this.#dispatch();
  }

  #heldBy({ place, assigned }: PoolWorker): Task[] {
    const claimed = (this.#transport.calls?.heldBy(place) ?? []).map((call) => this.#sent[call]).filter((task) => task !== undefined);
    return assigned && !assigned.future.done() ? [...claimed, assigned] : claimed;
  }

  /** @param held the tasks that it held: one at most, unless it was about to be sent another. */
  #died(worker: PoolWorker, end: ChannelEnd, held: readonly Task[]): void {
    // A terminal's signal reaches a process that has not come so far as to ignore it; it has done nothing yet, so another takes its place.
    if (worker.state === "starting" && (end.signal === "SIGINT" || end.signal === "SIGHUP")) return;
    if (worker.state === "starting") this.#failedStarts += 1;
    if (this.options.onWorkerDeath === "break" || this.#failedStarts >= startAttempts) {
      const [victim] = held;
      this.#break(() => worker.diedError(end, victim), victim?.future);
      return;
    }
    for (const task of [...held].reverse()) if (!this.#retry(task)) task.future.setException(worker.diedError(end, task));
  }

  /** A task that has not started has done nothing to the worker, as a rule: it gets another one, once. */
  #retry(task: Task): boolean {
    if (this.#retried.has(task) || task.future.state !== "PENDING") return false;
    this.#retried.add(task);
    if (task.call >= 0) return this.#takeBack(task.call) !== undefined;
    task.worker = undefined;
    this.#queue.unshift(task);
    return true;
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
