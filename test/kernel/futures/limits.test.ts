import assert from "node:assert/strict";
import { once } from "node:events";
import {
  BrokenExecutor,
  type Future,
  ProcessPoolExecutor,
  QueueFullError,
  ShutdownError,
  ThreadPoolExecutor,
  TimeoutError,
  wait,
} from "concurrent-futures";
import { pools, sleep, spin, withPool } from "../support/pools.js";

for (const { kind, make } of pools) {
  describe(`limits of a pool of ${kind}`, () => {
    it("maxTasksPerWorker: a worker ends after so many tasks, failed ones too, and another takes its place", async () => {
      await withPool(make, { maxWorkers: 1, maxTasksPerWorker: 3 }, async (pool) => {
        const names: (string | undefined)[] = [];
        pool.events.on("taskStart", (_future, worker) => names.push(worker.name.split("-").at(-1)));
        const futures = Array.from({ length: 7 }, (_, i) =>
          pool.submit((n: number) => {
            if (n === 1) throw new Error("failed");
            return n;
          }, i),
        );
        await wait(futures);
        assert.deepEqual(names, ["0", "0", "0", "1", "1", "1", "2"]);
        assert.equal(pool.workers().filter(({ state }) => state !== "stopping").length, 1);
      });
    });

    it("idleTimeout: an idle worker ends, and there is another when there is work", async () => {
      await withPool(make, { maxWorkers: 1, idleTimeout: 30 }, async (pool) => {
        const ended = once(pool.events, "workerEnd");
        assert.equal(await pool.submit(() => 1).result(), 1);
        assert.equal((await ended)[1].exitCode, 0);
        assert.deepEqual(pool.workers(), []);
        assert.equal(await pool.submit(() => 2).result(), 2);
      });
    });

    it("maxQueue: submit on a full queue is an error, nothing is lost, and room() tells when there is room", async () => {
      await withPool(make, { maxWorkers: 1, maxQueue: 2 }, async (pool) => {
        const held = [pool.submit(sleep, 100), pool.submit(sleep, 1), pool.submit(sleep, 1)];
        assert.throws(
          () => pool.submit(sleep, 1),
          (error) => error instanceof QueueFullError && /has 2 tasks waiting, as many as its maxQueue allows: await its room\(\)/.test(error.message),
        );
        assert.equal(pool.stats().queued + pool.stats().running, 3);
        await pool.room();
        held.push(pool.submit(sleep, 1));
        assert.throws(() => pool.submit(sleep, 1), QueueFullError);
        assert.equal(held.at(-1)?.cancel(), true);
        held.push(pool.submit(sleep, 2)); // a cancelled task takes no room
        await wait(held);
        assert.deepEqual(
          held.map((future) => future.state),
          ["FINISHED", "FINISHED", "FINISHED", "CANCELLED", "FINISHED"],
        );
      });
    });

    it("room() of a pool that takes no more work rejects with the reason", async () => {
      const pool = make({ maxWorkers: 1, maxQueue: 1 });
      const futures = [pool.submit(sleep, 50), pool.submit(sleep, 1)];
      const room = assert.rejects(pool.room(), ShutdownError);
      await pool.shutdown();
      await room;
      await assert.rejects(pool.room(), ShutdownError);
      assert.equal(
        futures.every((future) => future.done()),
        true,
      );
    });

    it("priority: higher ones start first, and those of the same in the order submitted", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const order: string[] = [];
        const names = new Map<Future<unknown>, string>();
        pool.events.on("taskStart", (future) => order.push(names.get(future) ?? ""));
        const first = pool.submit(sleep, 30);
        names.set(first, "first");
        await once(pool.events, "taskStart");
        for (const [name, priority] of [
          ["a", 0],
          ["b", 5],
          ["c", -1],
          ["d", 5],
          ["e", undefined],
          ["f", 2.5],
        ] as const)
          names.set(
            pool.schedule(() => 1, [], { priority }),
            name,
          );
        await wait(names.keys());
        assert.deepEqual(order, ["first", "b", "d", "f", "a", "e", "c"]);
        for (const priority of [Number.NaN, Number.POSITIVE_INFINITY, "1"])
          assert.throws(() => pool.schedule(() => 1, [], { priority: priority as number }), {
            name: "TypeError",
            message: /priority must be a finite number/,
          });
      });
    });

    it("a task that returns after its timeout has failed by it all the same", async () => {
      await withPool(make, { maxWorkers: 1, stopGrace: 60_000 }, async (pool) => {
        const late = pool.schedule(sleep, [150], { timeout: 20 });
        await assert.rejects(late.result(), (error) => error instanceof TimeoutError && /ran longer than 20 ms/.test(error.message));
        assert.equal(pool.workers().length, 1);
        assert.equal(await pool.schedule(sleep, [1], { timeout: 60_000 }).result(), 1);
      });
    });

    it("terminateWorkers and killWorkers end everything at once: running tasks fail, queued ones are cancelled, more is refused", async () => {
      for (const method of ["terminateWorkers", "killWorkers"] as const) {
        const pool = make({ maxWorkers: 2 });
        await pool[method]();
        assert.throws(() => pool.submit(() => 1), ShutdownError);
        const busy = make({ maxWorkers: 1 });
        const running = busy.submit(spin);
        await once(busy.events, "taskStart");
        const queued = [busy.submit(() => 1), busy.submit(() => 2)];
        const ended = busy[method]();
        assert.deepEqual(
          queued.map((future) => future.state),
          ["CANCELLED", "CANCELLED"],
        );
        await ended;
        const error = await running.exception();
        assert.ok(error instanceof BrokenExecutor && error.message.includes(`ended by ${method}()`), String(error));
        assert.deepEqual(busy.workers(), []);
        assert.throws(() => busy.submit(() => 1), ShutdownError);
        await busy[method]();
        await busy.shutdown();
      }
    });

    it("shutdown with a timeout rejects when it is over, the work goes on, and a later call joins", async () => {
      const pool = make({ maxWorkers: 1 });
      const future = pool.submit(sleep, 200);
      const queued = pool.submit(sleep, 1);
      await once(pool.events, "taskStart");
      await assert.rejects(
        pool.shutdown({ timeout: 10 }),
        (error) => error instanceof TimeoutError && /has not ended after 10 ms: 1 running, 1 queued; the work goes on/.test(error.message),
      );
      await pool.shutdown({ timeout: 60_000 });
      assert.deepEqual([await future.result(), await queued.result(), pool.workers()], [200, 1, []]);
      await assert.rejects(pool.shutdown({ timeout: "soon" as never }), TypeError);
    });

    it("refuses bad limits, naming option and value", () => {
      for (const [options, name, message] of [
        [{ maxWorkers: Number.POSITIVE_INFINITY }, "RangeError", /maxWorkers must be an integer/],
        [{ maxTasksPerWorker: 0 }, "RangeError", /maxTasksPerWorker must be greater than 0, got 0/],
        [{ maxTasksPerWorker: 1.5 }, "RangeError", /maxTasksPerWorker must be an integer/],
        [{ maxTasksPerWorker: "1" }, "TypeError", /maxTasksPerWorker must be a number/],
        [{ maxQueue: -1 }, "RangeError", /maxQueue must be greater than 0/],
        [{ whenFull: "drop" }, "RangeError", /whenFull must be "error" or "wait", got 'drop'/],
        [{ idleTimeout: -1 }, "RangeError", /idleTimeout must be a number of milliseconds from 0/],
      ] as const)
        assert.throws(() => make(options as never), { name, message });
    });
  });
}

describe("limits of one pool only", () => {
  it("a task in a thread is RUNNING when its function has started, however long ago the call was sent", async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const cell = new Int32Array(new SharedArrayBuffer(8));
    // The first task ends at once and leaves something behind that keeps its thread from anything else.
    const leave = (shared: Int32Array): void =>
      void setImmediate(() => {
        Atomics.store(shared, 0, 1);
        Atomics.notify(shared, 0);
        Atomics.wait(shared, 1, 0);
      });
    await pool.submit((n: number) => n, 1).result(); // so that the function below is loaded before
    await pool.submit(leave, cell).result();
    Atomics.wait(cell, 0, 0);
    const sent = pool.submit((n: number) => n, 2);
    const revoked = sent;
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([pool.workers()[0]?.state, sent.state, sent.running()], ["idle", "PENDING", false]);
    assert.equal(revoked.cancel(), true);
    assert.equal(revoked.state, "CANCELLED");
    const next = pool.submit((n: number) => n, 3);
    Atomics.store(cell, 1, 1);
    Atomics.notify(cell, 1);
    assert.equal(await next.result(), 3);
    assert.equal(pool.stats().cancelled, 1);
  });

  it("processes refuse options of the wrong type by name", () => {
    for (const [options, message] of [
      [{ env: 1 }, /env must be an object of environment variables, got 1/],
      [{ execArgv: "x" }, /execArgv must be an array of Node options/],
      [{ cwd: 5 }, /cwd must be a path/],
      [{ broker: "yes" }, /broker must be true or false/],
    ] as const)
      assert.throws(() => new ProcessPoolExecutor(options as never), { name: "TypeError", message });
  });

  it("a process that ignores SIGTERM is killed when terminateWorkers' grace is over", async () => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 1, stopGrace: 50 });
    const stubborn = pool.submit(async () => {
      process.on("SIGTERM", () => {});
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });
    await once(pool.events, "taskStart");
    const ended = once(pool.events, "workerEnd");
    await pool.terminateWorkers();
    assert.ok(["SIGKILL", "SIGTERM"].includes((await ended)[1].signal ?? ""));
    assert.ok((await stubborn.exception()) instanceof BrokenExecutor);
  });
});
