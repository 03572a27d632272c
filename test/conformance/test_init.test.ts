import assert from "node:assert/strict";
import { BrokenExecutor, BrokenProcessPool, BrokenThreadPool } from "concurrent-futures";
import type { Ground } from "./rows/row.js";
import { conformance } from "./support/conformance.js";
import { Gate } from "./support/gate.js";
import { classNames, runProgram } from "./support/program.js";
import { remote } from "./support/tasks.js";

describe("test_init.py", () => {
  conformance("test_init.initializer.success", async (make) => {
    await using gate = await Gate.create();
    const initializer = (value: string): void => void ((globalThis as { status?: string }).status = value);
    const pool = make({ maxWorkers: 2, initializer, initargs: ["initialized"] });
    const blocked = pool.submit(remote.waitAtGate, gate.address, "so that there are two workers");
    await gate.hears(1);
    const seen = [pool.submit(() => (globalThis as { status?: string }).status)];
    assert.equal(await seen[0]?.result(), "initialized");
    gate.open();
    await blocked.result();
    const workers = pool.workers();
    assert.equal(workers.length, 2);
    // Whichever takes it: each has been one that is idle.
    for (let i = 0; i < 4; i += 1) seen.push(pool.submit(() => (globalThis as { status?: string }).status));
    for (const future of seen) assert.equal(await future.result(), "initialized");
  });

  conformance("test_init.initializer.failure", async (make, ground) => {
    const pool = make({
      maxWorkers: 2,
      initializer: () => {
        throw new RangeError("error in initializer");
      },
    });
    const future = pool.submit(() => 1);
    await assert.rejects(future.result(), (error) => {
      assert.ok(error instanceof BrokenExecutor && error instanceof (ground === "threads" ? BrokenThreadPool : BrokenProcessPool));
      assert.ok(error.cause instanceof RangeError);
      assert.equal(error.cause.message, "error in initializer");
      return true;
    });
    assert.throws(() => pool.submit(() => 1), BrokenExecutor);
  });

  for (const row of ["test_init.spawn", "test_init.forkserver"]) conformance(row, (_make, ground) => failsWithoutTrace(ground));
});

/** A program compares what it holds before and after a pool that broke in its initializer, and must end by itself. */
async function failsWithoutTrace(ground: Ground): Promise<void> {
  const ending = await runProgram(`
    import { execFileSync } from "node:child_process";
    const held = () => ({
      resources: process.getActiveResourcesInfo().sort(),
      listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    });
    // A handle that was closed is gone some turns of the event loop later.
    const settled = async (wanted) => {
      for (let i = 0; i < 1000 && JSON.stringify(held().resources) !== wanted; i += 1) await new Promise((resolve) => setImmediate(resolve));
      return held();
    };
    const atStart = JSON.stringify(held().resources);
    const firstUse = new ${classNames[ground]}(); // what is installed once is no leak
    await firstUse.submit(() => 1).result();
    await firstUse.shutdown();
    const before = await settled(atStart);
    const pids = new Set();
    const pool = new ${classNames[ground]}({ maxWorkers: 2, initializer: () => { throw new Error("in initializer"); } });
    pool.events.on("workersChange", () => pool.workers().forEach((worker) => pids.add(worker.pid)));
    const errors = await Promise.all([1, 2].map((n) => pool.submit(() => n).exception()));
    await pool.shutdown();
    pids.delete(undefined);
    const living = [...pids].filter((pid) => { try { return process.kill(pid, 0); } catch { return false; } });
    console.log(JSON.stringify({ errors: errors.map((error) => error.cause.message), before, after: await settled(JSON.stringify(before.resources)), living, started: pids.size }));
  `);
  assert.deepEqual([ending.code, ending.stderr], [0, ""]);
  const told = JSON.parse(ending.stdout) as Record<"before" | "after" | "errors" | "living" | "started", unknown>;
  assert.deepEqual(told.errors, ["in initializer", "in initializer"]);
  assert.deepEqual(told.after, told.before);
  assert.deepEqual(told.living, []);
  assert.equal(told.started, ground === "processes" ? 2 : 0);
}
