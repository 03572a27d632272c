/**
 * An executor whose workers are on other machines.
 *
 *   submit ─► waiting ─► in the queue (at most `window`) ─► a worker takes it ─► RUNNING ─► result
 *                │                │                             │                            ├ told by the worker at once
 *                └ cancel: dropped └ cancel: removed, or         └ stop: aborted there        └ found by asking the queue, when nothing is heard
 *                                    stopped if just taken
 */
import { randomUUID } from "node:crypto";
import type { EventEmitter } from "node:events";
import { inspect } from "node:util";
import { monotonicNow } from "../../futures/clock.js";
import {
  type AnyFunction,
  type Chunk,
  type ChunkOutcomes,
  Executor,
  type Future,
  functionReference,
  type PoolEvents,
  registerErrorClass,
  type ScheduleOptions,
  ShutdownError,
  type ShutdownOptions,
  serializeValue,
  type TaskProgress,
  type TaskResult,
  TimeoutError,
  type WorkerInfo,
} from "../../futures/index.js";
import { PoolEmitter } from "../../futures/pool/events.js";
import { checkCall } from "../../futures/pool/task.js";
import { BullmqEngine, largestPriority } from "../engine/bullmqEngine.js";
import { type Server, serverOf } from "../engine/connection.js";
import type { Engine } from "../engine/engine.js";
import { contextOf } from "../engine/names.js";
import { BrokenCluster, TaskLostError } from "../errors.js";
import type { MessageContent, ReportContent } from "../messages.js";
import { sealOf } from "../security/identity.js";
import type { Seal } from "../security/seal.js";
import { type CheckedClusterOptions, type ClusterOptions, checkClusterOptions } from "./clusterOptions.js";
import { ClusterFuture, type ClusterTask } from "./clusterTask.js";
import { Inbox } from "./inbox.js";
import { Jobs } from "./jobs.js";
import { Presence } from "./presence.js";
import { Reconciler } from "./reconciler.js";
import { RemoteWorkers } from "./remoteWorkers.js";
import { WaitingTasks } from "./waitingTasks.js";

/** Jobs that go to the queue as one. */
const batch = 500;
/** Chunks of a map for each slot of all workers together. */
const chunksPerSlot = 4;

/** A worker of the cluster, as it has told last. */
export type RemoteWorker = Omit<ReportContent, "pairKey">;

/** Counts of an executor at one moment. */
export interface ClusterStats {
  /** Not sent to the queue yet. */
  readonly waiting: number;
  /** In the queue, or with a worker. */
  readonly sent: number;
  /** Of those, the ones of which a worker has told that it runs them. */
  readonly running: number;
}

/** Runs functions on the workers of a queue, on this machine and others. */
export class ClusterExecutor extends Executor {
  readonly #options: CheckedClusterOptions;
  readonly #server: Server;
  readonly #seal: Seal;
  readonly #context: ReturnType<typeof contextOf>;
  readonly #submitter = randomUUID();
  readonly #remoteWorkers: RemoteWorkers;
  readonly #events: PoolEmitter;
  readonly #waiting = new WaitingTasks();
  readonly #sent = new Map<string, ClusterTask>();
  readonly #reconciler: Reconciler;
  readonly #inbox: Inbox;
  readonly #presence: Presence;
  #opening: Promise<Engine> | undefined;
  #engine: Engine | undefined;
  #jobs: Jobs | undefined;
  #isPumping = false;
  #closed = false;
  #broken: Error | undefined;
  #ends: (() => void)[] = [];
  #count = 0;
  /** Questions that are open; like tasks, they hold the program. */
  #asking = 0;

  /**
   * Connects at the first submission.
   * @throws ClusterConfigError if the connection or the keys will not do; TypeError or RangeError for an option of the wrong type, or out of range.
   */
  constructor(options: ClusterOptions) {
    super();
    registerErrorClass(TaskLostError); // workers tell of it
    this.#options = checkClusterOptions(options);
    this.#server = serverOf(options);
    this.#seal = sealOf(options, this.#server);
    this.#context = contextOf(this.#options.queue);
    const [seal, context, submitter] = [this.#seal, this.#context, this.#submitter];
    this.#remoteWorkers = new RemoteWorkers({ seal, context, submitter, engine: () => this.#engine });
    this.#events = new PoolEmitter(this.#options.name);
    this.#reconciler = new Reconciler({
      tasks: () => this.#sent.values(),
      stateOf: (id) => this.#engineNow().stateOf(id),
      found: (task, state) => this.#inbox.found(task, state, !this.#isPumping),
    });
    this.#inbox = new Inbox({
      context: this.#context,
      submitter: this.#submitter,
      open: (about, frame) => this.#remoteWorkers.open(about, frame),
      task: (id) => this.#sent.get(id),
      engine: () => this.#engineNow(),
      started: (task, worker) => this.#started(task, worker),
      asked: (id) => this.#remoteWorkers.vouch(id, this.#sent.get(id)),
      printed: (task, output) => this.#print(task, output),
      refused: (error) => this.#warn(error),
    });
    const { connectTimeout } = this.#options;
    this.#presence = new Presence({
      beat: (ms) => this.#remoteWorkers.beat(ms),
      patience: connectTimeout,
      lost: () =>
        this.#break(new BrokenCluster(`${this.#server.place} has not been reachable for ${connectTimeout} ms; tasks that were taken may have run`)),
    });
  }

  /** Tells what happens to its tasks: `taskSubmit`, `taskStart` and `taskDone` as those of a pool. */
  get events(): EventEmitter<PoolEvents> {
    return this.#events.show();
  }

  get name(): string {
    return this.#options.name;
  }

  /** True when the server was not to be reached for too long: it takes no more work, and every open future has failed with BrokenCluster. */
  get broken(): boolean {
    return this.#broken !== undefined;
  }

  /** What it has to do, at this moment. */
  stats(): ClusterStats {
    let running = 0;
    for (const { future } of this.#sent.values()) if (future.running()) running += 1;
    return { waiting: this.#waiting.size, sent: this.#sent.size, running };
  }

  /** The workers of the queue that have told of themselves in the last seconds, and are trusted. @throws BrokenCluster if the server is not to be reached; the promise rejects with it. */
  async workers(): Promise<RemoteWorker[]> {
    const reports = await this.#ask((engine) => this.#remoteWorkers.look(engine));
    return reports.map(({ pairKey: _, ...worker }) => worker);
  }

  /**
   * Schedules `fn(...args)` on a worker of the queue and returns at once. CPython `Executor.submit`.
   * @param fn as for a pool; a reference to a module is sent with all that the module imports.
   * @param args are copied by structured clone, now; what cannot be fails this future with TransferError.
   * @throws TypeError if `fn` is no function, or one without a source text; ShutdownError after `shutdown`; BrokenCluster.
   */
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<TaskResult<R>, TaskProgress<R>> {
    return this.#add(fn, args, 0, {}) as Future<unknown> as Future<TaskResult<R>, TaskProgress<R>>;
  }

  /**
   * `submit` with options; those of a pool. `priority` is an integer below a million here, `transfer` copies.
   * @throws what `submit` throws; TypeError or RangeError for an option.
   */
  schedule<A extends unknown[], R>(fn: (...args: A) => R, args: A, options: ScheduleOptions = {}): Future<TaskResult<R>, TaskProgress<R>> {
    checkCall(args, options);
    return this.#add(fn, args, 0, options) as Future<unknown> as Future<TaskResult<R>, TaskProgress<R>>;
  }

  /**
   * Takes no more work. CPython `Executor.shutdown`.
   * @returns a promise that resolves when all work is done and the connection is closed; at once with `wait: false`. It rejects with TimeoutError when
   * `timeout` ms have passed, and the work goes on.
   */
  override async shutdown({ wait = true, cancelFutures = false, timeout }: ShutdownOptions = {}): Promise<void> {
    this.#closed = true;
    if (cancelFutures) for (const { future } of [...this.#waiting, ...this.#sent.values()]) future.cancel();
    const end = this.#end();
    if (!wait) return;
    if (timeout === undefined) return end;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const { waiting, sent, running } = this.stats();
        reject(
          new TimeoutError(
            `${this.name} has not ended after ${timeout} ms: ${running} running, ${waiting + sent - running} queued; the work goes on`,
          ),
        );
      }, timeout);
    });
    try {
      await Promise.race([end, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  protected override checkOpen(): void {
    if (this.#broken) throw new BrokenCluster(this.#broken.message, { cause: this.#broken });
    if (this.#closed) throw new ShutdownError(`${this.name} takes no more work: it was shut down`);
  }

  protected override submitChunk(fn: AnyFunction, { arity, args }: Chunk, signal?: AbortSignal): Future<ChunkOutcomes> {
    return this.#add(fn, args, arity, signal ? { signal } : {}) as Future<unknown> as Future<ChunkOutcomes>;
  }

  protected override autoChunks(calls: number | undefined): (chunk: number) => number {
    if (calls !== undefined) return () => Math.max(1, Math.ceil(calls / (this.#remoteWorkers.slots * chunksPerSlot)));
    return (chunk) => Math.min(2 ** Math.floor(chunk / (this.#remoteWorkers.slots * chunksPerSlot)), 512);
  }

  #add(fn: unknown, args: readonly unknown[], arity: number, { timeout, signal, priority = 0 }: ScheduleOptions): Future<unknown> {
    const reference = functionReference(fn);
    if (!Number.isInteger(priority) || Math.abs(priority) > largestPriority)
      throw new RangeError(`priority must be an integer from -${largestPriority} to ${largestPriority} on a cluster, got ${inspect(priority)}`);
    this.checkOpen();
    const future = new ClusterFuture<unknown>({ revoke: (task) => this.#revoke(task), settled: (task) => this.#settled(task) });
    this.#count += 1;
    const task: ClusterTask = {
      id: `${this.#submitter}-${this.#count}`,
      future,
      fn: reference,
      arity,
      args: undefined,
      timeout,
      priority,
      state: "waiting",
      heardOf: 0,
      stopped: undefined,
      digest: undefined,
      unlisten: undefined,
    };
    future.belongTo(task);
    if (this.#events.hears("taskSubmit"))
      this.#events.tell("taskSubmit", future, reference.name, (reason) => this.#stop(task, reason), args, arity === 0 ? 1 : args.length / arity);
    if (signal?.aborted) {
      future.cancel();
      return future;
    }
    try {
      task.args = serializeValue(args, "args");
    } catch (error) {
      future.setException(error);
      return future;
    }
    if (signal) {
      const onAbort = (): void => this.#stop(task, signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      task.unlisten = () => signal.removeEventListener("abort", onAbort);
    }
    this.#waiting.add(task);
    this.#changed();
    // After the turn of whoever submits: many submissions go as one.
    setImmediate(() => void this.#pump());
    return future;
  }

  /** Sends what there is room for, one batch after another. */
  async #pump(): Promise<void> {
    if (this.#isPumping || this.#broken) return;
    this.#isPumping = true;
    try {
      const engine = await this.#open();
      for (;;) {
        const room = this.#options.window - this.#sent.size;
        if (room <= 0 || this.#waiting.size === 0 || this.#broken) break;
        const tasks = this.#waiting.take(Math.min(room, batch));
        for (const task of tasks) {
          task.state = "sent";
          task.heardOf = monotonicNow();
          this.#sent.set(task.id, task);
        }
        this.#changed();
        // Over the same connection, so it is there before them: a worker may ask at once whether this program is.
        this.#presence.beforeSending();
        const jobs = await Promise.all(tasks.map((task) => this.#jobs?.of(task)));
        await engine.add(jobs.filter((job) => job !== undefined));
      }
    } catch (error) {
      // Without a cause: what the client throws holds the command, which may hold the password.
      const text = error instanceof Error ? error.message : String(error);
      this.#break(error instanceof BrokenCluster ? error : new BrokenCluster(`${this.#server.place}: ${text}`));
    } finally {
      this.#isPumping = false;
    }
  }

  async #ask<T>(question: (engine: Engine) => Promise<T>): Promise<T> {
    this.#asking += 1;
    try {
      const engine = await this.#open();
      this.#changed();
      return await question(engine);
    } finally {
      this.#asking -= 1;
      this.#changed();
    }
  }

  #open(): Promise<Engine> {
    if (this.#broken) return Promise.reject(new BrokenCluster(this.#broken.message, { cause: this.#broken }));
    this.#opening ??= this.#connect();
    return this.#opening;
  }

  async #connect(): Promise<Engine> {
    const { queue, resultTtl, connectTimeout } = this.#options;
    const engine = await BullmqEngine.open({
      server: this.#server,
      queue,
      submitter: this.#submitter,
      resultTtl,
      connectTimeout,
      events: {
        message: (frame) => this.#inbox.message(frame),
        result: (id, frame) => void this.#inbox.result(id, frame),
        connected: (isConnected) => this.#connected(isConnected),
      },
    });
    this.#engine = engine;
    this.#jobs = new Jobs({
      engine,
      seal: this.#seal,
      peers: this.#remoteWorkers.peers,
      context: this.#context,
      submitter: this.#submitter,
      options: this.#options,
    });
    this.#changed();
    return engine;
  }

  #engineNow(): Engine {
    if (!this.#engine) throw new BrokenCluster(`${this.#server.place} is not connected`);
    return this.#engine;
  }

  #started(task: ClusterTask, worker: string): void {
    if (task.future.running()) return;
    task.future.hasStarted();
    if (this.#events.hears("taskStart"))
      this.#events.tell("taskStart", task.future, { name: worker, state: "busy", task: task.future.id } as unknown as WorkerInfo);
  }

  #print(task: ClusterTask, { stream, text, worker }: MessageContent & { readonly type: "output" }): void {
    const { onOutput } = this.#options;
    if (onOutput) onOutput({ stream, text, worker, task: task.future.id });
    else process[stream].write(text);
  }

  #stop(task: ClusterTask, reason: unknown): void {
    if (task.future.done() || task.stopped) return;
    if (!task.future.running()) {
      task.future.cancel();
      return;
    }
    task.stopped = { reason };
    this.#remoteWorkers.stop(task.id, reason);
  }

  /** It is not to be started; if it was, a moment ago, it is stopped. */
  #revoke(task: ClusterTask): void {
    if (task.state === "waiting") this.#waiting.delete(task);
    else {
      void this.#engine?.remove(task.id).catch(() => {});
      this.#remoteWorkers.stop(task.id, new Error("the task was cancelled"));
    }
  }

  #settled(task: ClusterTask): void {
    task.unlisten?.();
    this.#waiting.delete(task);
    this.#sent.delete(task.id);
    if (this.#events.hears("taskDone")) this.#events.tell("taskDone", task.future);
    this.#changed();
    if (this.#waiting.size > 0) void this.#pump();
  }

  /** There is work, or there is none any more. */
  #changed(): void {
    const isBusy = this.#isBusy;
    this.#engine?.hold(isBusy || this.#asking > 0);
    this.#reconciler.run(this.#sent.size > 0);
    this.#presence.run(isBusy && this.#engine !== undefined);
    if (!isBusy && (this.#closed || this.#broken)) for (const end of this.#ends.splice(0)) end();
  }

  get #isBusy(): boolean {
    return this.#waiting.size + this.#sent.size > 0;
  }

  async #end(): Promise<void> {
    if (this.#isBusy) await new Promise<void>((resolve) => this.#ends.push(resolve));
    this.#presence.end();
    const engine = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    engine?.hold(true);
    await engine?.close();
  }

  #connected(isConnected: boolean): void {
    if (isConnected) for (const task of this.#sent.values()) task.heardOf = 0; // what was told meanwhile was not heard
    this.#presence.connected(isConnected, this.#isBusy);
  }

  #break(error: BrokenCluster): void {
    if (this.#broken) return;
    this.#broken = error;
    for (const { future } of [...this.#waiting, ...this.#sent.values()]) {
      if (!future.done()) future.setException(new BrokenCluster(error.message, { cause: error.cause }));
    }
    void this.#end();
  }

  /** Somebody else writes to the queue, or a key is missing here: worth telling, and no task's fault. */
  #warn(error: unknown): void {
    process.emitWarning(`${this.name} did not read a message: ${error instanceof Error ? error.message : String(error)}`, { type: "ClusterWarning" });
  }
}
