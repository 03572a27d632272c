import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { BrokenExecutor, BrokenProcessPool, type Future, type PoolExecutor, WorkerDiedError, wait } from "concurrent-futures";
import { conformance, poolOf } from "./support/conformance.js";
import { brokenClasses, isBrokenBecause } from "./support/errors.js";
import { namesOfWorkers, starts } from "./support/events.js";
import { Gate } from "./support/gate.js";
import { collectGarbageForAWhile } from "./support/memory.js";
import { remote, tasksUrl } from "./support/tasks.js";
import { collect, range } from "./support/values.js";
import { refuseNewWorkers, staying, threadsOf } from "./support/workers.js";

const multiply = (a: number, b: number): number => a * b;
const power = (a: number, b: number): number => a ** b;

describe("test_process_pool.py", () => {
  conformance("test_process_pool.killed_child", async (make, ground) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 1 });
    await threadsOf(async (threads) => {
      const future = pool.submit(remote.waitAtGate, gate.address, "killed");
      const [worker] = await starts(pool, 1);
      if (ground === "threads") void threads[0]?.terminate();
      else process.kill(worker?.pid as number, "SIGTERM");
      await assert.rejects(future.result(), brokenClasses[ground]);
    });
    assert.throws(() => pool.submit(power, 2, 8), brokenClasses[ground]);
  });

  conformance("test_process_pool.broken_process_pool_traceback", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 2 });
    const futures = range(3).map((n) => pool.submit(remote.waitAtGate, gate.address, n));
    const [worker] = await starts(pool, 1);
    process.kill(worker?.pid as number, "SIGTERM");
    const errors = await Promise.all(futures.map((future) => future.exception()));
    for (const error of errors) assert.ok(error instanceof BrokenProcessPool);
    assert.equal(new Set(errors).size, 3);
    assert.equal(new Set(errors.map((error) => (error as Error).cause)).size, 3);
  });

  conformance("test_process_pool.map_chunksize", async (make) => {
    const pool = make({ maxWorkers: 2 });
    const expected = range(40).map((n) => power(n, n));
    for (const chunksize of [6, 40, 50]) assert.deepEqual(await collect(pool.map(power, range(40), range(40), { chunksize })), expected);
    assert.throws(() => pool.map(power, range(40), range(40), { chunksize: -1 }), { name: "RangeError", message: /chunksize must be/ });
  });

  conformance("test_process_pool.traceback", async (make) => {
    const line = readFileSync(tasksUrl, "utf8")
      .split("\n")
      .findIndex((text) => text.includes('throw new RangeError("123"'));
    const error = await make({ maxWorkers: 1 }).submit(remote.failHere).exception();
    assert.ok(error instanceof RangeError && error.message === "123");
    assert.match(String(error.stack), new RegExp(`at failHere \\(.*tasks\\.mjs:${line + 1}:\\d+\\)`));
    assert.ok(error.cause instanceof TypeError && error.cause.message === "the reason");
    assert.match(String(error.cause.stack), new RegExp(`tasks\\.mjs:${line + 1}:`));
  });

  conformance("test_process_pool.traceback_when_child_process_terminates_abruptly", async (make, ground) => {
    const error = await make({ maxWorkers: 1 })
      .submit(() => process.exit(99))
      .exception();
    assert.ok(error instanceof brokenClasses[ground]);
    assert.ok(error.cause instanceof WorkerDiedError);
    assert.equal(error.cause.exitCode, 99);
    assert.match(error.cause.message, /exit code 99/);
  });

  conformance("test_process_pool.ressources_gced_in_workers", async (make) => {
    const pool = make({ maxWorkers: 1 });
    await pool.submit(remote.remember, { an: "argument" }).result();
    assert.equal(await pool.submit(remote.isForgotten).result(), true);
  });

  conformance("test_process_pool.saturation", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 3 });
    const futures = range(45).map((n) => pool.submit(remote.waitAtGate, gate.address, n));
    const workers = await starts(pool, 3);
    assert.equal(pool.workers().length, 3);
    assert.equal(new Set(workers.map(({ pid }) => pid)).size, 3);
    gate.open();
    await wait(futures);
    assert.equal(pool.workers().length, 3);
  });

  conformance("test_process_pool.idle_process_reuse_one", async (make) => {
    const pool = make({ maxWorkers: 4 });
    for (const a of [21, 6, 3]) assert.equal(await pool.submit(multiply, a, 42 / a).result(), 42);
    assert.equal(pool.workers().length, 1);
  });

  conformance("test_process_pool.idle_process_reuse_multiple", async (make) => {
    const pool = make({ maxWorkers: 5 });
    await pool.submit(multiply, 12, 7).result();
    pool.submit(multiply, 33, 25);
    await pool.submit(multiply, 25, 26).result();
    pool.submit(multiply, 18, 29);
    await pool.submit(multiply, 1, 2).result();
    pool.submit(multiply, 0, 9);
    assert.ok(pool.workers().length <= 3, `${pool.workers().length} workers`);
  });

  conformance("test_process_pool.max_tasks_per_child", async (make) => {
    const pool = make({ maxWorkers: 1, maxTasksPerWorker: 3 });
    const whoRan = async (): Promise<string> => {
      const { pid, threadId } = await pool.submit(remote.whoAmI).result();
      return `${pid}/${threadId}`;
    };
    const first = await whoRan();
    assert.equal(await whoRan(), first);
    assert.equal(staying(pool.workers()).length, 1);
    assert.equal(await whoRan(), first);
    assert.notEqual(await whoRan(), first);
    assert.equal(staying(pool.workers()).length, 1);
  });

  conformance("test_process_pool.max_tasks_per_child_pending_tasks_gh115634", async (make) => {
    for (const [maxWorkers, maxTasksPerWorker, tasks] of [
      [1, 2, 6],
      [2, 2, 8],
    ] as const) {
      const pool = make({ maxWorkers, maxTasksPerWorker });
      const names = namesOfWorkers(pool);
      const futures = range(tasks).map((n) => pool.submit(multiply, n, 2));
      const results = await Promise.all(futures.map((future) => future.result()));
      assert.deepEqual(
        results,
        range(tasks).map((n) => 2 * n),
      );
      assert.ok(names.size >= tasks / maxTasksPerWorker, `${names.size} workers for ${tasks} tasks`);
    }
  });

  conformance("test_process_pool.shutdown_no_wait_max_tasks_gh119592", async (make, ground) => {
    const submitThreeAndLeave = (pool: PoolExecutor, address: string): Future<number>[] => {
      const futures = range(3).map((n) => pool.submit(remote.waitAtGate, address, n));
      void pool.shutdown({ wait: false });
      return futures;
    };
    for (const dropped of [false, true]) {
      await using gate = await Gate.create();
      const options = { maxWorkers: 1, maxTasksPerWorker: 1 };
      const futures = submitThreeAndLeave(dropped ? poolOf(ground, options) : make(options), gate.address);
      // The worker is in its first task: it reaches its limit only after the executor was left.
      await gate.hears(1);
      await collectGarbageForAWhile();
      gate.open();
      assert.deepEqual(await Promise.all(futures.map((future) => future.result())), [0, 1, 2]);
    }
  });

  conformance("test_process_pool.gc_during_max_tasks_worker_exit_gh152967", async (_make, ground) => {
    await using gate = await Gate.create();
    const submitThree = (pool: PoolExecutor): Future<number>[] => range(3).map((n) => pool.submit(remote.waitAtGate, gate.address, n));
    const futures = submitThree(poolOf(ground, { maxWorkers: 1, maxTasksPerWorker: 1 }));
    await gate.hears(1);
    await collectGarbageForAWhile();
    gate.open();
    await wait(futures);
    assert.deepEqual(futures[0]?.peek(), { kind: "value", value: 0 });
    for (const [n, future] of futures.entries()) {
      const outcome = future.peek();
      assert.ok(outcome?.kind === "value" ? outcome.value === n : outcome?.kind === "error" && outcome.error instanceof BrokenExecutor);
    }
  });

  conformance("test_process_pool.failed_worker_replacement_breaks_pool", async (make, ground) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 1, maxTasksPerWorker: 1 });
    const [first, ...rest] = range(3).map((n) => pool.submit(remote.waitAtGate, gate.address, n)) as [Future<number>, ...Future<number>[]];
    await gate.hears(1);
    const allow = refuseNewWorkers(ground, "no more workers today");
    try {
      gate.open();
      assert.equal(await first.result(), 0);
      await wait(rest);
    } finally {
      allow();
    }
    for (const future of rest) await assert.rejects(future.result(), isBrokenBecause(ground, /no more workers today/));
    assert.throws(() => pool.submit(multiply, 1, 1), brokenClasses[ground]);
  });

  conformance("test_process_pool.max_tasks_early_shutdown", async (make) => {
    const pool = make({ maxWorkers: 3, maxTasksPerWorker: 1 });
    const names = namesOfWorkers(pool);
    const futures = range(6).map((n) => pool.submit(multiply, n, n));
    await pool.shutdown();
    assert.equal(names.size, 6);
    for (const [n, future] of futures.entries()) assert.deepEqual(future.peek(), { kind: "value", value: n * n });
  });

  conformance("test_process_pool.python_finalization_error", async (make, ground) => {
    const pool = make({ maxWorkers: 2 });
    const allow = refuseNewWorkers(ground, "no worker at all");
    try {
      const values = pool.map(multiply, Array<number>(10).fill(2), Array<number>(10).fill(3));
      await assert.rejects(collect(values), isBrokenBecause(ground, /no worker at all/));
      await pool.shutdown();
    } finally {
      allow();
    }
  });
});
