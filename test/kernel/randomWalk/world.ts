import assert from "node:assert/strict";
import { type Future, type FutureState, type PoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor, tasks, wait } from "concurrent-futures";
import { gone } from "../support/processes.js";
import { Board } from "./board.js";
import type { Model, TaskModel } from "./model.js";

export const work = tasks<typeof import("./work.mjs")>(new URL("../../../../test/kernel/randomWalk/work.mjs", import.meta.url));

const next: Readonly<Record<FutureState, readonly FutureState[]>> = {
  PENDING: ["PENDING", "RUNNING", "CANCELLED", "FINISHED"],
  RUNNING: ["RUNNING", "FINISHED"],
  CANCELLED: ["CANCELLED"],
  FINISHED: ["FINISHED"],
};

/** A future of the walk, with what is known of it. */
export interface Held {
  readonly task: TaskModel;
  readonly future: Future<unknown>;
  readonly controller: AbortController | undefined;
  /** Callbacks added and called, by number. */
  readonly added: number[];
  readonly called: number[];
  readonly progress: unknown[];
  judged: boolean;
}

/** ms for what must come: far more than it ever takes, so that a walk that hangs fails. */
export const patience = 20_000;

/** The real pool of a walk, beside its model. */
export class World {
  readonly pool: PoolExecutor;
  readonly board: Board;
  readonly held: Held[] = [];
  /** Consumers of results that run beside the commands; what they find wrong comes out at the end. */
  readonly beside: Promise<void>[] = [];
  /** Callbacks called that failed. */
  failedCallbacks = 0;
  readonly #states = new Map<Future<unknown>, FutureState>();
  readonly #done = new Map<Future<unknown>, number>();
  readonly #pids = new Set<number>();
  readonly #wrong: unknown[] = [];

  constructor(readonly model: Model) {
    const { kind, broker, warm: _warm, ...options } = model.setting;
    this.board = new Board(kind);
    const quiet = { ...options, onOutput: () => {} };
    this.pool = kind === "threads" ? new ThreadPoolExecutor(quiet) : new ProcessPoolExecutor({ ...quiet, broker });
    this.pool.events.on("taskSubmit", (future) => this.#states.set(future, future.state));
    this.pool.events.on("taskDone", (future) => this.#done.set(future, (this.#done.get(future) ?? 0) + 1));
    this.pool.events.on("workerStart", ({ pid }) => pid !== undefined && this.#pids.add(pid));
  }

  /** Futures known to wait in the queue: the one worker runs a task that nobody has told to stop. */
  queued(): number[] {
    const runs = this.held.some(
      ({ future, task: { timeout, interference } }) => timeout === undefined && interference.size === 0 && future.running(),
    );
    if (!runs || this.model.setting.maxWorkers > 1) return [];
    return this.held.filter(({ future }) => future.state === "PENDING").map(({ task }) => task.n);
  }

  hold(task: TaskModel, future: Future<unknown>, controller?: AbortController): Held {
    const held: Held = { task, future, controller, added: [], called: [], progress: [], judged: false };
    this.held.push(held);
    if (task.does === "yields") future.addProgressCallback((value) => held.progress.push(value));
    return held;
  }

  /** One of the futures, or of those that are `eligible`, by a number that may be larger than their count; undefined if there is none. */
  chosen(at: number, eligible: (held: Held) => boolean = () => true): Held | undefined {
    const held = this.held.filter(eligible);
    return held[at % Math.max(held.length, 1)];
  }

  /** Each of them once; of no places: all. */
  some(places: readonly number[]): Future<unknown>[] {
    const picked = new Set(places.length > 0 ? places.map((at) => this.chosen(at)) : this.held);
    return [...picked].flatMap((one) => (one ? [one.future] : []));
  }

  /** Has the workers ready, so that what is submitted next starts at once. */
  async warmUp(): Promise<void> {
    const first = Array.from({ length: this.model.setting.maxWorkers }, () => {
      const task = this.model.add("returns");
      return this.hold(task, this.pool.submit(work.returns, this.board.call(task.n, 0))).future.result();
    });
    await within(Promise.all(first), "the first tasks");
  }

  open(): Held[] {
    return this.held.filter(({ future }) => !future.done());
  }

  /** What a command makes possible, for the tasks that are open, calls of `map` too. */
  interfere(...what: ("cancelled" | "died" | "broken")[]): void {
    const done = new Set(this.held.filter(({ future }) => future.done()).map(({ task }) => task.n));
    for (const { n, interference } of this.model.tasks) if (!done.has(n)) for (const one of what) interference.add(one);
  }

  /** Something is wrong where nobody would hear it thrown. */
  fail(error: unknown): void {
    this.#wrong.push(error);
  }

  /** Runs a consumer beside the commands. */
  spawn(consumer: () => Promise<void>): void {
    this.beside.push(consumer().catch((error: unknown) => this.fail(error)));
  }

  /** What holds after every command. */
  check(): void {
    if (this.#wrong.length > 0) throw this.#wrong[0];
    for (const [future, before] of this.#states) {
      const { state } = future;
      assert.ok(next[before].includes(state), `${String(future)} was ${before}`);
      this.#states.set(future, state);
      assert.equal(future.done(), state === "CANCELLED" || state === "FINISHED");
      assert.equal(future.cancelled(), state === "CANCELLED");
      assert.equal(this.#done.get(future) ?? 0, future.done() ? 1 : 0, `taskDone of ${String(future)}`);
    }
    for (const held of this.held) this.#checkHeld(held);
    const { queued, running, done, failed, cancelled } = this.pool.stats();
    assert.equal(queued + running + done + failed + cancelled, this.#states.size, `stats ${JSON.stringify(this.pool.stats())}`);
    const living = this.pool.workers().filter(({ state }) => state !== "stopping").length;
    assert.ok(living <= this.model.setting.maxWorkers, `${living} workers`);
  }

  #checkHeld(held: Held): void {
    const { task, future, added, called, progress } = held;
    const outcome = future.peek();
    assert.deepEqual(called, outcome ? added : [], `callbacks of task ${task.n}`);
    assert.deepEqual(progress, [0, 1, 2].slice(0, progress.length), `progress of task ${task.n}`);
    if (!outcome || held.judged) return;
    held.judged = true;
    this.model.judge(task, outcome);
    if (task.does === "yields" && outcome.kind === "value") assert.equal(progress.length, 3);
  }

  /** Opens every gate, waits until all is done, and checks what must hold then. */
  async end(): Promise<void> {
    this.openGates();
    // Where no worker is to be had any more nothing else may be open: a task that hears of its stop in vain is ended by the grace time.
    const { notDone } = await wait([...this.#states.keys()], { timeout: patience });
    assert.deepEqual([...notDone].map(String), [], "these never settle");
    await within(Promise.all(this.beside), "a consumer beside the commands");
    await within(this.pool.shutdown(), "shutdown");
    this.check();
    assert.deepEqual(this.pool.workers(), []);
    const { queued, running } = this.pool.stats();
    assert.deepEqual({ queued, running }, { queued: 0, running: 0 });
    for (const pid of this.#pids) assert.ok(await gone(pid), `process ${pid} lives`);
    const starts = this.board.starts();
    for (const { task, future } of this.held) {
      const { kind } = future.peek() ?? {};
      if (kind === "cancelled") assert.ok(!starts.includes(task.n), `task ${task.n} was cancelled and started`);
      const ownWay = kind === "value" || (task.interference.size === 0 && !this.model.deathly);
      if (ownWay) assert.ok(starts.includes(task.n), `task ${task.n} never started`);
    }
    const died = this.held.filter(({ future }) => (future.peek() as { error?: Error }).error?.name === "WorkerDiedError").length;
    const exits = this.held.filter(({ task }) => task.does === "exits" && starts.includes(task.n)).length;
    assert.ok(died <= exits + this.model.kills, `${died} tasks lost by ${exits} exits and ${this.model.kills} kills`);
    this.model.judgeOrder(starts);
  }

  openGates(): void {
    this.board.open(this.model.gate);
    this.model.gate += 1;
  }

  /** Leaves nothing behind, also after a failure. */
  async leave(): Promise<void> {
    await this.pool.killWorkers();
    this.board.remove();
  }
}

/** Rejects when it has not come in time. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `${what} did not end` })), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
