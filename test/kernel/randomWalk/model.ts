import assert from "node:assert/strict";
import { BrokenExecutor, type Future, type FutureState, type PoolExecutor, TimeoutError, WorkerDiedError } from "concurrent-futures";

export type Behaviour = "value" | "later" | "throw" | "throwNull" | "hold" | "exit" | "yield";

/** What every task of a walk does, in its worker. `started` is shared with threads: each task counts its starts there. */
export const act = (behaviour: Behaviour, n: number, started: Int32Array | undefined): unknown => {
  if (started) Atomics.add(started, n, 1);
  switch (behaviour) {
    case "value":
      return 2 * n;
    case "later":
      return new Promise((resolve) => setTimeout(resolve, n % 4, 2 * n));
    case "throw":
      throw new RangeError(`task ${n}`);
    case "throwNull":
      throw null;
    case "exit":
      return process.exit(n % 3);
    case "yield":
      return (function* () {
        yield n;
        yield n + 1;
        return 2 * n;
      })();
    case "hold": {
      const storage = (globalThis as never)[Symbol.for("concurrent-futures.currentTask")] as { getStore(): { signal: AbortSignal } };
      const { signal } = storage.getStore();
      return new Promise((resolve) => {
        if (signal.aborted) resolve("released");
        signal.addEventListener("abort", () => resolve("released"));
      });
    }
  }
};

export interface TaskRecord {
  readonly n: number;
  readonly behaviour: Behaviour;
  readonly priority: number;
  readonly future: Future<unknown>;
  readonly release: AbortController;
  readonly timed: boolean;
  /** What `cancel()` has answered. */
  cancelled: boolean | undefined;
  lastState: FutureState;
  outcome: unknown;
  readonly progress: unknown[];
  /** Numbers of its callbacks: as registered, and as called. */
  readonly registered: number[];
  readonly called: number[];
}

const mayFollow: Readonly<Record<FutureState, readonly FutureState[]>> = {
  PENDING: ["PENDING", "RUNNING", "CANCELLED", "FINISHED"],
  RUNNING: ["RUNNING", "FINISHED"],
  CANCELLED: ["CANCELLED"],
  FINISHED: ["FINISHED"],
};

/** What a pool may do, by the semantics: everything a walk does is told to it, and everything it sees is checked against it. */
export class Model {
  readonly records: TaskRecord[] = [];
  /** Starts, as the pool's events tell them. */
  readonly starts: TaskRecord[] = [];
  closed = false;
  /** Everything not started was cancelled. */
  cancelledAll = false;
  /** The running tasks' workers were ended by the pool. */
  terminated = false;
  /** Workers killed from outside: any task may have been in one of them. */
  kills = 0;
  submitted = 0;

  constructor(
    readonly replaces: boolean,
    readonly maxWorkers: number,
    readonly started: Int32Array | undefined,
  ) {}

  /** Whether the pool may have broken: a worker has ended unasked, where that breaks it. */
  get mayBreak(): boolean {
    // Three that end while they start break the pool in any case.
    if (this.replaces) return this.kills >= 3;
    return this.killed || this.records.some(({ behaviour }) => behaviour === "exit");
  }

  get killed(): boolean {
    return this.kills > 0;
  }

  check(pool: PoolExecutor): void {
    for (const record of this.records) this.#checkRecord(record);
    const { queued, running, done, failed, cancelled } = pool.stats();
    assert.equal(queued + running + done + failed + cancelled, this.submitted, "stats() lose or invent a task");
  }

  /** When every future is to be done. */
  checkEnd(pool: PoolExecutor): void {
    this.check(pool);
    for (const record of this.records) {
      assert.ok(record.future.done(), `task ${record.n} is ${record.future.state} for ever`);
      assert.deepEqual(record.called, record.registered, `callbacks of task ${record.n}`);
    }
    assert.deepEqual(pool.workers(), []);
    if (this.maxWorkers === 1) this.#checkOrder();
  }

  #checkRecord(record: TaskRecord): void {
    const { n, future, cancelled, lastState } = record;
    // In this order: a task that has started is not PENDING any more.
    const hasStarted = this.started !== undefined && Atomics.load(this.started, n) > 0;
    const state = future.state;
    assert.ok(mayFollow[lastState].includes(state), `task ${n}: ${lastState} -> ${state}`);
    record.lastState = state;
    if (hasStarted) assert.ok(state === "RUNNING" || state === "FINISHED", `task ${n} has started and is ${state}`);
    if (cancelled === true) assert.equal(state, "CANCELLED", `task ${n} was cancelled`);
    if (cancelled === false) assert.notEqual(state, "CANCELLED", `task ${n} refused to be cancelled`);
    // A PENDING one may have started since the line above.
    if (state !== "PENDING")
      assert.deepEqual([future.running(), future.cancelled(), future.done()], [state === "RUNNING", state === "CANCELLED", state !== "RUNNING"]);
    if (this.started) assert.ok(Atomics.load(this.started, n) <= 1, `task ${n} ran twice`);
    const outcome = future.peek();
    assert.equal(outcome !== undefined, future.done());
    if (record.outcome) assert.equal(outcome, record.outcome, `the outcome of task ${n} has changed`);
    else if (outcome) {
      record.outcome = outcome;
      assert.ok(
        this.allows(record),
        `task ${n} (${record.behaviour}) ended with ${JSON.stringify(outcome)} ${outcome.kind === "error" ? String(outcome.error) : ""}`,
      );
    }
  }

  allows(record: TaskRecord): boolean {
    const { n, behaviour, future, cancelled, release, timed, progress } = record;
    const outcome = future.peek();
    if (outcome?.kind === "cancelled") return cancelled === true || this.cancelledAll || release.signal.aborted;
    if (outcome?.kind === "value") {
      if (behaviour === "yield") assert.deepEqual(progress, [n, n + 1]);
      return behaviour === "hold"
        ? outcome.value === "released" && release.signal.aborted && !timed
        : outcome.value === 2 * n && !["throw", "throwNull", "exit"].includes(behaviour);
    }
    const error = outcome?.error;
    if (error instanceof WorkerDiedError) return this.replaces && (behaviour === "exit" || this.killed);
    if (error instanceof BrokenExecutor) return this.mayBreak || this.terminated;
    if (error instanceof TimeoutError) return timed;
    // A generator heeds its signal at its next yield; anything else has its worker ended if it takes longer than the grace time.
    // The reason itself, or what the worker threw of it.
    if (release.signal.aborted && error instanceof Error && error.message === (release.signal.reason as Error).message) return true;
    return behaviour === "throw" ? error instanceof RangeError && error.message === `task ${n}` : behaviour === "throwNull" && error === null;
  }

  /** First in, first out, among tasks of one priority. */
  #checkOrder(): void {
    const last = new Map<number, number>();
    for (const { n, priority } of this.starts) {
      assert.ok(n > (last.get(priority) ?? -1), `task ${n} of priority ${priority} has started after one that came later`);
      last.set(priority, n);
    }
  }
}
