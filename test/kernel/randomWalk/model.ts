import assert from "node:assert/strict";
import type { Outcome } from "concurrent-futures";
import { BrokenProcessPool, BrokenThreadPool, TimeoutError, WorkerDiedError } from "concurrent-futures";

/** What a task does: the functions of `work.mjs`. */
export type Behaviour = "returns" | "throws" | "later" | "blocks" | "heeds" | "exits" | "yields" | "item";

/** What may have come between a task and what it does. */
export type Interference = "cancelled" | "aborted" | "late" | "died" | "broken";

/** What the semantics say of one task. */
export interface TaskModel {
  readonly n: number;
  readonly does: Behaviour;
  readonly gate: number;
  readonly priority: number;
  readonly timeout: number | undefined;
  readonly interference: Set<Interference>;
  /** Tasks that were queued when this one came in ahead of them: it starts before they do. */
  readonly overtakes: Set<number>;
  /** It was queued when its number was given. */
  inOrder: boolean;
}

export type WalkKind = "threads" | "processes";

/** How the pool of a walk is made. */
export interface Setting {
  readonly kind: WalkKind;
  /** Of processes: their channels are held by a thread, so that one can block for them. */
  readonly broker: boolean;
  readonly maxWorkers: number;
  readonly onWorkerDeath: "break" | "replace";
  readonly maxTasksPerWorker: number | undefined;
  readonly stopGrace: number;
  /** The walk begins with workers that are ready. */
  readonly warm: boolean;
}

/**
 * The semantics, without a pool. Where the clock of another thread decides, the model holds every outcome that is legal by then, and no more: what
 * a command makes possible is noted for the tasks that are open at that moment.
 */
export class Model {
  readonly tasks: TaskModel[] = [];
  gate = 0;
  closed = false;
  /** A worker has been told to die, or may have been by its task. */
  deathly = false;
  /** Workers killed from outside. */
  kills = 0;

  constructor(readonly setting: Setting) {}

  /** @param queued tasks known to be in the queue now. */
  add(does: Behaviour, priority = 0, timeout?: number, queued: readonly number[] = []): TaskModel {
    const overtakes = new Set(queued.filter((n) => (this.tasks[n] as TaskModel).priority < priority));
    const task: TaskModel = { n: this.tasks.length, does, gate: this.gate, priority, timeout, interference: new Set(), overtakes, inOrder: true };
    this.tasks.push(task);
    if (timeout !== undefined) task.interference.add("late");
    if (does === "exits") {
      this.deathly = true;
      task.interference.add("died");
    }
    return task;
  }

  /** A worker's death breaks this pool sooner or later. Three that die while they start, one after another, break any. */
  get mayBreak(): boolean {
    return (this.deathly && this.setting.onWorkerDeath === "break") || this.kills >= 3;
  }

  /** One can wait for its futures without the event loop. */
  get canBlock(): boolean {
    return this.setting.kind === "threads" || this.setting.broker;
  }

  /** No task waits at a closed gate. */
  get flows(): boolean {
    return this.tasks.every(({ does, gate }) => (does !== "blocks" && does !== "heeds") || gate < this.gate);
  }

  /** Checks what a task's future is done with. */
  judge(task: TaskModel, outcome: Outcome<unknown>): void {
    const { n, does, interference } = task;
    const what = `task ${n}, which ${does}, after ${[...interference].join(", ") || "nothing"}`;
    if (outcome.kind === "cancelled") assert.ok(interference.has("cancelled"), `${what}: cancelled by nobody`);
    else if (outcome.kind === "value") assert.ok(this.#values(task).includes(outcome.value), `${what}: value ${String(outcome.value)}`);
    else assert.ok(this.#mayThrow(task, outcome.error), `${what}: ${String(outcome.error)}`);
  }

  #values({ n, does, gate, interference }: TaskModel): unknown[] {
    const opened = gate < this.gate ? ["opened"] : [];
    if (does === "returns" || does === "later" || does === "yields" || (does === "item" && n % 5 !== 4)) return [n * 2];
    if (does === "blocks") return opened;
    if (does === "heeds") return interference.has("aborted") ? ["stopped", ...opened] : opened;
    return [];
  }

  #mayThrow({ n, does, interference }: TaskModel, error: unknown): boolean {
    if (!(error instanceof Error)) return false;
    const { kind, onWorkerDeath } = this.setting;
    if (error instanceof RangeError) return (does === "throws" || (does === "item" && n % 5 === 4)) && error.message === `task ${n}`;
    if (error instanceof TimeoutError) return interference.has("late");
    if (error instanceof WorkerDiedError) return onWorkerDeath === "replace" && (interference.has("died") || this.kills > 0);
    if (error.constructor === (kind === "threads" ? BrokenThreadPool : BrokenProcessPool)) return interference.has("broken") || this.mayBreak;
    return error.message === `abort ${n}` && interference.has("aborted");
  }

  /**
   * Checks in which order one worker has started the tasks.
   * @param starts numbers of the tasks.
   */
  judgeOrder(starts: readonly number[]): void {
    assert.equal(new Set(starts).size, starts.length, `a task started twice: ${starts.join()}`);
    if (this.setting.maxWorkers > 1) return;
    starts.forEach((n, at) => {
      const task = this.tasks[n] as TaskModel;
      for (const m of starts.slice(0, at)) {
        const before = this.tasks[m] as TaskModel;
        const wrong = (m > n && task.inOrder && before.priority <= task.priority) || task.overtakes.has(m);
        assert.ok(!wrong, `task ${m} of priority ${before.priority} started before task ${n} of priority ${task.priority}: ${starts.join()}`);
      }
    });
  }
}
