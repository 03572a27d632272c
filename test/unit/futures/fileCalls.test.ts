import assert from "node:assert/strict";
import { existsSync, fstatSync, readdirSync, readSync } from "node:fs";
import os from "node:os";
import type { PoolFunction } from "../../../src/futures/pool/functionTable.js";
import { type ScheduleOptions, Task, TaskFuture, type TaskOwner } from "../../../src/futures/pool/task.js";
import { callWord, dataWord, recordBytes } from "../../../src/futures/process/callsFile.js";
import { FileCalls } from "../../../src/futures/process/fileCalls.js";
import { WordReader, wordMemory } from "../../../src/futures/transfer/words.js";

const nobody = {} as TaskOwner;
const abs: PoolFunction = { number: 7, to: { kind: "global", path: ["Math", "abs"], name: "Math.abs" }, arity: 0 };
const makeTask = (args: readonly unknown[], options: ScheduleOptions = {}): Task => new Task(new TaskFuture(nobody), abs, args, options);

/** The pool's side, and the reading that its workers do: they inherit the descriptor. */
class Setting {
  readonly calls = new FileCalls();
  readonly descriptor = this.calls.descriptor as number;
  readonly #memory = wordMemory(new ArrayBuffer(recordBytes));
  readonly #taken = new Set<number>();

  add(...args: readonly unknown[]): number {
    const call = this.calls.offer(makeTask(args), false, (one) => this.#taken.has(one));
    assert.equal(typeof call, "number", `it is ${call}`);
    this.#taken.add(call as number);
    return call as number;
  }

  offer(...args: readonly unknown[]): number {
    const call = this.add(...args);
    this.calls.publish();
    return call;
  }

  /** What a worker reads next. */
  take(): { readonly call: number; readonly args: readonly unknown[] } | undefined {
    if (readSync(this.descriptor, this.#memory.bytes, 0, recordBytes, null) === 0) return undefined;
    const reader = new WordReader(this.#memory);
    reader.at = dataWord;
    reader.value();
    const args = Array.from({ length: reader.word() }, () => reader.value());
    return { call: this.#memory.words[callWord] as number, args };
  }

  over(call: number): void {
    this.calls.done(call);
    this.#taken.delete(call);
  }
}

async function withSetting(use: (setting: Setting) => unknown): Promise<void> {
  const setting = new Setting();
  try {
    await use(setting);
  } finally {
    setting.calls.close();
  }
}

describe("the file of calls", () => {
  it("gives each call once, the oldest first, and is cut when it has grown", () =>
    withSetting((setting) => {
      for (let n = 0; n < 40_000; n += 1) {
        setting.offer(n, "x");
        const taken = setting.take();
        assert.deepEqual(taken?.args, [n, "x"]);
        assert.equal(setting.calls.hasStarted(taken?.call as number, 0), true);
        setting.over(taken?.call as number);
      }
      assert.equal(setting.take(), undefined);
      // 40,000 records are 20 MB.
      assert.ok(fstatSync(setting.descriptor).blocks * 512 < 6_000_000, `${fstatSync(setting.descriptor).blocks} blocks`);
    }));

  it("has no name that anybody could find", () =>
    withSetting(() => {
      const place = existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir();
      assert.deepEqual(
        readdirSync(place).filter((name) => name.startsWith(`concurrent-futures-${process.pid}-`)),
        [],
      );
    }));

  it("offers nothing before it is published", () =>
    withSetting((setting) => {
      setting.add(1);
      setting.add(2);
      assert.equal(setting.take(), undefined);
      setting.calls.publish();
      assert.deepEqual(setting.take()?.args, [1]);
    }));

  it("is full when there are as many calls as there may be", () =>
    withSetting((setting) => {
      for (let n = 0; n < 256; n += 1) setting.offer(n);
      const one = makeTask([]);
      assert.equal(
        setting.calls.offer(one, false, () => true),
        "full",
      );
      assert.equal(setting.calls.unclaimed(1000), 256);
    }));

  it("takes a call back, or says that a worker has it; the others stay in their order", () =>
    withSetting((setting) => {
      const calls = Array.from({ length: 5 }, (_, n) => setting.offer(n));
      setting.take();
      assert.equal(setting.calls.revoke(calls[0] as number), false, "a worker has it, though it has not told");
      assert.equal(setting.calls.started(calls[0] as number), true);
      assert.equal(setting.calls.revoke(calls[2] as number), true);
      assert.equal(setting.calls.started(calls[1] as number), false);
      assert.deepEqual([setting.take()?.args, setting.take()?.args, setting.take()?.args, setting.take()], [[1], [3], [4], undefined]);
    }));

  it("recalls those that are meant, also what is not written yet, in their order", () =>
    withSetting((setting) => {
      const calls = [setting.offer(0), setting.offer(1), setting.add(2), setting.add(3)];
      const recalled = setting.calls.recall((call) => call !== calls[1] && call !== calls[2]);
      assert.deepEqual(recalled, [calls[0], calls[3]]);
      assert.deepEqual([setting.take()?.args, setting.take()?.args, setting.take()], [[1], [2], undefined]);
    }));

  it("knows who has a call once that was told, and believes it once", () =>
    withSetting((setting) => {
      const call = setting.offer(1);
      assert.equal(setting.calls.holder(call), undefined);
      setting.take();
      assert.equal(setting.calls.hasStarted(call, 3), true);
      assert.equal(setting.calls.hasStarted(call, 4), false);
      assert.equal(setting.calls.givenBack(call), false);
      assert.deepEqual([setting.calls.holder(call), setting.calls.heldBy(3)], [3, [call]]);
      assert.equal(setting.calls.hasStarted(99, 3), false, "of a call that nobody offered");
    }));

  it("settles when it is known of every call who has it, and publishes nothing until then", () =>
    withSetting((setting) => {
      const [first, second] = [setting.offer(1), setting.offer(2)];
      setting.take();
      let settled = false;
      setting.calls.settle(() => (settled = true));
      assert.equal(settled, false);
      assert.equal(setting.take(), undefined, "the second one was taken out");
      setting.calls.hasStarted(first, 0);
      assert.equal(settled, true);
      assert.equal(setting.take()?.call, second);
    }));

  it("gives back what a worker had taken that died before it told", () =>
    withSetting(async (setting) => {
      const [lost, told, waiting] = [setting.offer("lost"), setting.offer("told"), setting.offer("waiting")];
      setting.take();
      setting.take();
      const given = new Promise<readonly number[]>((resolve) => setting.calls.forget(0, false, resolve));
      setting.calls.hasStarted(told, 1); // another worker, whose message was under way
      assert.deepEqual(await holdingOpen(given), [lost]);
      assert.equal(setting.take()?.call, waiting);
    })).timeout(10_000);

  it("gives them back at once if there is no other worker that could have them", () =>
    withSetting((setting) => {
      const lost = setting.offer("lost");
      setting.take();
      let given: readonly number[] = [];
      setting.calls.forget(0, true, (calls) => (given = calls));
      assert.deepEqual(given, [lost]);
    }));

  it("takes no call that must go as a message", () =>
    withSetting(({ calls }) => {
      for (const args of [[new Map()], ["x".repeat(2000)], Array.from({ length: 200 }, () => 0)])
        assert.equal(
          calls.offer(makeTask(args), false, () => false),
          "unfit",
        );
      assert.equal(calls.unclaimed(1), 0);
    }));

  it("takes none at all when it is closed", () => {
    const calls = new FileCalls();
    calls.close();
    assert.equal(
      calls.offer(makeTask([]), false, () => false),
      "unfit",
    );
    assert.equal(calls.descriptor, undefined);
  });
});

/** The pool's own timer lets the program end. */
async function holdingOpen<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}
