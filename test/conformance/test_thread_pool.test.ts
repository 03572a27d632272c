import assert from "node:assert/strict";
import os from "node:os";
import { TimeoutError, wait } from "concurrent-futures";
import { Semaphore, take } from "./support/blocking.js";
import { conformance } from "./support/conformance.js";
import { namesOfWorkers, starts } from "./support/events.js";
import { Gate } from "./support/gate.js";
import { remote } from "./support/tasks.js";
import { range } from "./support/values.js";

describe("test_thread_pool.py", () => {
  conformance("test_thread_pool.map_submits_without_iteration", async (make) => {
    const pool = make({ maxWorkers: 2 });
    const finished = new Int32Array(new SharedArrayBuffer(40));
    const recordFinished = (cells: Int32Array, n: number): void => void Atomics.add(cells, n, 1);
    pool.map(recordFinished, Array<Int32Array>(10).fill(finished), range(10));
    await pool.shutdown();
    assert.deepEqual([...finished], Array(10).fill(1));
  });

  conformance("test_thread_pool.default_workers", (make) => {
    assert.equal(make().maxWorkers, os.availableParallelism());
  });

  conformance("test_thread_pool.saturation", async (make) => {
    const pool = make({ maxWorkers: 4 });
    const names = namesOfWorkers(pool);
    const semaphore = new Semaphore();
    const futures = range(60).map(() => pool.submit(take, semaphore.cells));
    await starts(pool, 4);
    assert.equal(pool.workers().length, 4);
    semaphore.release(60);
    await wait(futures);
    assert.equal(names.size, 4);
  });

  conformance("test_thread_pool.idle_thread_reuse", async (make) => {
    const pool = make({ maxWorkers: 4 });
    for (const [a, b] of [
      [21, 2],
      [6, 7],
      [3, 14],
    ] as const)
      assert.equal(await pool.submit((x: number, y: number) => x * y, a, b).result(), 42);
    assert.equal(pool.workers().length, 1);
  });

  conformance("test_thread_pool.executor_map_current_future_cancel", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 1 });
    const first = pool.submit(remote.startAndFinish, gate.address);
    await gate.hears(1);
    let started = 0;
    pool.events.on("taskStart", (future) => void (started += future === first ? 0 : 1)); // of a cluster that of the first is told later
    const values = pool.map(remote.waitAtGate, Array<string>(2).fill(gate.address), ["second", "third"], { timeout: 0 });
    await assert.rejects(values.next(), TimeoutError);
    await values.return?.();
    gate.open();
    await first.result();
    await pool.shutdown();
    assert.deepEqual(gate.heard, ["started", "finished"]);
    assert.equal(started, 0);
  });
});
