import assert from "node:assert/strict";
import type { PoolFunction } from "../../../src/futures/pool/functionTable.js";
import { type ScheduleOptions, Task, TaskFuture, type TaskOwner } from "../../../src/futures/pool/task.js";
import { capacity, dataWords } from "../../../src/futures/thread/callMemory.js";
import { Claims } from "../../../src/futures/thread/claims.js";
import { SharedCalls } from "../../../src/futures/thread/sharedCalls.js";

const nobody = {} as TaskOwner;
const abs: PoolFunction = { number: 7, to: { kind: "global", path: ["Math", "abs"], name: "Math.abs" }, arity: 0 };
const makeTask = (args: readonly unknown[], options: ScheduleOptions = {}): Task => new Task(new TaskFuture(nobody), abs, args, options);

/** The memory with the pool's side and two workers'. */
class Setting {
  readonly calls = new SharedCalls();
  readonly workers = [0, 1].map((place) => new Claims(this.calls.buffer, place)) as [Claims, Claims];
  readonly #taken = new Set<number>();

  offer(...args: readonly unknown[]): number {
    const call = this.calls.offer(makeTask(args), false, (one) => this.#taken.has(one));
    assert.equal(typeof call, "number", `it is ${call}`);
    this.#taken.add(call as number);
    this.calls.publish();
    return call as number;
  }

  /** What the worker takes next. */
  take(worker = 0): { readonly call: number; readonly args: readonly unknown[] } | undefined {
    const claims = this.workers[worker] as Claims;
    const slot = claims.claim();
    return slot === undefined ? undefined : claims.read(slot);
  }

  run(worker = 0): readonly unknown[] | undefined {
    const taken = this.take(worker);
    if (!taken) return undefined;
    assert.equal((this.workers[worker] as Claims).start(taken.call), true);
    this.over(taken.call);
    return taken.args;
  }

  over(call: number): void {
    this.calls.done(call);
    this.#taken.delete(call);
  }
}

describe("the memory of calls", () => {
  it("gives each call to one worker, the oldest first, all around the memory and again", () => {
    const setting = new Setting();
    let next = 0;
    for (let n = 0; n < 5 * capacity; n += 1) {
      setting.offer(n, `text ${n}`);
      if (n < 100) continue;
      assert.deepEqual(setting.run(n % 2), [next, `text ${next}`]);
      next += 1;
    }
    for (; next < 5 * capacity; next += 1) assert.deepEqual(setting.run(), [next, `text ${next}`]);
    assert.equal(setting.run(), undefined);
    assert.equal(setting.calls.unclaimed(9), 0);
  });

  it("tells number, function, arity and whether the start is to be told", () => {
    const { calls, workers } = new Setting();
    const fn: PoolFunction = { ...abs, number: 123_456, arity: 3 };
    const task = new Task(new TaskFuture(nobody), fn, [1, 2, 3], {});
    const call = calls.offer(task, true, () => false);
    calls.publish();
    const slot = workers[0].claim() as number;
    assert.deepEqual(workers[0].read(slot), { call, task: task.future.id, fn: 123_456, arity: 3, announce: true, args: [1, 2, 3] });
  });

  it("is full when there is no more room, and has room again when a call is over", () => {
    const setting = new Setting();
    for (let n = 0; n < capacity; n += 1) setting.offer(n);
    assert.equal(
      setting.calls.offer(makeTask([]), false, () => false),
      "full",
    );
    const first = setting.take();
    setting.workers[0].start(first?.call as number);
    setting.over(first?.call as number);
    setting.offer("more");
    assert.equal(setting.calls.unclaimed(1000), capacity);
    assert.equal(setting.calls.unclaimed(10), 10);
  });

  it("keeps the order around calls that run for long", () => {
    const setting = new Setting();
    for (let n = 0; n < 40; n += 1) setting.offer(n);
    const long = setting.take(1)?.call as number;
    setting.workers[1].start(long);
    for (let n = 1; n < 4 * capacity; n += 1) {
      assert.deepEqual(setting.run(), [n]);
      setting.offer(n + 39);
    }
    assert.deepEqual(setting.calls.heldBy(1), [long]);
    assert.equal(setting.calls.started(long), true);
  });

  it("starts a call or takes it back, never both", () => {
    const setting = new Setting();
    const waiting = setting.offer("waiting");
    assert.equal(setting.calls.revoke(waiting), true);
    assert.equal(setting.take(), undefined, "one that was taken back is not there");
    const claimed = setting.offer("claimed");
    setting.take();
    assert.equal(setting.calls.started(claimed), false);
    assert.equal(setting.calls.holder(claimed), 0);
    assert.equal(setting.calls.revoke(claimed), true);
    assert.equal(setting.workers[0].start(claimed), false, "its worker must not start it");
    const started = setting.offer("started");
    setting.take(1);
    assert.equal(setting.workers[1].start(started), true);
    assert.equal(setting.calls.revoke(started), false);
    assert.equal(setting.calls.started(started), true);
  });

  it("recalls those that are meant and not claimed, in their order", () => {
    const setting = new Setting();
    const calls = Array.from({ length: 6 }, (_, n) => setting.offer(n));
    setting.take();
    const recalled = setting.calls.recall((call) => call !== calls[3]);
    assert.deepEqual(recalled, [calls[1], calls[2], calls[4], calls[5]]);
    assert.deepEqual(setting.run(1), [3]);
    assert.equal(setting.run(1), undefined);
  });

  it("tells a call from every other one that had its number", () => {
    const setting = new Setting();
    const stamps = new Set<number>();
    for (let n = 0; n < 1000; n += 1) {
      const call = setting.offer(n);
      stamps.add(setting.calls.stamp(call) * capacity + call);
      setting.run();
    }
    assert.equal(stamps.size, 1000);
  });

  it("knows what a worker held that is gone, the oldest first, and forgets what was taken back from it", () => {
    const setting = new Setting();
    const calls = Array.from({ length: 3 }, (_, n) => setting.offer(n));
    for (let n = 0; n < 3; n += 1) setting.take(1);
    assert.deepEqual(setting.calls.heldBy(1), calls);
    setting.calls.revoke(calls[1] as number);
    setting.calls.forget(1);
    assert.deepEqual(setting.calls.heldBy(1), [calls[0], calls[2]]);
  });

  it("lets one worker at a time watch, and the next one when that is gone", () => {
    const { calls, workers } = new Setting();
    assert.equal(workers[0].beginWatch(), true);
    assert.equal(workers[1].beginWatch(), false);
    workers[0].endWatch();
    assert.equal(workers[1].beginWatch(), true);
    calls.forget(1);
    assert.equal(workers[0].beginWatch(), true);
  });

  it("takes no call that must go as a message: with objects to transfer, or what is not plain, or too long", () => {
    const { calls } = new Setting();
    const buffer = new ArrayBuffer(8);
    const tasks = [
      makeTask([buffer], { transfer: [buffer] }),
      makeTask([new Map()]),
      makeTask(["x".repeat(4 * dataWords)]),
      makeTask(Array.from({ length: dataWords + 1 }, () => 0)),
    ];
    for (const task of tasks)
      assert.equal(
        calls.offer(task, false, () => false),
        "unfit",
      );
    assert.equal(calls.unclaimed(1), 0);
  });
});
