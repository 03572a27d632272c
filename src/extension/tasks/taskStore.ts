import type { TaskEvent } from "../../protocol/messages.js";
import type { ErrorDescription, ExecutorDescription } from "../../protocol/values.js";
import { type Disposable, Emitter } from "../emitter.js";
import { applyEvent, isOpen, type NewTask, newRecord, type TaskRecord } from "./taskRecord.js";

/** Settled tasks that are kept; the oldest goes first. */
export const historyLimit = 1_000;
/** Characters of their values together, the newest of which is kept whatever its size. */
export const historyTextLimit = 20_000_000;

/** The one owner of task state. Everything shown is a projection of it; counts are derived. */
export class TaskStore implements Disposable {
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #changes = new Emitter<ReadonlySet<string>>();
  #lastId = 0;

  /** Ids of the tasks that were added, changed or removed. */
  readonly onDidChange = this.#changes.event;

  /** The record of a task, if it is still kept. */
  get(id: string): TaskRecord | undefined {
    return this.#tasks.get(id);
  }

  /** Every task kept, the newest first. */
  all(): TaskRecord[] {
    return [...this.#tasks.values()].reverse();
  }

  /** True when no task is kept. */
  get isEmpty(): boolean {
    return this.#tasks.size === 0;
  }

  /** Tasks that have not settled, the newest first. */
  open(): TaskRecord[] {
    return this.all().filter(isOpen);
  }

  /** Open tasks of one function, the newest first. */
  openOf(uri: string, functionName: string): TaskRecord[] {
    return this.open().filter((task) => task.uri === uri && task.functionName === functionName);
  }

  /** The newest task of every function that has one, and of every selected call. */
  latestPerFunction(): TaskRecord[] {
    const latest = new Map<string, TaskRecord>();
    for (const task of this.#tasks.values()) latest.set(`${task.uri}#${task.functionName}${task.isCall ? `@${task.line}` : ""}`, task);
    return [...latest.values()];
  }

  /** An id that no task has had. */
  nextId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  /** Adds a task that is about to be sent to the kernel. */
  add(task: NewTask): void {
    this.#tasks.set(task.id, newRecord(task));
    this.#changed([task.id]);
  }

  /** Takes in settled tasks of an earlier window, the oldest first; new tasks are counted on from there. */
  restore(tasks: readonly TaskRecord[]): void {
    // No kernel of this window has had them, and no edit was followed since.
    for (const task of tasks) this.#tasks.set(task.id, { ...task, generation: 0, tick: 0, isRestored: true });
    this.#lastId = Math.max(this.#lastId, ...tasks.map(({ id }) => Number(id) || 0));
    this.#changed(tasks.map(({ id }) => id));
  }

  /** Takes over what a kernel reports; events of tasks that are no longer kept are dropped. */
  apply(events: readonly TaskEvent[]): void {
    const changed = new Set<string>();
    for (const event of events) {
      if (event.taskId === undefined) continue;
      const before = this.#tasks.get(event.taskId);
      if (!before) continue;
      if (this.#replace(before, applyEvent(before, event))) changed.add(before.id);
    }
    this.#changed(changed);
  }

  /** Adds process and thread ids to the tasks whose workers were so far known by name alone. */
  noteWorkers(kernel: string, generation: number, executors: readonly ExecutorDescription[]): void {
    const changed: string[] = [];
    for (const task of this.#tasks.values()) {
      const { worker } = task;
      if (!worker || task.kernel !== kernel || task.generation !== generation || worker.pid !== undefined || worker.threadId !== undefined) continue;
      const found = executors.find((executor) => executor.kind === task.executor)?.workers.find((candidate) => candidate.name === worker.name);
      if (!found) continue;
      const ids = { ...(found.pid !== undefined && { pid: found.pid }), ...(found.threadId !== undefined && { threadId: found.threadId }) };
      if (this.#replace(task, { ...task, worker: { name: worker.name, ...ids } })) changed.push(task.id);
    }
    this.#changed(changed);
  }

  /** Settles every open task of a kernel's generation as failed: it will report nothing more. */
  failGeneration(kernel: string, generation: number, error: ErrorDescription, at: number): void {
    const lost = this.open().filter((task) => task.kernel === kernel && task.generation === generation);
    this.apply(lost.map((task) => ({ type: "settled", taskId: task.id, at, outcome: { state: "failed", error } })));
  }

  /** Notes that the user has asked for the end of an open task. */
  markCancelling(id: string): void {
    const task = this.#tasks.get(id);
    if (task && isOpen(task) && this.#replace(task, { ...task, cancelling: true })) this.#changed([id]);
  }

  /** Notes whether the function's text is still the one that ran. */
  setStale(stale: ReadonlyMap<string, boolean>): void {
    const changed: string[] = [];
    for (const [id, value] of stale) {
      const task = this.#tasks.get(id);
      if (task && task.stale !== value && this.#replace(task, { ...task, stale: value })) changed.push(id);
    }
    this.#changed(changed);
  }

  /** Forgets every settled task. */
  clearSettled(): void {
    const settled = this.all().filter((task) => !isOpen(task));
    for (const task of settled) this.#tasks.delete(task.id);
    this.#changed(settled.map((task) => task.id));
  }

  dispose(): void {
    this.#changes.dispose();
  }

  #replace(before: TaskRecord, after: TaskRecord): boolean {
    if (before === after) return false;
    this.#tasks.set(after.id, after);
    return true;
  }

  /** Settled tasks beyond the limits. */
  #superfluous(): TaskRecord[] {
    let count = 0;
    let text = 0;
    return this.all().filter((task) => {
      if (isOpen(task)) return false;
      count += 1;
      text += task.value?.text.length ?? 0;
      return count > historyLimit || (count > 1 && text > historyTextLimit);
    });
  }

  #changed(ids: Iterable<string>): void {
    const changed = new Set(ids);
    if (changed.size === 0) return;
    for (const task of this.#superfluous()) {
      this.#tasks.delete(task.id);
      changed.add(task.id);
    }
    this.#changes.fire(changed);
  }
}
