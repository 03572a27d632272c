import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { threadId } from "node:worker_threads";
import { BrokenThreadPool, CancelledError, type PoolExecutor, wait } from "concurrent-futures";
import { Semaphore, take } from "./support/blocking.js";
import { conformance } from "./support/conformance.js";
import { depthThatCannotBeRead, nested } from "./support/deep.js";
import { isBrokenBecause } from "./support/errors.js";
import { namesOfWorkers, starts } from "./support/events.js";
import { Gate } from "./support/gate.js";
import { collected } from "./support/memory.js";
import { runMain } from "./support/program.js";
import { remote, tasksUrl } from "./support/tasks.js";
import { range } from "./support/values.js";

const multiply = (a: number, b: number): number => a * b;

describe("test_interpreter_pool.py", () => {
  conformance("test_interpreter_pool.init_func", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 1, initializer: remote.tell, initargs: [gate.address, "step: init"] });
    assert.deepEqual(gate.heard, []);
    await pool.submit(remote.tell, gate.address, "step: run").result();
    assert.deepEqual(gate.heard, ["step: init", "step: run"]);
  });

  conformance("test_interpreter_pool.init_with___main___global", async () => {
    const ending = await runMain(`
      import { isMainThread } from "node:worker_threads";
      let status = "uninitialized";
      export function init(value) { status = value; }
      export function getStatus() { return status; }
      if (isMainThread) {
        const main = tasks(import.meta.url);
        const pool = new ThreadPoolExecutor({ initializer: main.init, initargs: ["initialized"] });
        console.log(await pool.submit(main.getStatus).result());
        await pool.shutdown();
        console.log(status);
      }
    `);
    assert.deepEqual(ending, { code: 0, stdout: "initialized\nuninitialized\n", stderr: "" });
  });

  conformance("test_interpreter_pool.init_closure", async (make) => {
    let count = 0;
    const reads = (): void => {
      if (count !== 0) throw new Error(`count is ${count}`);
    };
    const writes = (): void => {
      count += 1;
    };
    for (const initializer of [reads, writes]) {
      const future = make({ maxWorkers: 1, initializer }).submit(multiply, 1, 1);
      await assert.rejects(future.result(), isBrokenBecause("threads", /count.* is not defined/));
    }
    assert.equal(count, 0);
  });

  conformance("test_interpreter_pool.init_instance_method", (make) => {
    class Spam {
      initializer(): never {
        throw new Error("not to be run");
      }
    }
    const spam = new Spam();
    assert.throws(() => make({ initializer: spam.initializer.bind(spam) }), { name: "TypeError", message: /initializer is bound or native/ });
  });

  conformance("test_interpreter_pool.init_exception_in_func", async (make) => {
    const fail = (message: string): never => {
      throw new Error(message);
    };
    const pool = make({ maxWorkers: 1, initializer: fail, initargs: ["spam"] });
    await assert.rejects(pool.submit(() => {}).result(), isBrokenBecause("threads", /spam/));
    assert.throws(() => pool.submit(() => {}), BrokenThreadPool);
  });

  conformance("test_interpreter_pool.submit_closure", async (make) => {
    const pool = make({ maxWorkers: 1 });
    let spam = 1;
    const reads = (): number => spam;
    const writes = (): number => {
      spam += 1;
      return spam;
    };
    for (const closure of [reads, writes])
      await assert.rejects(pool.submit(closure).result(), {
        name: "ReferenceError",
        message: /^spam\w* is not defined: .* Pass spam\w* as an argument/,
      });
    assert.equal(await pool.submit(multiply, spam, 2).result(), 2);
  });

  conformance("test_interpreter_pool.submit_local_instance", async (make) => {
    class Spam {
      value = true;
    }
    await assert.rejects(
      make({ maxWorkers: 1 })
        .submit(Spam as never)
        .result(),
      { name: "TypeError", message: /[Cc]lass.*Spam.*'?new'?/ },
    );
  });

  conformance("test_interpreter_pool.submit_instance_method", (make) => {
    class Spam {
      run(): boolean {
        return true;
      }
    }
    const spam = new Spam();
    const pool = make({ maxWorkers: 1 });
    assert.throws(() => pool.submit(spam.run.bind(spam)), { name: "TypeError", message: /run is bound or native/ });
  });

  conformance("test_interpreter_pool.submit_func_globals", async (make) => {
    const pool = make({ maxWorkers: 1 });
    assert.equal(await pool.submit(remote.ownModule).result(), tasksUrl.href);
    await pool.submit(remote.setStatus, "changed").result();
    assert.equal(await pool.submit(remote.getStatus).result(), "changed");
  });

  conformance("test_interpreter_pool.submit_exception_in_func", async (make) => {
    const error = await make({ maxWorkers: 1 }).submit(remote.failHere).exception();
    assert.ok(error instanceof RangeError);
    assert.deepEqual([Object.getPrototypeOf(error), error.message], [RangeError.prototype, "123"]);
    assert.match(String(error.stack), /^RangeError: 123\n +at failHere \(.*tasks\.mjs:\d+:\d+\)/);
    assert.ok(error.cause instanceof TypeError && error.cause.message === "the reason");
  });

  conformance("test_interpreter_pool.saturation", async (make) => {
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

  conformance("test_interpreter_pool.blocking", (make) => allGetThrough(make()));

  conformance("test_interpreter_pool.blocking_with_limited_workers", (make) => allGetThrough(make({ maxWorkers: 4 })));

  conformance("test_interpreter_pool.idle_thread_reuse", async (make) => {
    const pool = make();
    for (const a of [21, 6, 3]) assert.equal(await pool.submit(multiply, a, 42 / a).result(), 42);
    assert.equal(pool.workers().length, 1);
  });

  conformance("test_interpreter_pool.pickle_errors_propagate", async (make) => {
    // A stack no deeper than that of this program: what cannot be read here cannot be read there.
    const pool = make({ maxWorkers: 1, resourceLimits: { stackSizeMb: 1 } });
    const value = nested(depthThatCannotBeRead());
    await assert.rejects(pool.submit((object: object) => typeof object, value).result(), Error);
    assert.equal(await pool.submit(multiply, 6, 7).result(), 42);
  });

  conformance("test_interpreter_pool.no_stale_references", async (make) => {
    const pool = make({ maxWorkers: 1 });
    // In a function of its own, which gives away nothing but weak references and the future.
    const submitObjects = () => {
      const argument = { some: "object" };
      const transferred = new ArrayBuffer(8);
      const take = (_object: object, buffer: ArrayBuffer): number => buffer.byteLength;
      const future = pool.schedule(take, [argument, transferred], { transfer: [transferred] });
      return { future, refs: [new WeakRef<object>(argument), new WeakRef<object>(transferred)] };
    };
    const { future, refs } = submitObjects();
    assert.equal(await future.result(), 8);
    for (const ref of refs) assert.equal(await collected(ref), true);
  });

  conformance("test_interpreter_pool.free_reference", async (make) => {
    const pool = make({ maxWorkers: 1 });
    const submitAndForget = async (): Promise<WeakRef<object>> => new WeakRef(await pool.submit(() => ({ a: "result" })).result());
    assert.equal(await collected(await submitAndForget()), true);
    const values = pool.map((n: number) => ({ n }), range(3));
    const step = async (): Promise<WeakRef<object>> => new WeakRef((await values.next()).value as object);
    for (let i = 0; i < 3; i += 1) assert.equal(await collected(await step()), true);
  });

  conformance("test_interpreter_pool.run_in_executor", async (make) => {
    const { threadId: there } = await make({ maxWorkers: 1 }).submit(remote.whoAmI).result();
    assert.notEqual(there, threadId);
    assert.equal(
      await make({ maxWorkers: 1 })
        .submit((word: string) => word, "yo")
        .result(),
      "yo",
    );
  });

  conformance("test_interpreter_pool.run_in_executor_cancel", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 1 });
    const running = pool.submit(remote.waitAtGate, gate.address, "running");
    await gate.hears(1);
    const { signal, abort } = withAbort();
    const futures = [pool.submit(remote.tell, gate.address, "never"), pool.schedule(remote.tell, [gate.address, "never"], { signal })];
    let calls = 0;
    const settled = futures.map((future) => {
      future.addDoneCallback(() => void (calls += 1));
      return assert.rejects(future.result(), CancelledError).then(() => void (calls += 1));
    });
    futures[0]?.cancel();
    abort();
    assert.equal(calls, 2);
    await Promise.all(settled);
    assert.equal(calls, 4);
    assert.deepEqual(getEventListeners(signal, "abort"), []);
    gate.open();
    await running.result();
    await pool.shutdown();
    assert.equal(calls, 4, "something was called late");
    assert.deepEqual(gate.heard, ["running"]);
  });

  conformance("test_interpreter_pool.default_executor", async (make) => {
    const { threadId: there } = await make().submit(remote.whoAmI).result();
    assert.notEqual(there, threadId);
  });
});

/** Ten tasks that block their thread; whenever one has started, one is let go on. */
async function allGetThrough(pool: PoolExecutor): Promise<void> {
  const semaphore = new Semaphore();
  pool.events.on("taskStart", () => semaphore.release(1));
  const futures = range(10).map(() => pool.submit(take, semaphore.cells));
  await wait(futures);
  for (const future of futures) assert.equal(future.peek()?.kind, "value");
}

function withAbort(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
