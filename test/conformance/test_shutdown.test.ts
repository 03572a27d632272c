import assert from "node:assert/strict";
import { type Future, type PoolExecutor, ShutdownError, wait } from "concurrent-futures";
import type { Ground } from "./rows/row.js";
import { Semaphore, take } from "./support/blocking.js";
import { conformance } from "./support/conformance.js";
import { starts } from "./support/events.js";
import { Gate } from "./support/gate.js";
import { classNames, runProgram } from "./support/program.js";
import { remote } from "./support/tasks.js";
import { collect, range } from "./support/values.js";
import { gone, threadsOf } from "./support/workers.js";

const around = range(10).map((n) => n - 5);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** For programs: prints after a while, as CPython's tests do. */
const sleepAndPrint = `async (ms, text) => { await new Promise((resolve) => setTimeout(resolve, ms)); console.log(text); }`;

describe("test_shutdown.py", () => {
  conformance("test_shutdown.run_after_shutdown", async (make) => {
    const pool = make();
    await pool.shutdown();
    assert.throws(() => pool.submit((a: number, b: number) => a ** b, 2, 5), ShutdownError);
  });

  conformance("test_shutdown.interpreter_shutdown", async (_make, ground) => {
    const ending = await runProgram(`
      const pool = new ${classNames[ground]}({ maxWorkers: 5 });
      pool.submit(${sleepAndPrint}, 100, "apple");
    `);
    assert.deepEqual(ending, { code: 0, stdout: "apple\n", stderr: "" });
  });

  conformance("test_shutdown.submit_after_interpreter_shutdown", async (_make, ground) => {
    const ending = await runProgram(`
      let pool;
      process.on("exit", () => {
        try {
          pool.submit(Math.abs, -1);
        } catch (error) {
          console.log(error.name);
          throw error;
        }
      });
      pool = new ${classNames[ground]}({ maxWorkers: 5 });
      console.log(await pool.submit(Math.abs, -42).result());
    `);
    assert.equal(ending.stdout, "42\nShutdownError\n");
    assert.match(ending.stderr, /ShutdownError: cannot schedule new futures.*interpreter shutdown/);
  });

  conformance("test_shutdown.hang_issue12364", async (make) => {
    const pool = make({ maxWorkers: 3 });
    const futures = range(50).map(() => pool.submit(pause, 10));
    await pool.shutdown();
    for (const future of futures) assert.equal(future.peek()?.kind, "value");
  });

  conformance("test_shutdown.cancel_futures", async (make) => {
    const pool = make({ maxWorkers: 3 });
    const futures = range(50).map(() => pool.submit(pause, 10));
    await starts(pool, 1);
    const end = pool.shutdown({ cancelFutures: true });
    const cancelled = futures.filter((future) => future.cancelled());
    const others = futures.filter((future) => !future.cancelled());
    assert.ok(cancelled.length > 20, `${cancelled.length} were cancelled`);
    assert.ok(others.length > 0, "none ran");
    // CPython's wait() would wait for the cancelled ones for ever.
    assert.equal((await wait(cancelled)).done.size, cancelled.length);
    await end;
    for (const future of others) assert.equal(future.peek()?.kind, "value");
  });

  conformance("test_shutdown.hang_gh83386", async (_make, ground) => {
    const ending = await runProgram(`
      const pool = new ${classNames[ground]}({ maxWorkers: 3 });
      pool.submit(${sleepAndPrint}, 100, "apple");
      pool.shutdown({ wait: false });
    `);
    assert.deepEqual(ending, { code: 0, stdout: "apple\n", stderr: "" });
  });

  conformance("test_shutdown.hang_gh94440", async (make) => {
    const pool = make({ maxWorkers: 1 });
    await pool.submit(Number).result();
    const future = pool.submit(Number);
    assert.equal(future.cancel(), true);
    await pool.shutdown();
    assert.deepEqual([future.cancelled(), pool.workers()], [true, []]);
  });

  conformance("test_shutdown.threads_terminate", async (make) => {
    const semaphore = new Semaphore();
    const pool = make({ maxWorkers: 5 });
    const threads = await threadsOf(async () => {
      for (let i = 0; i < 3; i += 1) pool.submit(take, semaphore.cells);
      await starts(pool, 3);
      assert.equal(pool.workers().length, 3);
      semaphore.release(3);
      await pool.shutdown();
    });
    assert.deepEqual(threads, { started: 3, living: 0 });
  });

  conformance("test_shutdown.processes_terminate", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 5 });
    for (let i = 0; i < 3; i += 1) pool.submit(remote.waitAtGate, gate.address, i);
    const workers = await starts(pool, 3);
    assert.equal(pool.workers().length, 3);
    gate.open();
    await pool.shutdown();
    assert.deepEqual(workers.map(gone), [true, true, true]);
  });

  conformance("test_shutdown.context_manager_shutdown.thread", async (make) => {
    const threads = await threadsOf(() => usesAndLeaves(make({ maxWorkers: 5 })));
    assert.equal(threads.living, 0);
    assert.ok(threads.started > 0);
  });

  conformance("test_shutdown.context_manager_shutdown.process", async (make) => {
    const pool = make({ maxWorkers: 5 });
    const started = starts(pool, 10);
    await usesAndLeaves(pool);
    assert.ok((await started).every(gone));
  });

  for (const row of ["test_shutdown.del_shutdown.thread", "test_shutdown.del_shutdown.process"])
    conformance(row, (_make, ground) => dropsItsExecutor(ground));

  conformance("test_shutdown.shutdown_no_wait.thread", async (make) => {
    const pool = make({ maxWorkers: 5 });
    const threads = await threadsOf(() => leavesWithoutWaiting(pool));
    assert.equal(threads.living, 0);
    assert.ok(threads.started > 0);
  });

  conformance("test_shutdown.shutdown_no_wait.process", async (make) => {
    const pool = make({ maxWorkers: 5 });
    const started = starts(pool, 10);
    await leavesWithoutWaiting(pool);
    assert.ok((await started).every(gone));
  });

  conformance("test_shutdown.thread_names_assigned", async (make) => {
    await hasNames(make({ maxWorkers: 5, name: "SpecialPool" }), /^SpecialPool-[0-4]$/);
  });

  conformance("test_shutdown.thread_names_default", async (make) => {
    await hasNames(make({ maxWorkers: 5 }), /^ThreadPoolExecutor-\d+-[0-4]$/);
  });

  conformance("test_shutdown.cancel_futures_wait_false", async (_make, ground) => {
    const ending = await runProgram(`
      const pool = new ${classNames[ground]}();
      pool.submit(${sleepAndPrint}, 10, "apple");
      pool.shutdown({ wait: false, cancelFutures: true });
    `);
    assert.deepEqual([ending.code, ending.stderr], [0, ""]);
    assert.ok(["apple\n", ""].includes(ending.stdout), ending.stdout);
  });

  conformance("test_shutdown.shutdown_gh_132969_case_1", async (make) => {
    assert.equal(await sumUntilTheFailure(make({ maxWorkers: 2, maxTasksPerWorker: 1 })), 1);
  });

  conformance("test_shutdown.shutdown_gh_132969_case_2", async (make) => {
    assert.equal(await sumUntilTheFailure(make({ maxWorkers: 4, maxTasksPerWorker: 1 })), 1);
  });
});

async function usesAndLeaves(given: PoolExecutor): Promise<void> {
  {
    await using pool = given;
    assert.deepEqual(await collect(pool.map(Math.abs, around)), around.map(Math.abs));
  }
  assert.deepEqual(given.workers(), []);
}

async function leavesWithoutWaiting(pool: PoolExecutor): Promise<void> {
  const values = pool.map(Math.abs, around);
  await pool.shutdown({ wait: false });
  assert.deepEqual(await collect(values), around.map(Math.abs));
  await pool.shutdown(); // joins
  assert.deepEqual(pool.workers(), []);
}

/**
 * The program keeps the iterator of its results and not the executor, and goes on until the workers are gone: there is nothing that it could call.
 * It knows threads and processes by themselves: whoever holds the pool's view of them may hold the pool.
 */
async function dropsItsExecutor(ground: Ground): Promise<void> {
  const ending = await runProgram(
    `
    import { setImmediate as turn } from "node:timers/promises";
    const workers = new Map(); // whether each lives
    process.on("worker", (thread) => {
      workers.set(thread, () => thread.threadId !== -1);
    });
    const lives = (pid) => { try { return process.kill(pid, 0); } catch { return false; } };
    function start() {
      const pool = new ${classNames[ground]}({ maxWorkers: 5 });
      pool.events.on("workerStart", ({ pid }) => pid && workers.set(pid, () => lives(pid)));
      return pool.map(Math.abs, [${around}]);
    }
    const values = start();
    const living = () => [...workers.values()].filter((alive) => alive()).length;
    for (const limit = Date.now() + 10_000; (workers.size === 0 || living() > 0) && Date.now() < limit; ) {
      globalThis.gc();
      await turn();
    }
    const left = living();
    const results = [];
    for await (const value of values) results.push(value);
    console.log(JSON.stringify({ results, used: workers.size > 0, left }));
  `,
    ["--expose-gc"],
  );
  assert.deepEqual([ending.code, ending.stderr], [0, ""]);
  assert.deepEqual(JSON.parse(ending.stdout), { results: around.map(Math.abs), used: true, left: 0 });
}

async function hasNames(pool: PoolExecutor, pattern: RegExp): Promise<void> {
  const futures = range(10).map(() => pool.submit(remote.whoAmI));
  for (const future of futures) {
    const { worker, threadName } = await future.result();
    assert.match(String(worker), pattern);
    if (threadName !== undefined) assert.equal(threadName, worker); // Node tells it to the thread itself since 22.20 and 24.6
  }
  for (const { name } of pool.workers()) assert.match(name, pattern);
}

/** Results are taken until one fails; then the pool is left without waiting, while its workers are being replaced. */
async function sumUntilTheFailure(pool: PoolExecutor): Promise<number> {
  const good = async (n: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 10 * n));
    return n;
  };
  const failing = (): number => {
    throw new RangeError("failing task");
  };
  const futures: Future<number>[] = [pool.submit(good, 1), pool.submit(failing), pool.submit(good, 3)];
  const loose: unknown[] = [];
  const notice = (error: unknown): void => void loose.push(error);
  process.on("warning", notice);
  let sum = 0;
  await assert.rejects(async () => {
    for (const future of futures) sum += await future.result();
  }, /failing task/);
  await pool.shutdown({ wait: false });
  await pool.shutdown();
  process.off("warning", notice);
  assert.deepEqual(loose, []);
  assert.equal(await futures[2]?.result(), 3);
  return sum;
}
