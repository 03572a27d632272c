import { type ChunkOutcomes, callsOf } from "../chunk.js";
import { TransferError } from "../errors.js";
import { Executor } from "../executor.js";
import { Future } from "../future.js";
import { decodeThrown, type EncodedThrown } from "../transfer/errors.js";
import { splitCloneable, transferError } from "../transfer/uncloneable.js";
import { areOutcomes, decodeOutcomes } from "./chunks.js";
import { callGuarded, type PoolEmitter } from "./events.js";
import type { FunctionTable } from "./functionTable.js";
import type { MessageFromWorker } from "./messages.js";
import type { CheckedPoolOptions } from "./options.js";
import type { PoolWorker } from "./poolWorker.js";
import { type StopOptions, stopAfter } from "./stopping.js";
import type { Task } from "./task.js";
import type { WorkerSet } from "./workerSet.js";

export interface DialogListener {
  /** A worker has started as it should. */
  ready(): void;
  /** A worker may have become free. */
  free(): void;
  initializerFailed(error: EncodedThrown): void;
}

/** What is said to a worker and what it says, from the moment when it is given a task: steps 3 to 5 of the life of a task, told at the head of `scheduler.ts`. */
export class Dialog {
  readonly #options: CheckedPoolOptions;
  readonly #workers: WorkerSet;
  readonly #events: PoolEmitter;
  readonly #stopOptions: StopOptions;
  readonly #functions: FunctionTable;
  readonly #listener: DialogListener;

  constructor(
    options: CheckedPoolOptions,
    workers: WorkerSet,
    events: PoolEmitter,
    stopOptions: StopOptions,
    functions: FunctionTable,
    listener: DialogListener,
  ) {
    this.#functions = functions;
    this.#options = options;
    this.#workers = workers;
    this.#events = events;
    this.#stopOptions = stopOptions;
    this.#listener = listener;
  }

  /** Gives a task to a hired worker; releases it if the call cannot be made. @param loads the worker has begun to load the function. */
  assign(worker: PoolWorker, task: Task, loads = false): void {
    if (worker.loaded.has(task.fn.number)) {
      this.#run(worker, task);
    } else {
      this.#workers.take(worker, task, true);
      if (!loads) worker.channel.send({ type: "load", reference: task.fn.number, to: task.fn.to });
    }
  }

  #run(worker: PoolWorker, task: Task): void {
    const { future, options } = task;
    if (future.done()) {
      this.#workers.release(worker, false);
      return;
    }
    const { call } = worker.channel;
    call?.offer();
    try {
      this.#send(worker, task);
    } catch (refusal) {
      this.#workers.release(worker, false);
      future.setException(
        refusal instanceof TransferError ? refusal : transferError(task.args, "args", refusal, this.#stopOptions.cloneable, options.transfer),
      );
      return;
    }
    this.#workers.take(worker, task, false);
    if (!call) future.hasStarted();
  }

  /** Whether the worker is asked to say that the task has started: a message more, for those who want to know at once. */
  announces(task: Task): boolean {
    return task.options.timeout !== undefined || this.#events.hears("taskStart") || this.#events.hears("workersChange");
  }

  /** @throws what structured clone throws; nothing was sent then. */
  #send(worker: PoolWorker, task: Task): void {
    const { future, fn, args, options } = task;
    const announce = this.announces(task);
    if (fn.arity === 0) {
      const ours = errorOfOurOwn(args);
      if (ours) throw ours;
      worker.channel.send({ type: "run", task: future.id, reference: fn.number, announce, args }, options.transfer);
      return;
    }
    const { arity } = fn;
    const refused = refusedAtOnce(args, arity);
    worker.refused = refused;
    const send = (): void => {
      const sendable = refused.size === 0 ? args : [...args].filter((_, i) => !refused.has(Math.floor(i / arity)));
      worker.channel.send({ type: "runChunk", task: future.id, reference: fn.number, announce, arity, args: sendable });
    };
    try {
      send();
    } catch (refusal) {
      const uncloneable = splitCloneable(callsOf({ arity, args }), this.#stopOptions.cloneable);
      if (uncloneable.length === 0) throw refusal;
      for (const { index, error } of uncloneable) if (!refused.has(index)) refused.set(index, error);
      send();
    }
  }

  take(worker: PoolWorker, message: MessageFromWorker): void {
    // User code can post to the pool's channel too: process.send(null), or something that looks like a message.
    if (typeof message !== "object" || message === null) return;
    if (message.type === "output") {
      const { stream, text, task } = message;
      callGuarded("onOutput", () => this.#options.onOutput?.({ stream, text, worker: worker.name, ...(task === undefined ? {} : { task }) }));
      return;
    }
    if (message.type !== "exiting") worker.uncaught = message.type === "uncaught" ? { error: decodeThrown(message.error) } : undefined;
    if (worker.state === "stopping" && !tellsOfRun(message)) return;
    const task = this.#taskOf(worker, message);
    if (!concerns(worker, task, message)) return;
    switch (message.type) {
      case "ready":
        this.#workers.become(worker, "ready");
        this.#listener.ready();
        if (this.#events.hears("workerReady")) this.#events.tell("workerReady", worker.info);
        this.#listener.free();
        break;
      case "initializerFailed":
        this.#listener.initializerFailed(message.error);
        break;
      case "loading":
        if (message.asks) this.#tellFunction(worker, message.reference);
        if (task) this.#told(worker, task);
        break;
      case "loaded":
        this.#loaded(worker, message.reference);
        break;
      case "loadFailed":
        // A worker in which a module has failed gives way to another, where the module is tried afresh.
        if (message.moduleFailed) worker.spent = true;
        if (task) this.#failTask(worker, task, decodeThrown(message.error));
        this.#listener.free();
        break;
      case "started":
        if (task) this.#started(worker, task);
        break;
      case "revoked":
        this.#workers.release(worker, false);
        this.#listener.free();
        break;
      case "progress":
        if (task && !task.future.done()) task.future.addProgress(message.value);
        break;
      case "result":
        if (task) this.#finish(worker, task, true, message.value);
        break;
      case "chunk":
        if (task) {
          this.#finish(worker, task, true, decodeOutcomes(message, worker.refused));
        }
        break;
      case "error":
        if (task) this.#failTask(worker, task, decodeThrown(message.error));
        break;
      case "unreadable":
        this.failUnreadable(worker, "its arguments", decodeThrown(message.error));
        break;
      case "memory":
        worker.memory = message.memory;
        break;
    }
  }

  /** The outcome of a call that the worker took from the call queue. */
  takeOutcome(worker: PoolWorker, call: number, chunk: boolean, value: unknown): void {
    const task = this.#claimedBy(worker, call);
    if (!task || task.fn.arity > 0 !== chunk) return;
    this.#end(worker, task, true, chunk ? ({ values: value as unknown[] } satisfies ChunkOutcomes) : value);
  }

  #started(worker: PoolWorker, task: Task): void {
    task.future.hasStarted();
    if (task.options.timeout !== undefined && !task.future.done()) stopAfter(task, task.options.timeout, this.#stopOptions);
    this.#told(worker, task);
    if (this.#events.hears("taskStart")) this.#events.tell("taskStart", task.future, worker.info);
  }

  #told(worker: PoolWorker, task: Task): void {
    if (task.call < 0) return;
    worker.told = { call: task.call, task: task.future.id };
    if (this.#events.hears("workersChange")) this.#events.tell("workersChange");
  }

  #tellFunction(worker: PoolWorker, reference: number): void {
    const to = this.#functions.reference(reference);
    if (to) worker.channel.send({ type: "load", reference, to });
  }

  #loaded(worker: PoolWorker, reference: number): void {
    worker.loaded.add(reference);
    const task = worker.assigned;
    if (!worker.loading || task?.fn.number !== reference) return;
    this.#run(worker, task);
    this.#listener.free();
  }

  /** The task that a message is about, if the worker holds it. */
  #taskOf(worker: PoolWorker, message: MessageFromWorker): Task | undefined {
    const task = "call" in message && message.call !== undefined ? this.#claimedBy(worker, message.call) : worker.assigned;
    if (message.type === "loadFailed")
      return task?.fn.number === message.reference && (message.call !== undefined || worker.loading) ? task : undefined;
    return "task" in message && task?.future.id !== message.task ? undefined : task;
  }

  #claimedBy(worker: PoolWorker, call: number): Task | undefined {
    const task = worker.claimed(call);
    return task && this.#stopOptions.calls?.holder(call) === worker.place ? task : undefined;
  }

  /** What comes from a worker is taken in order: the oldest call of which nothing has come is the next that something comes of. */
  #oldestClaimedBy(worker: PoolWorker): Task | undefined {
    for (const call of this.#stopOptions.calls?.heldBy(worker.place) ?? []) {
      const task = worker.claimed(call);
      if (task) return task;
    }
    return undefined;
  }

  #failTask(worker: PoolWorker, task: Task, error: unknown): void {
    this.#finish(worker, task, false, error);
  }

  failUnreadable(worker: PoolWorker, what: string, error: unknown, id?: number): void {
    const task = worker.assigned ?? this.#oldestClaimedBy(worker);
    if (!task || (id !== undefined && task.future.id !== id)) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#failTask(
      worker,
      task,
      new TransferError(`${task.fn.to.name}: ${what} could be sent but not be read where it arrived: ${reason}`, { cause: error }),
    );
  }

  #finish(worker: PoolWorker, task: Task, returned: boolean, content: unknown): void {
    this.#end(worker, task, returned, content);
    this.#listener.free();
  }

  /**
   * Ends a task that the worker held; the worker is free before the future's callbacks run, so that they see the pool as it is.
   * @param content what it returned, or threw.
   */
  #end(worker: PoolWorker, task: Task, returned: boolean, content: unknown): void {
    // Of a worker that is stopping: the time of its task was over, and the answer crossed the kill. It is as good as one that came before.
    if (worker.state !== "stopping") {
      if (task.worker) this.#workers.release(worker, true);
      else this.#workers.hasRun(worker);
    }
    const { expired } = worker;
    task.future.hasStarted();
    if (task.future.done()) return;
    if (expired?.task === task) task.future.setException(expired.reason);
    else if (returned) task.future.setResult(content);
    else task.future.setException(content);
  }
}

/** What a worker has said of a task that it runs counts, also if it crossed its end. */
function tellsOfRun({ type }: MessageFromWorker): boolean {
  return type === "progress" || type === "result" || type === "chunk" || type === "error";
}

/** Whether what is said can be true. @param task that it is about, if it is one that the worker holds. */
function concerns({ state, refused }: PoolWorker, task: Task | undefined, message: MessageFromWorker): boolean {
  switch (message.type) {
    case "ready":
    case "initializerFailed":
      return state === "starting";
    case "revoked":
      return task?.future.done() === true;
    case "result":
      return task?.fn.arity === 0;
    case "chunk":
      return task !== undefined && task.fn.arity > 0 && areOutcomes(message, task.args.length / task.fn.arity - (refused?.size ?? 0));
    case "started":
    case "progress":
    case "error":
      return task !== undefined;
    case "unreadable":
      return message.task === undefined || task !== undefined;
    default:
      return true;
  }
}

/** Structured clone would make empty objects of them, and the task would fail for want of their methods. @returns nothing if there are none. */
function errorOfOurOwn(args: readonly unknown[]): TransferError | undefined {
  for (let i = 0; i < args.length; i += 1) {
    const ours = ourOwn(args[i], i);
    if (ours) return ours;
  }
  return undefined;
}

/** The same for each call of a chunk, by place. */
function refusedAtOnce(args: readonly unknown[], arity: number): Map<number, unknown> {
  const refused = new Map<number, unknown>();
  for (let i = 0; i < args.length; i += 1) {
    const ours = ourOwn(args[i], i % arity);
    const call = Math.floor(i / arity);
    if (ours && !refused.has(call)) refused.set(call, ours);
  }
  return refused;
}

function ourOwn(arg: unknown, i: number): TransferError | undefined {
  if (typeof arg !== "object" || arg === null) return undefined;
  if (arg instanceof Future)
    return new TransferError(`args[${i}] is a Future, which stays with the program that submitted it; await it and send its value`);
  if (arg instanceof Executor)
    return new TransferError(`args[${i}] is a ${arg.constructor.name}, which stays with the program that made it: a task has no way to its own pool`);
  return undefined;
}
