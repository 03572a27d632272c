import { monotonicNow } from "../clock.js";
import { referenceOf, standInFor } from "../task.js";
import type { Alarms } from "./alarms.js";
import type { FunctionTable } from "./functionTable.js";
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
  /** The outcome of a call that the worker took from the call queue. */
  outcome(worker: PoolWorker, call: number, chunk: boolean, value: unknown): void;
  /** The worker has claimed a call that it cannot start yet, and waits for it to be sent. */
  givenBack(worker: PoolWorker, call: number): void;
  /** As {@link ChannelEvents.taken}. */
  taken(): void;
  /** What had come from the worker was taken in, or it rests. */
  drained(): void;
  /** The worker is gone, and no longer in the set. */
  ended(worker: PoolWorker, end: ChannelEnd): void;
  /** A worker was started. */
  started(worker: PoolWorker): void;
  /** A worker came, went, or changed its state. */
  changed(): void;
}

/** ms after which a worker that was killed and has not ended is killed again. */
const killAgainAfter = 200;
/** Functions that a worker is told of at its start. */
const mostKnownFunctions = 16;

/** The living workers of a pool, in order of their start: their states change here and nowhere else. */
export class WorkerSet implements Iterable<PoolWorker> {
  readonly #workers = new Set<PoolWorker>();
  readonly #options: CheckedPoolOptions;
  readonly #transport: Transport;
  readonly #alarms: Alarms;
  readonly #listener: WorkerSetListener;
  readonly #functions: FunctionTable;
  readonly #claimed: (call: number) => Task | undefined;
  #started = 0;
  /** The ready worker that keeps the program from ending. */
  #held: PoolWorker | undefined;

  /** @param claimed the task of a number in the call queue. */
  constructor(
    options: CheckedPoolOptions,
    transport: Transport,
    alarms: Alarms,
    listener: WorkerSetListener,
    functions: FunctionTable,
    claimed: (call: number) => Task | undefined,
  ) {
    this.#options = options;
    this.#transport = transport;
    this.#alarms = alarms;
    this.#listener = listener;
    this.#functions = functions;
    this.#claimed = claimed;
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
    const place = task.worker ? task.worker.place : task.call >= 0 ? this.#transport.calls?.holder(task.call) : undefined;
    if (place === undefined) return undefined;
    for (const worker of this.#workers) if (worker.place === place && worker.state === "ready") return worker;
    return undefined;
  }

  /** @throws whatever the runtime throws when it cannot start one. */
  start(): void {
    const { initializer, initargs, name, onOutput } = this.#options;
    const worker = new PoolWorker(`${name}-${this.#started++}`, this.#freePlace(), this.#claimed);
    const { maxTasksPerWorker, maxWorkers } = this.#options;
    const setup = {
      worker: worker.name,
      place: worker.place,
      ...(maxWorkers === 1 ? { alone: true } : {}),
      ...(Number.isFinite(maxTasksPerWorker) ? { maxTasks: maxTasksPerWorker } : {}),
      captureOutput: onOutput !== undefined,
      depth: depthOfWorkers(),
      ...(initializer ? { initializer: referenceOf(standInFor(initializer)) } : {}),
      functions: this.#functions.first(mostKnownFunctions),
    };
    const channel = this.#transport.start(setup, {
      message: (message) => this.#listener.message(worker, message),
      unreadable: (error, task) => this.#listener.unreadable(worker, error, task),
      outcome: (call, chunk, value) => this.#listener.outcome(worker, call, chunk, value),
      givenBack: (call) => this.#listener.givenBack(worker, call),
      taken: () => this.#listener.taken(),
      drained: () => this.#listener.drained(),
      end: (end) => {
        worker.calledOff?.();
        if (this.#held === worker) this.#held = undefined;
        if (this.#workers.delete(worker)) this.#listener.changed();
        this.#listener.ended(worker, end);
      },
    });
    worker.channel = channel;
    worker.knows = setup.functions.length;
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

  /** Gives the worker a state; one that is ready lets the program end. */
  become(worker: PoolWorker, state: PoolWorkerState): void {
    worker.state = state;
    if (worker !== this.#held) worker.channel.hold(state !== "ready");
    worker.calledOff?.();
    worker.calledOff = undefined;
    this.#listener.changed();
  }

  /** Whether there is work, so that the program must not end: one of the workers keeps it from doing so. */
  hold(work: boolean): void {
    if (work === (this.#held !== undefined)) return;
    if (!work) {
      if (this.#held?.state === "ready") this.#held.channel.hold(false);
      this.#held = undefined;
      return;
    }
    for (const worker of this.#workers) {
      if (worker.state !== "ready") continue;
      this.#held = worker;
      worker.channel.hold(true);
      return;
    }
  }

  /** The worker is to get nothing but what is sent to it from now on. @returns false if it is at work; then `drained` is told when it rests. */
  hire(worker: PoolWorker): boolean {
    return worker.state === "ready" && !worker.assigned && worker.channel.hire?.() !== false;
  }

  /** A hired worker is given a task: to load its function, or to run it. */
  take(worker: PoolWorker, task: Task, loading: boolean): void {
    if (worker.assigned !== task) worker.busySince = monotonicNow();
    worker.assigned = task;
    worker.loading = loading;
    task.worker = worker;
    worker.calledOff?.();
    worker.calledOff = undefined;
    this.#listener.changed();
  }

  /** The worker holds the task that was sent to it no more; `ran`: it has run it. */
  release(worker: PoolWorker, ran: boolean): void {
    if (worker.busySince !== undefined) worker.busyTime += monotonicNow() - worker.busySince;
    if (worker.assigned) worker.assigned.worker = undefined;
    worker.busySince = worker.assigned = worker.refused = undefined;
    worker.loading = false;
    worker.channel.dismiss?.();
    if (ran) this.hasRun(worker);
    else this.#listener.changed();
  }

  /** The worker has run one more task. */
  hasRun(worker: PoolWorker): void {
    worker.tasks += 1;
    worker.told = undefined;
    if (worker.tasks >= this.#options.maxTasksPerWorker) worker.spent = true;
    this.#listener.changed();
  }

  /** Ends the workers that have been idle for long, some time from now. */
  retireLater(): void {
    const { idleTimeout } = this.#options;
    if (idleTimeout === Number.POSITIVE_INFINITY) return;
    for (const worker of this.#workers) {
      if (!worker.free || worker.calledOff) continue;
      const { tasks } = worker;
      worker.calledOff = this.#alarms.set(idleTimeout, () => {
        worker.calledOff = undefined;
        if (worker.tasks === tasks && this.hire(worker)) this.retire(worker);
        else this.retireLater();
      });
    }
  }

  /** Tells a hired worker to end. */
  retire(worker: PoolWorker): void {
    this.become(worker, "stopping");
    worker.channel.send({ type: "exit" });
    worker.calledOff = this.#alarms.set(exitGrace, () => this.#kill(worker));
  }

  /**
   * Ends a worker at once; `reason` is what the future of its task gets when it is gone.
   * @param grace ms that a process has to end by itself after SIGTERM; absent: none, SIGKILL.
   * @param task for whose sake it is ended; absent: whatever it holds.
   */
  condemn(worker: PoolWorker, reason: unknown, grace?: number, task?: Task): void {
    worker.condemnation = task ? { reason, task } : { reason };
    this.become(worker, "stopping");
    if (grace === undefined) {
      this.#kill(worker);
      return;
    }
    worker.channel.kill(true);
    worker.calledOff = this.#alarms.set(grace, () => this.#kill(worker));
  }

  /** Until it has ended: Node may lose the end of a thread that answers an inspector at that moment, and the thread runs on. */
  #kill(worker: PoolWorker): void {
    if (!this.#workers.has(worker)) return;
    worker.channel.kill();
    worker.calledOff = this.#alarms.set(killAgainAfter, () => this.#kill(worker));
  }

  #freePlace(): number {
    const places = new Set(Array.from(this.#workers, ({ place }) => place));
    let place = 0;
    while (places.has(place)) place += 1;
    return place;
  }
}
