import assert from "node:assert/strict";
import { BrokenProcessPool, type Future, ShutdownError, type WorkerInfo } from "concurrent-futures";
import { conformance } from "./support/conformance.js";
import { brokenClasses } from "./support/errors.js";
import { endsOf, namesOfWorkers, starts } from "./support/events.js";
import { Gate } from "./support/gate.js";
import { remote } from "./support/tasks.js";
import { range } from "./support/values.js";
import { gone, threadsOf } from "./support/workers.js";

const multiply = (a: number, b: number): number => a * b;
const stops = ["terminateWorkers", "killWorkers"] as const;

describe("test_process_pool.py, the forced shutdown", () => {
  conformance("test_process_pool.force_shutdown_during_max_tasks_worker_exit", async (make, ground) => {
    for (const stop of stops) {
      for (const moment of ["while its worker runs it", "as its worker ends"]) {
        await using gate = await Gate.create();
        const pool = make({ maxWorkers: 1, maxTasksPerWorker: 1 });
        const names = namesOfWorkers(pool);
        const [first, ...queued] = range(3).map((n) => pool.submit(remote.waitAtGate, gate.address, n)) as [Future<number>, ...Future<number>[]];
        await gate.hears(1);
        if (moment === "as its worker ends") {
          const stopped = new Promise<void>((resolve) => first.addDoneCallback(() => resolve(pool[stop]())));
          gate.open();
          await stopped;
          assert.equal(await first.result(), 0);
        } else {
          await pool[stop]();
          gate.open();
          await assert.rejects(first.result(), brokenClasses[ground]);
        }
        assert.deepEqual([names.size, pool.workers()], [1, []], `${stop} ${moment}`);
        assert.deepEqual(
          queued.map((future) => future.cancelled()),
          [true, true],
        );
      }
    }
  });

  conformance("test_process_pool.terminate_workers", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 2, stopGrace: 60_000 });
    const ends = endsOf(pool);
    const started = starts(pool, 2);
    const futures = [pool.submit(remote.hearSigterm, gate.address), pool.submit(remote.waitAtGate, gate.address, "started")];
    await started;
    await gate.hears(2);
    await pool.terminateWorkers();
    assert.deepEqual(gate.heard, ["started", "started", "SIGTERM"]);
    // Which of the two workers took which task is theirs to decide.
    assert.deepEqual([...ends.values()].map(String).sort(), ["7", "SIGTERM"]);
    for (const future of futures) await assert.rejects(future.result(), BrokenProcessPool);
  });

  conformance("test_process_pool.kill_workers", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 1 });
    const ends = endsOf(pool);
    const future = pool.submit(remote.hearSigterm, gate.address);
    await gate.hears(1);
    await pool.killWorkers();
    assert.deepEqual([...ends.values()], ["SIGKILL"]);
    assert.deepEqual(gate.heard, ["started"]);
    await assert.rejects(future.result(), BrokenProcessPool);
  });

  conformance("test_process_pool.force_shutdown_workers", async (make, ground) => {
    for (const stop of stops) {
      await using gate = await Gate.create();
      const pool = make({ maxWorkers: 1 });
      const future = pool.submit(remote.startAndFinish, gate.address);
      await gate.hears(1);
      await pool[stop]();
      assert.deepEqual(pool.workers(), []);
      gate.open();
      await assert.rejects(future.result(), brokenClasses[ground]);
      assert.deepEqual(gate.heard, ["started"]);
    }
  });

  conformance("test_process_pool.force_shutdown_workers_dead_workers", async (make, ground) => {
    for (const stop of stops) {
      const pool = make({ maxWorkers: 1 });
      await assert.rejects(pool.submit(() => process.exit(1)).result(), brokenClasses[ground]);
      await pool[stop]();
      await pool[stop]();
    }
  });

  conformance("test_process_pool.force_shutdown_workers_not_started_yet", async (make) => {
    for (const stop of stops) {
      const pool = make({ maxWorkers: 1 });
      const names = namesOfWorkers(pool);
      await pool[stop]();
      assert.equal(names.size, 0);
    }
  });

  conformance("test_process_pool.force_shutdown_workers_stops_pool", async (make, ground) => {
    for (const stop of stops) {
      const pool = make({ maxWorkers: 1 });
      const threads = await threadsOf(async () => {
        assert.equal(await pool.submit(multiply, 1, 0).result(), 0);
        const [worker] = pool.workers();
        const stopped = pool[stop]();
        assert.throws(() => pool.submit(multiply, 1, 0), ShutdownError);
        await stopped;
        if (ground === "processes") assert.equal(gone(worker as WorkerInfo), true);
      });
      assert.deepEqual([threads.living, pool.workers()], [0, []]);
    }
  });
});
