import type { ClusterTask } from "./clusterTask.js";

/** Tasks that have not gone to the queue: those of higher priority first, those of the same in the order submitted. */
export class WaitingTasks {
  readonly #byPriority = new Map<number, Set<ClusterTask>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(task: ClusterTask): void {
    let tasks = this.#byPriority.get(task.priority);
    if (!tasks) this.#byPriority.set(task.priority, (tasks = new Set()));
    tasks.add(task);
    this.#size += 1;
  }

  delete(task: ClusterTask): void {
    const tasks = this.#byPriority.get(task.priority);
    if (!tasks?.delete(task)) return;
    this.#size -= 1;
    if (tasks.size === 0) this.#byPriority.delete(task.priority);
  }

  take(most: number): ClusterTask[] {
    const taken: ClusterTask[] = [];
    for (const priority of [...this.#byPriority.keys()].sort((a, b) => b - a)) {
      for (const task of this.#byPriority.get(priority) ?? []) {
        if (taken.length >= most) return taken;
        taken.push(task);
        this.delete(task);
      }
    }
    return taken;
  }

  *[Symbol.iterator](): Iterator<ClusterTask> {
    for (const tasks of this.#byPriority.values()) yield* tasks;
  }
}
