import { referenceOf } from "../task.js";
import type { MessageFromWorker } from "./messages.js";
import type { CheckedPoolOptions } from "./options.js";
import { PoolWorker, type PoolWorkerState } from "./poolWorker.js";
import type { Task } from "./task.js";
import type { ChannelEnd, Transport } from "./transport.js";

/** ms that an idle worker may take to end by itself when it is told to. */
const exitGrace = 1000;

export interface WorkerSetListener {
  message(worker: PoolWorker, message: MessageFromWorker): void;
  /** A message of the worker came that cannot be read. */
  unreadable(worker: PoolWorker, error: unknown): void;
  /** The worker is gone, and no longer in the set. */
  ended(worker: PoolWorker, end: ChannelEnd): void;
  /** A worker came, went, or changed its state. */
  changed(): void;
}

/** The living workers of a pool, in order of their start: their states change here and nowhere else. */
export class WorkerSet implements Iterable<PoolWorker> {
  readonly #workers = new Set<PoolWorker>();
  readonly #options: CheckedPoolOptions;
  readonly #transport: Transport;
  readonly #listener: WorkerSetListener;
  #started = 0;

  constructor(options: CheckedPoolOptions, transport: Transport, listener: WorkerSetListener) {
    this.#options = options;
    this.#transport = transport;
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
    const setup = { worker: worker.name, captureOutput: onOutput !== undefined, ...(initializer ? { initializer: referenceOf(initializer) } : {}) };
    const channel = this.#transport.start(setup, {
      message: (message) => this.#listener.message(worker, message),
      unreadable: (error) => this.#listener.unreadable(worker, error),
      end: (end) => {
        if (this.#workers.delete(worker)) this.#listener.changed();
        this.#listener.ended(worker, end);
      },
    });
    worker.channel = channel;
    this.#workers.add(worker);
    channel.hold(true);
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
    this.#listener.changed();
  }

  /** The worker holds no task any more. */
  release(worker: PoolWorker): void {
    worker.task = undefined;
    this.become(worker, "idle");
  }

  /** Tells a worker that runs nothing to end. */
  retire(worker: PoolWorker): void {
    worker.task = undefined;
    this.become(worker, "stopping");
    worker.channel.send({ type: "exit" });
    setTimeout(() => {
      if (this.#workers.has(worker)) worker.channel.kill();
    }, exitGrace).unref();
  }

  /** Ends a worker at once; `reason` is what the future of its task gets when it is gone. */
  condemn(worker: PoolWorker, reason: unknown): void {
    worker.condemnation = { reason };
    this.become(worker, "stopping");
    worker.channel.kill();
  }
}
