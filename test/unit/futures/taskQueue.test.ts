import assert from "node:assert/strict";
import type { PoolFunction } from "../../../src/futures/pool/functionTable.js";
import { type ScheduleOptions, Task, TaskFuture, type TaskOwner } from "../../../src/futures/pool/task.js";
import { TaskQueue } from "../../../src/futures/pool/taskQueue.js";

const nobody: TaskOwner = {
  hasStarted: () => false,
  revoke: () => true,
  settled: () => {},
  blockingSource() {
    throw new Error("nobody waits here");
  },
};
const abs: PoolFunction = { number: 0, to: { kind: "global", path: ["Math", "abs"], name: "Math.abs" }, arity: 0 };
const makeTask = (options: ScheduleOptions = {}): Task => new Task(new TaskFuture(nobody), abs, [], options);

describe("TaskQueue", () => {
  it("gives first what came first, whatever is taken out between", () => {
    const queue = new TaskQueue();
    const tasks = Array.from({ length: 7 }, () => makeTask());
    for (const task of tasks) queue.push(task);
    for (const i of [0, 3, 6, 6]) queue.remove(tasks[i] as Task);
    queue.push(tasks[0] as Task);
    assert.equal(queue.size, 5);
    assert.deepEqual(
      [...queue].map((task) => tasks.indexOf(task)),
      [1, 2, 4, 5, 0],
    );
    const order: number[] = [];
    for (let task = queue.shift(); task; task = queue.shift()) order.push(tasks.indexOf(task));
    assert.deepEqual(order, [1, 2, 4, 5, 0]);
    assert.equal(queue.size, 0);
    queue.push(tasks[2] as Task);
    assert.equal(queue.shift(), tasks[2]);
  });

  it("gives the higher priority first, and before all others of its priority what was put back", () => {
    const queue = new TaskQueue();
    const [low, high, again, late] = [0, 5, 5, 5].map((priority) => makeTask({ priority }));
    for (const task of [low, high, late]) queue.push(task as Task);
    queue.unshift(again as Task);
    const order: (Task | undefined)[] = [];
    for (let task = queue.shift(); task; task = queue.shift()) order.push(task);
    assert.deepEqual(order, [again, high, late, low]);
    queue.unshift(low as Task);
    assert.equal(queue.shift(), low);
    assert.equal(queue.size, 0);
  });
});
