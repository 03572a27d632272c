import assert from "node:assert/strict";
import { asCompleted, Future, type PoolExecutor, TimeoutError } from "concurrent-futures";
import { conformance } from "./support/conformance.js";
import { Futures } from "./support/futures.js";
import { Gate } from "./support/gate.js";
import { collected } from "./support/memory.js";
import { remote } from "./support/tasks.js";

const multiply = (a: number, b: number): number => a * b;

async function collect(futures: AsyncIterable<Future<unknown>>): Promise<Future<unknown>[]> {
  const all: Future<unknown>[] = [];
  for await (const future of futures) all.push(future);
  return all;
}

/** Four of the six are a pool's. */
async function fourOpenAndSixDone(pool: PoolExecutor): Promise<Future<unknown>[]> {
  const { cancelled, successful } = new Futures();
  const ofPool = Array.from({ length: 4 }, (_, i) => pool.submit(multiply, i, i));
  for (const future of ofPool) await future.result();
  return [...Array.from({ length: 4 }, () => new Future<unknown>()), cancelled, successful, ...ofPool];
}

describe("test_as_completed.py", () => {
  conformance("test_as_completed.no_timeout", async (make) => {
    const { cancelled, failed, successful } = new Futures();
    const pool = make({ maxWorkers: 2 });
    const futures = [cancelled, failed, successful, pool.submit(multiply, 2, 21), pool.submit(multiply, 7, 6)];
    const completed = await collect(asCompleted(futures));
    assert.equal(completed.length, futures.length);
    assert.deepEqual(new Set(completed), new Set(futures));
    assert.deepEqual(completed.slice(0, 3), futures.slice(0, 3));
  });

  conformance("test_as_completed.future_times_out", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 1 });
    for (const timeout of [0, 100]) {
      const { cancelled, failed, successful } = new Futures();
      const slow = pool.submit(remote.waitAtGate, gate.address, timeout);
      const completed: Future<unknown>[] = [];
      await assert.rejects(async () => {
        for await (const future of asCompleted<Future<unknown>>([cancelled, failed, successful, slow], { timeout })) completed.push(future);
      }, TimeoutError);
      assert.deepEqual(completed, [cancelled, failed, successful]);
      assert.equal(slow.done(), false);
    }
  });

  conformance("test_as_completed.duplicate_futures", async (make) => {
    await using gate = await Gate.create();
    const future = make({ maxWorkers: 1 }).submit(remote.waitAtGate, gate.address, "once");
    function* threeTimes(): Generator<Future<unknown>> {
      for (let i = 0; i < 3; i += 1) yield future;
    }
    const completed = collect(asCompleted(threeTimes()));
    await gate.hears(1);
    gate.open();
    assert.deepEqual(await completed, [future]);
  });

  conformance("test_as_completed.free_reference_yielded_future", async (make) => {
    const list = await fourOpenAndSixDone(make({ maxWorkers: 1 }));
    // In functions of their own: a variable of this one would keep its future.
    const step = async (iterator: AsyncIterator<Future<unknown>>): Promise<WeakRef<object>> => {
      const { value: future } = await iterator.next();
      list.splice(list.indexOf(future), 1);
      return new WeakRef(future);
    };

    const timed = asCompleted(list, { timeout: 0 });
    for (let i = 0; i < 6; i += 1) assert.equal(await collected(await step(timed)), true, `future ${i + 1} of those that were done is kept`);
    await assert.rejects(timed.next(), { name: "TimeoutError", message: "4 (of 10) futures unfinished" });

    list[0]?.setResult("test");
    const untimed = asCompleted(list);
    for (let i = 0; i < 4; i += 1) {
      assert.equal(await collected(await step(untimed)), true, `future ${i + 1} of those that came later is kept`);
      list[0]?.setResult("test");
    }
    assert.equal((await untimed.next()).done, true);
  });

  conformance("test_as_completed.correct_timeout_exception_msg", async (make) => {
    await using gate = await Gate.create();
    const { cancelled, pending, successful } = new Futures();
    const running = make({ maxWorkers: 1 }).submit(remote.waitAtGate, gate.address, "running");
    await gate.hears(1);
    const completed = collect(asCompleted<Future<unknown>>([cancelled, pending, running, successful], { timeout: 0 }));
    await assert.rejects(completed, { name: "TimeoutError", message: "2 (of 4) futures unfinished" });
  });
});
