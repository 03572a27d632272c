import type { Task } from "./task.js";

interface Link {
  readonly task: Task;
  previous: Link | undefined;
  next: Link | undefined;
}

/** Tasks of one priority, first in first out. */
interface Lane {
  readonly priority: number;
  first: Link | undefined;
  last: Link | undefined;
}

/** Tasks not yet given to a worker, by priority and then first in first out; any of them can be taken out in constant time. */
export class TaskQueue implements Iterable<Task> {
  /** Highest priority first; no lane is empty. */
  readonly #lanes: Lane[] = [];
  readonly #links = new Map<Task, Link>();

  get size(): number {
    return this.#links.size;
  }

  push(task: Task): void {
    const lane = this.#laneOf(task.options.priority ?? 0);
    const link: Link = { task, previous: lane.last, next: undefined };
    if (lane.last) lane.last.next = link;
    else lane.first = link;
    lane.last = link;
    this.#links.set(task, link);
  }

  /** Puts a task before all others of its priority. */
  unshift(task: Task): void {
    const lane = this.#laneOf(task.options.priority ?? 0);
    const link: Link = { task, previous: undefined, next: lane.first };
    if (lane.first) lane.first.previous = link;
    else lane.last = link;
    lane.first = link;
    this.#links.set(task, link);
  }

  shift(): Task | undefined {
    const task = this.#lanes[0]?.first?.task;
    if (task) this.remove(task);
    return task;
  }

  /** Takes a task out; does nothing if it is not in here. */
  remove(task: Task): void {
    const link = this.#links.get(task);
    if (!link) return;
    this.#links.delete(task);
    const lane = this.#laneOf(task.options.priority ?? 0);
    if (link.previous) link.previous.next = link.next;
    else lane.first = link.next;
    if (link.next) link.next.previous = link.previous;
    else lane.last = link.previous;
    if (!lane.first) this.#lanes.splice(this.#lanes.indexOf(lane), 1);
  }

  /** In the order in which they would start. */
  *[Symbol.iterator](): Generator<Task> {
    for (const lane of this.#lanes) for (let link = lane.first; link; link = link.next) yield link.task;
  }

  #laneOf(priority: number): Lane {
    let index = 0;
    let end = this.#lanes.length;
    while (index < end) {
      const middle = (index + end) >> 1;
      if ((this.#lanes[middle] as Lane).priority > priority) index = middle + 1;
      else end = middle;
    }
    const found = this.#lanes[index];
    if (found?.priority === priority) return found;
    const lane: Lane = { priority, first: undefined, last: undefined };
    this.#lanes.splice(index, 0, lane);
    return lane;
  }
}
