import { performance } from "node:perf_hooks";
import { referenceOf } from "../task.js";
import type { Alarms } from "./alarms.js";
import type { MessageFromWorker } from "./messages.js";
import { depthOfWorkers } from "./nesting.js";
import type { CheckedPoolOptions } from "./options.js";
import { PoolWorker, type PoolWorkerState } from "./poolWorker.js";
import type { Task } from "./task.js";
import type { ChannelEnd, Transport } from "./transport.js";

/** ms that an idle worker may take to end by itself when it is told to. */
const exitGrace = 1000;

export interface WorkerSetListener {
  message(worker: PoolWorker, message: MessageFromWorker): void;
  /** A message of the worker came that cannot be read. @param task that it was about, if that is known. */
  unreadable(worker: PoolWorker, error: unknown, task?: number): void;
  /** The worker is gone, and no longer in the set. */
  ended(worker: PoolWorker, end: ChannelEnd): void;
  /** A worker was started. */
  started(worker: PoolWorker): void;
  /** A worker came, went, or changed its state. */
  changed(): void;
}

/** The living workers of a pool, in order of their start: their states change here and nowhere else. */
export class WorkerSet implements Iterable<PoolWorker> {
  readonly #workers = new Set<PoolWorker>();
  readonly #options: CheckedPoolOptions;
  readonly #transport: Transport;
  readonly #alarms: Alarms;
  readonly #listener: WorkerSetListener;
  #started = 0;

  constructor(options: CheckedPoolOptions, transport: Transport, alarms: Alarms, listener: WorkerSetListener) {
    this.#options = options;
    this.#transport = transport;
    this.#alarms = alarms;
    this.#listener = listener;
  }

  /** With those that are being ended. */
  get size(): number {
    return this.#workers.size;
  }

  [Symbol.iterator](): IterableIterator<PoolWorker> {
    return this.#workers.values();
  }

  count(...states: PoolWorkerState[]): number {
    let count = 0;
    for (const worker of this.#workers) if (states.includes(worker.state)) count += 1;
    return count;
  }

  /** The worker that loads the function of a task, or runs it. */
  holderOf(task: Task): PoolWorker | undefined {
    return [...this.#workers].find((worker) => worker.task === task && (worker.state === "loading" || worker.state === "running"));
  }

  /** @throws whatever the runtime throws when it cannot start one. */
  start(): void {
    const { initializer, initargs, name, onOutput } = this.#options;
    const worker = new PoolWorker(`${name}-${this.#started++}`);
    const setup = {
      worker: worker.name,
      captureOutput: onOutput !== undefined,
      depth: depthOfWorkers(),
      ...(initializer ? { initializer: referenceOf(initializer) } : {}),
    };
    const channel = this.#transport.start(setup, {
      message: (message) => this.#listener.message(worker, message),
      unreadable: (error, task) => this.#listener.unreadable(worker, error, task),
      end: (end) => {
        worker.calledOff?.();
        if (this.#workers.delete(worker)) this.#listener.changed();
        this.#listener.ended(worker, end);
      },
    });
    worker.channel = channel;
    this.#workers.add(worker);
    channel.hold(true);
    this.#listener.started(worker);
    this.#listener.changed();
    try {
      if (initializer) channel.send({ type: "initialize", args: initargs });
    } catch (error) {
      this.condemn(worker, error);
      throw error;
    }
  }

  /** Gives the worker a state; only an idle one lets the program end. */
  become(worker: PoolWorker, state: PoolWorkerState): void {
    worker.state = state;
    worker.channel.hold(state !== "idle");
    worker.calledOff?.();
    worker.calledOff = state === "idle" ? this.#alarms.set(this.#options.idleTimeout, () => this.retire(worker)) : undefined;
    this.#listener.changed();
  }

  /** The worker is given a task: to load its function, or to run it. */
  take(worker: PoolWorker, task: Task, state: "loading" | "running"): void {
    if (worker.task !== task) worker.busySince = performance.now();
    worker.task = task;
    this.become(worker, state);
  }

  /** The worker holds no task any more; `ran`: it has run it. One that has run enough of them ends. */
  release(worker: PoolWorker, ran: boolean): void {
    if (worker.busySince !== undefined) worker.busyTime += performance.now() - worker.busySince;
    worker.busySince = worker.task = worker.refused = worker.expired = undefined;
    if (ran) worker.tasks += 1;
    if (worker.tasks >= this.#options.maxTasksPerWorker) this.retire(worker);
    else this.become(worker, "idle");
  }

  /** Tells a worker that runs nothing to end. */
  retire(worker: PoolWorker): void {
    worker.task = undefined;
    this.become(worker, "stopping");
    worker.channel.send({ type: "exit" });
    this.#alarms.set(exitGrace, () => {
      if (this.#workers.has(worker)) worker.channel.kill();
    });
  }

  /**
   * Ends a worker at once; `reason` is what the future of its task gets when it is gone.
   * @param grace ms that a process has to end by itself after SIGTERM; absent: none, SIGKILL.
   */
  condemn(worker: PoolWorker, reason: unknown, grace?: number): void {
    worker.condemnation = { reason };
    this.become(worker, "stopping");
    worker.channel.kill(grace !== undefined);
    if (grace !== undefined)
      this.#alarms.set(grace, () => {
        if (this.#workers.has(worker)) worker.channel.kill();
      });
  }
}
