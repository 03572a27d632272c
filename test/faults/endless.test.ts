import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { BrokenExecutor, type PoolExecutor, ShutdownError, TimeoutError, wait } from "concurrent-futures";
import { fault, type Scene, type Setting } from "./support/fault.js";
import { inTime } from "./support/limit.js";
import { errorOf, failsWith, inWords, told } from "./support/outcome.js";
import { spin, startOf } from "./support/tasks.js";

const impatient: Setting = { options: () => ({ stopGrace: 50 }) };
const refusesWork = (pool: PoolExecutor): void => assert.throws(() => pool.submit(() => 1), ShutdownError);
const noListener = (signal: AbortSignal): void => assert.equal(getEventListeners(signal, "abort").length, 0, "listeners are left at the signal");

describe("faults: tasks that never return", () => {
  fault(
    "endless.timeout",
    async ({ pool }) => {
      const victim = pool.schedule(spin, [], { timeout: 50 });
      const beside = pool.submit(() => "beside it");
      await failsWith(victim, TimeoutError, /^spin ran longer than 50 ms and was stopped$/);
      assert.equal(await beside.result(), "beside it");
      return told(victim);
    },
    impatient,
  );

  fault(
    "endless.signal",
    async ({ pool }) => {
      const controller = new AbortController();
      const reason = new RangeError("enough of it");
      const victim = pool.schedule(spin, [], { signal: controller.signal });
      await startOf(pool, victim);
      controller.abort(reason);
      assert.equal(await errorOf(victim), reason);
      noListener(controller.signal);
      return told(victim);
    },
    impatient,
  );

  async function endedBy(scene: Scene, method: "terminateWorkers" | "killWorkers"): Promise<string> {
    const { pool } = scene;
    const running = [pool.submit(spin), pool.submit(spin)];
    await Promise.all(running.map((future) => startOf(pool, future)));
    const queued = pool.submit(() => "never");
    await inTime(method, pool[method]());
    for (const victim of running) await failsWith(victim, BrokenExecutor, new RegExp(`the worker of this task was ended by ${method}\\(\\)`));
    assert.equal(queued.cancelled(), true);
    return told(running[0] as (typeof running)[number]);
  }

  fault("endless.terminate", (scene) => endedBy(scene, "terminateWorkers"), { afterwards: refusesWork });

  fault("endless.kill", (scene) => endedBy(scene, "killWorkers"), { afterwards: refusesWork });

  fault(
    "endless.shutdown",
    async ({ pool }) => {
      const victim = pool.submit(spin);
      await startOf(pool, victim);
      const refusal = await pool.shutdown({ timeout: 20 }).then(
        () => assert.fail("it has ended"),
        (error: unknown) => error,
      );
      assert.ok(refusal instanceof TimeoutError, String(refusal));
      assert.match(refusal.message, /has not ended after 20 ms: 1 running, 0 queued/);
      await inTime("killWorkers", pool.killWorkers());
      await failsWith(victim, BrokenExecutor, /was ended by killWorkers\(\)/);
      return inWords(refusal);
    },
    { afterwards: refusesWork },
  );

  fault("signal.shared", async ({ pool }) => {
    const { signal } = new AbortController();
    const futures = Array.from({ length: 200 }, (_, i) => pool.schedule((n: number) => n, [i], { signal }));
    const values = await inTime("200 tasks", Promise.all(futures.map((future) => future.result())));
    assert.deepEqual(values, [...futures.keys()]);
    noListener(signal);
    return "200 values, 0 listeners left";
  });

  fault(
    "late",
    async ({ pool }) => {
      // Each answers about when its time is over: before it, after it, and while its worker is being killed.
      const answers = Array.from({ length: 12 }, (_, i) => ({
        late: pool.schedule((ms: number) => new Promise((resolve) => setTimeout(resolve, ms, `late ${ms}`)), [i], { timeout: 6 }),
        next: pool.submit((n: number) => `next ${n}`, i),
      }));
      await inTime("all of them", wait(answers.flatMap(({ late, next }) => [late, next])));
      for (const [i, { late, next }] of answers.entries()) {
        assert.equal(await next.result(), `next ${i}`);
        if (late.peek()?.kind === "error") await failsWith(late, TimeoutError, /ran longer than 6 ms/);
        else assert.equal(await late.result(), `late ${i}`);
      }
      return "each its own value, or TimeoutError";
    },
    { options: () => ({ stopGrace: 0 }) },
  );
});
