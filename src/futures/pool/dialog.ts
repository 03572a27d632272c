import { TransferError } from "../errors.js";
import { Executor } from "../executor.js";
import { Future, type Outcome } from "../future.js";
import { decodeThrown, type EncodedThrown } from "../transfer/errors.js";
import { splitCloneable, transferError } from "../transfer/uncloneable.js";
import { areOutcomes, decodeOutcomes } from "./chunks.js";
import { callGuarded, type PoolEmitter } from "./events.js";
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
  readonly #listener: DialogListener;

  constructor(options: CheckedPoolOptions, workers: WorkerSet, events: PoolEmitter, stopOptions: StopOptions, listener: DialogListener) {
    this.#options = options;
    this.#workers = workers;
    this.#events = events;
    this.#stopOptions = stopOptions;
    this.#listener = listener;
  }

  /** Leaves the worker idle if the call cannot be made; whoever calls this dispatches afterwards. */
  assign(worker: PoolWorker, task: Task): void {
    if (worker.loaded.has(task.reference)) {
      this.#run(worker, task);
    } else {
      this.#workers.take(worker, task, "loading");
      worker.channel.send({ type: "load", reference: task.reference, to: task.to });
    }
  }

  /** Leaves the worker idle if the call cannot be made; whoever calls this dispatches afterwards. */
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
    this.#workers.take(worker, task, "running");
    future.wasSent(call);
  }

  /** Whether the worker is asked to say that the task has started: a message more, for those who want to know at once. */
  #announces(task: Task): boolean {
    return task.options.timeout !== undefined || this.#events.hears("taskStart");
  }

  /** @throws what structured clone throws; nothing was sent then. */
  #send(worker: PoolWorker, task: Task): void {
    const { future, reference, args, options } = task;
    const message = { task: future.id, reference, announce: this.#announces(task) };
    if (!task.chunk) {
      const ours = errorOfOurOwn(args);
      if (ours) throw ours;
      worker.channel.send({ type: "run", ...message, args }, options.transfer);
      return;
    }
    const calls = args as readonly unknown[][];
    const refused = new Map<number, unknown>();
    for (const [index, call] of calls.entries()) {
      const ours = errorOfOurOwn(call);
      if (ours) refused.set(index, ours);
    }
    worker.refused = refused;
    const sendable = (): unknown[][] => (refused.size === 0 ? [...calls] : calls.filter((_, index) => !refused.has(index)));
    try {
      worker.channel.send({ type: "runChunk", ...message, calls: sendable() });
    } catch (refusal) {
      const uncloneable = splitCloneable(calls, this.#stopOptions.cloneable);
      if (uncloneable.length === 0) throw refusal;
      for (const { index, error } of uncloneable) if (!refused.has(index)) refused.set(index, error);
      worker.channel.send({ type: "runChunk", ...message, calls: sendable() });
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
    const answers = message.type === "result" || message.type === "chunk" || message.type === "error";
    if (worker.state === "stopping" && !answers) return;
    if (!concerns(worker, message)) return;
    switch (message.type) {
      case "ready":
        this.#workers.become(worker, "idle");
        this.#listener.ready();
        if (this.#events.hears("workerReady")) this.#events.tell("workerReady", worker.info);
        this.#listener.free();
        break;
      case "initializerFailed":
        this.#listener.initializerFailed(message.error);
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
        this.#workers.release(worker, false);
        this.#listener.free();
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
        this.failUnreadable(worker, "its arguments", decodeThrown(message.error));
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
    if (this.#events.hears("taskStart")) this.#events.tell("taskStart", task.future, worker.info);
  }

  #loaded(worker: PoolWorker, reference: number): void {
    worker.loaded.add(reference);
    const task = worker.task;
    if (worker.state !== "loading" || task?.reference !== reference) return;
    this.#run(worker, task);
    this.#listener.free();
  }

  #failTask(worker: PoolWorker, error: unknown, then: "release" | "retire" = "release"): void {
    this.#finish(worker, (future) => future.setException(error), then);
  }

  failUnreadable(worker: PoolWorker, what: string, error: unknown, task?: number): void {
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
    if (then === "retire") this.#workers.retire(worker);
    else this.#workers.release(worker, true);
    settle();
    this.#listener.free();
  }
}

/** Whether what is said of a task is said of the one that the worker holds, and what is said of the worker can be true. */
function concerns({ state, task, refused }: PoolWorker, message: MessageFromWorker): boolean {
  switch (message.type) {
    case "ready":
    case "initializerFailed":
      return state === "starting";
    case "revoked":
      return task !== undefined && task.future.id === message.task && task.future.done();
    case "result":
      return task !== undefined && task.future.id === message.task && !task.chunk;
    case "chunk":
      return (
        task !== undefined && task.future.id === message.task && task.chunk && areOutcomes(message.outcomes, task.args.length - (refused?.size ?? 0))
      );
    case "started":
    case "progress":
    case "error":
      return task !== undefined && task.future.id === message.task;
    case "unreadable":
      return message.task === undefined || task?.future.id === message.task;
    default:
      return true;
  }
}

/** Structured clone would make empty objects of them, and the task would fail for want of their methods. @returns nothing if there are none. */
function errorOfOurOwn(args: readonly unknown[]): TransferError | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg instanceof Future)
      return new TransferError(`args[${i}] is a Future, which stays with the program that submitted it; await it and send its value`);
    if (arg instanceof Executor)
      return new TransferError(
        `args[${i}] is a ${arg.constructor.name}, which stays with the program that made it: a task has no way to its own pool`,
      );
  }
  return undefined;
}
