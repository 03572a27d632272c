import { inQueue, noCall, type Task } from "./task.js";

/** Tasks of one priority, first in first out, linked by their own fields. */
interface Lane {
  readonly priority: number;
  first: Task | undefined;
  last: Task | undefined;
}

/** Tasks not yet given to a worker, by priority and then first in first out; any of them can be taken out in constant time. */
export class TaskQueue implements Iterable<Task> {
  /** That of nearly all tasks. */
  readonly #usual: Lane = { priority: 0, first: undefined, last: undefined };
  /** Highest priority first; no lane is empty but the usual one. */
  readonly #lanes: Lane[] = [this.#usual];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The next to be given. */
  get first(): Task | undefined {
    return this.#lanes[0]?.first ?? this.#lanes[1]?.first;
  }

  push(task: Task): void {
    const lane = this.#laneOf(task);
    task.previous = lane.last;
    if (lane.last) lane.last.next = task;
    else lane.first = task;
    lane.last = task;
    this.#added(task);
  }

  /** Puts a task before all others of its priority. */
  unshift(task: Task): void {
    const lane = this.#laneOf(task);
    task.next = lane.first;
    if (lane.first) lane.first.previous = task;
    else lane.last = task;
    lane.first = task;
    this.#added(task);
  }

  shift(): Task | undefined {
    const task = this.first;
    if (task) this.remove(task);
    return task;
  }

  /** Takes a task out; does nothing if it is not in here. */
  remove(task: Task): void {
    if (task.call !== inQueue) return;
    const lane = this.#laneOf(task);
    if (task.previous) task.previous.next = task.next;
    else lane.first = task.next;
    if (task.next) task.next.previous = task.previous;
    else lane.last = task.previous;
    task.previous = task.next = undefined;
    task.call = noCall;
    this.#size -= 1;
    if (!lane.first && lane !== this.#usual) this.#lanes.splice(this.#lanes.indexOf(lane), 1);
  }

  /** In the order in which they would start. */
  *[Symbol.iterator](): Generator<Task> {
    for (const lane of this.#lanes) for (let task = lane.first; task; task = task.next) yield task;
  }

  #added(task: Task): void {
    task.call = inQueue;
    this.#size += 1;
  }

  #laneOf({ options: { priority = 0 } }: Task): Lane {
    if (priority === 0) return this.#usual;
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
