import assert from "node:assert/strict";
import { BrokenExecutor, type PoolExecutor, type ProcessPoolOptions, type ThreadPoolOptions, TransferError, task, wait } from "concurrent-futures";
import type { Ground } from "./rows/row.js";
import { conformance } from "./support/conformance.js";
import { depthThatCannotBeRead, nested } from "./support/deep.js";
import { brokenClasses } from "./support/errors.js";
import { starts } from "./support/events.js";
import { Gate } from "./support/gate.js";
import { classNames, runProgram } from "./support/program.js";
import { remote, tasksUrl } from "./support/tasks.js";
import { collect, range } from "./support/values.js";

/** What a process that crashes says of it is not this test's business. */
const quiet = { maxWorkers: 1, onOutput: () => {} };

/** The future of a task fails, and nothing else does: the pool and its worker go on. */
async function failsAlone(pool: PoolExecutor, fails: (pool: PoolExecutor) => Promise<unknown>): Promise<unknown> {
  const worker = await pool.submit(remote.whoAmI).result();
  const error = await fails(pool);
  assert.ok(error instanceof Error && !(error instanceof BrokenExecutor), String(error));
  assert.deepEqual(await pool.submit(remote.whoAmI).result(), worker);
  return error;
}

/** Workers whose stack is no deeper than that of this program. */
const shallow: Record<Ground, ThreadPoolOptions & ProcessPoolOptions> = { threads: { resourceLimits: { stackSizeMb: 1 } }, processes: {} };

describe("test_deadlock.py", () => {
  conformance("test_deadlock.error_at_task_pickle", async (make) => {
    const error = await failsAlone(make({ maxWorkers: 1 }), (pool) => pool.submit((value: unknown) => value, { symbol: Symbol("no") }).exception());
    assert.ok(error instanceof TransferError);
    assert.match(error.message, /^args\[0\]\.symbol is a symbol/);
  });

  conformance("test_deadlock.exit_at_task_unpickle", async (make, ground) => {
    const error = await make({ maxWorkers: 2 }).submit(task("data:text/javascript,process.exit(1)", "f")).exception();
    assert.ok(error instanceof brokenClasses[ground], String(error));
    assert.match(error.message, /exit code 1/);
  });

  conformance("test_deadlock.error_at_task_unpickle", async (make, ground) => {
    const depth = depthThatCannotBeRead();
    await failsAlone(make({ maxWorkers: 1, ...shallow[ground] }), (pool) => pool.submit((value: object) => value, nested(depth)).exception());
  });

  conformance("test_deadlock.crash_at_task_unpickle", async (make, ground) => {
    const error = await make(quiet).submit(task("data:text/javascript,process.abort()", "f")).exception();
    assert.ok(error instanceof brokenClasses[ground], String(error));
    assert.match(error.message, /SIGABRT|exit code/);
  });

  conformance("test_deadlock.crash_during_func_exec_on_worker", async (make, ground) => {
    const error = await make(quiet)
      .submit(() => process.abort())
      .exception();
    assert.ok(error instanceof brokenClasses[ground], String(error));
  });

  conformance("test_deadlock.exit_during_func_exec_on_worker", async (make, ground) => {
    const error = await make({ maxWorkers: 2 })
      .submit(() => process.exit(1))
      .exception();
    assert.ok(error instanceof brokenClasses[ground], String(error));
    assert.match(error.message, /exit code 1/);
  });

  conformance("test_deadlock.error_during_func_exec_on_worker", async (make) => {
    const error = await failsAlone(make({ maxWorkers: 1 }), (pool) => pool.submit(remote.failHere).exception());
    assert.ok(error instanceof RangeError && error.message === "123");
  });

  conformance("test_deadlock.crash_during_result_pickle_on_worker", async (make, ground) => {
    const bad = (): object => ({
      get lazy() {
        return process.abort();
      },
    });
    const error = await make(quiet).submit(bad).exception();
    assert.ok(error instanceof brokenClasses[ground], String(error));
  });

  conformance("test_deadlock.exit_during_result_pickle_on_worker", async (make, ground) => {
    const bad = (): object => ({
      get lazy() {
        return process.exit(1);
      },
    });
    const error = await make({ maxWorkers: 2 }).submit(bad).exception();
    assert.ok(error instanceof brokenClasses[ground], String(error));
    assert.match(error.message, /exit code 1/);
  });

  conformance("test_deadlock.error_during_result_pickle_on_worker", async (make) => {
    const bad = (): object => ({
      get lazy() {
        throw new TypeError("Error in pickle");
      },
    });
    assert.match(String(await failsAlone(make({ maxWorkers: 1 }), (pool) => pool.submit(bad).exception())), /TypeError: Error in pickle/);
    const unsendable = await failsAlone(make({ maxWorkers: 1 }), (pool) => pool.submit(() => ({ list: [() => 1] })).exception());
    assert.ok(unsendable instanceof TransferError);
    assert.match(unsendable.message, /^result\.list\[0\] is a function/);
  });

  conformance("test_deadlock.error_during_result_unpickle_in_result_handler", async (_make, ground) => {
    const ending = await runProgram(`
      const pool = new ${classNames[ground]}({ maxWorkers: 1 });
      const error = await pool.submit(${nested}, ${depthThatCannotBeRead()}).exception();
      console.log(error instanceof Error, !(error instanceof BrokenExecutor), await pool.submit(Math.abs, -1).result());
    `);
    assert.deepEqual(ending, { code: 0, stdout: "true true 1\n", stderr: "" });
  });

  conformance("test_deadlock.exit_during_result_unpickle_in_result_handler", async (_make, ground) => {
    const ending = await runProgram(`
      class Explosive extends Error { constructor() { super("from here"); process.exit(1); } }
      registerErrorClass(Explosive, "Explosive");
      const pool = new ${classNames[ground]}({ maxWorkers: 1 });
      const error = await pool.submit(task(${JSON.stringify(new URL("explosive.mjs", tasksUrl))}, "explode")).exception();
      console.log(error instanceof Explosive, error.message, await pool.submit(Math.abs, -1).result());
    `);
    assert.deepEqual(ending, { code: 0, stdout: "true from the worker 1\n", stderr: "" });
  });

  conformance("test_deadlock.shutdown_deadlock", async (make, ground) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 2 });
    const future = pool.submit(remote.exitAtGate, gate.address);
    await starts(pool, 1);
    const end = pool.shutdown();
    gate.open();
    await assert.rejects(future.result(), brokenClasses[ground]);
    await end;
    assert.deepEqual(pool.workers(), []);
  });

  conformance("test_deadlock.shutdown_deadlock_pickle", async (make) => {
    const pool = make({ maxWorkers: 2 });
    await pool.submit(Math.abs, -42).result();
    const future = pool.submit(
      (value: unknown) => value,
      () => 1,
    );
    await pool.shutdown({ wait: false });
    await assert.rejects(future.result(), TransferError);
    await pool.shutdown();
    assert.deepEqual(pool.workers(), []);
  });

  conformance("test_deadlock.crash_big_data", async (make, ground) => {
    const data = "a".repeat(4 * 1024 * 1024 + 1); // CPython's PIPE_MAX_SIZE
    const crash = async (_data: string, inProcess: boolean): Promise<never> => {
      if (inProcess) process.kill(process.pid, "SIGKILL");
      return process.exit(1);
    };
    const values = make({ maxWorkers: 2 }).map(crash, Array<string>(10).fill(data), Array<boolean>(10).fill(ground === "processes"));
    await assert.rejects(collect(values), brokenClasses[ground]);
  });

  conformance("test_deadlock.gh105829_should_not_deadlock_if_wakeup_pipe_full", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 2, initializer: remote.waitAtGate, initargs: [gate.address, "not yet ready"] });
    const text = "a".repeat(1000);
    const lengthOf = (n: number, value: string): number => n + value.length;
    const futures = range(10_000).map((n) => pool.submit(lengthOf, n, text));
    await gate.hears(2);
    gate.open();
    await wait(futures);
    for (const [n, future] of futures.entries()) assert.deepEqual(future.peek(), { kind: "value", value: n + 1000 });
  });
});
