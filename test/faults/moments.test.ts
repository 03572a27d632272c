import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import { type Future, type PoolExecutor, WorkerDiedError, type WorkerInfo, wait } from "concurrent-futures";
import { breaks, fault, type Options, oneWorker, refusesForGood, type Scene, type Strike } from "./support/fault.js";
import { inTime } from "./support/limit.js";
import { brokenByDeath, errorOf, failsWith, settled, told } from "./support/outcome.js";
import { exit, pend, startOf } from "./support/tasks.js";

/** What Node gives for the exit code of a thread that is terminated depends on how far its start has come. */
const killedAtStart = /ended while it started: (killed by SIGKILL|exit code [01])/;

/** Bytes of a large message: far more than a pipe holds. */
const large = 32 * 1024 * 1024;

async function nobodyIsLeft(pool: PoolExecutor): Promise<void> {
  const empty = async (): Promise<void> => {
    while (pool.workers().length > 0) await once(pool.events, "workersChange");
  };
  await inTime("the end of all workers", empty());
}

/** Ends its worker unless the file is there, which it makes. */
async function exitUnlessThere(file: string): Promise<void> {
  const { existsSync, writeFileSync } = await import("node:fs");
  if (existsSync(file)) return;
  writeFileSync(file, "");
  process.exit(7);
}

let flags = 0;
const flag = path.join(os.tmpdir(), `faults-${process.pid}-`);

describe("faults: death at a bad moment", () => {
  fault(
    "moment.after",
    async ({ pool }) => {
      const done = pool.submit(function leave() {
        setTimeout(() => {
          throw new RangeError("after the task");
        }, 5);
        return "done";
      });
      assert.equal(await inTime("the task", done.result()), "done");
      await nobodyIsLeft(pool);
      return told(done);
    },
    oneWorker,
  );

  const dieIdle: Strike = async ({ pool, kill }) => {
    const done = pool.submit(() => "done");
    assert.equal(await inTime("the task", done.result()), "done");
    const [worker] = pool.workers();
    assert.equal(worker?.state, "idle");
    kill(worker as WorkerInfo);
    await nobodyIsLeft(pool);
    return told(done);
  };
  fault("moment.idle", dieIdle, oneWorker);
  breaks("moment.idle", dieIdle, oneWorker);

  fault(
    "moment.starting",
    async ({ pool, kill }) => {
      pool.events.once("workerStart", (worker) => kill(worker));
      const waiting = pool.submit(() => "by another worker");
      assert.equal(await inTime("the task", waiting.result()), "by another worker");
      assert.notEqual(pool.workers()[0]?.name.split("-").at(-1), "0", "the first worker has not died");
      return told(waiting);
    },
    oneWorker,
  );

  breaks(
    "moment.starting",
    async ({ pool, ground, kill }) => {
      pool.events.once("workerStart", (worker) => kill(worker));
      const futures = [1, 2, 3].map(() => pool.submit(() => 1));
      for (const death of await brokenByDeath(futures, ground)) assert.match(death.message, killedAtStart);
      return told(futures[0] as (typeof futures)[number]);
    },
    oneWorker,
  );

  fault(
    "moment.never-starts",
    async ({ pool, ground, kill }) => {
      pool.events.on("workerStart", (worker) => kill(worker));
      const futures = [1, 2, 3].map(() => pool.submit(() => 1));
      for (const death of await brokenByDeath(futures, ground)) assert.match(death.message, killedAtStart);
      return told(futures[0] as (typeof futures)[number]);
    },
    { ...oneWorker, afterwards: refusesForGood },
  );

  const initializers: string[] = []; // files
  after(() => {
    for (const file of initializers) rmSync(file, { force: true });
  });

  fault(
    "moment.initializer",
    async ({ pool }) => {
      const waiting = pool.submit(() => "by another worker");
      assert.equal(await inTime("the task", waiting.result()), "by another worker");
      assert.ok(existsSync(initializers.at(-1) ?? ""), "no initializer has run");
      return told(waiting);
    },
    {
      options: (): Options => {
        initializers.push(`${flag}${flags++}`);
        return { maxWorkers: 1, initializer: exitUnlessThere, initargs: [initializers.at(-1)] };
      },
    },
  );

  fault(
    "moment.every-initializer",
    async ({ pool, ground }) => {
      const futures = [1, 2, 3].map(() => pool.submit(() => 1));
      for (const death of await brokenByDeath(futures, ground)) assert.equal(death.exitCode, 8);
      return told(futures[0] as (typeof futures)[number]);
    },
    { options: () => ({ maxWorkers: 1, initializer: exit, initargs: [8] }), afterwards: refusesForGood },
  );

  /** Kills the only worker while it is sent a large argument. */
  async function dieOfArgument({ pool, kill, ground }: Scene, returns = ground === "threads"): Promise<Record<"victim" | "behind", Future<unknown>>> {
    const lengthOf = (bytes: Uint8Array, answers: boolean): Promise<never> | number => (answers ? bytes.length : new Promise<never>(() => {}));
    await inTime("the first task", pool.submit(lengthOf, new Uint8Array(1), true).result());
    const victim = pool.submit(lengthOf, new Uint8Array(large), returns);
    const behind = pool.submit(() => "behind");
    while (pool.workers()[0]?.task !== victim.id) await immediate(); // a pipe takes only a part of it in one turn
    kill(pool.workers()[0] as WorkerInfo);
    return { victim, behind };
  }

  fault(
    "moment.argument",
    async (scene) => {
      const { victim, behind } = await dieOfArgument(scene);
      // A thread says whether the function has started; if not, the task gets another worker.
      await settled(victim);
      if (scene.ground === "processes") await failsWith(victim, WorkerDiedError, /while it ran lengthOf: killed by SIGKILL/);
      else if (victim.peek()?.kind === "value") assert.equal(await victim.result(), large);
      else await failsWith(victim, WorkerDiedError, /while it ran lengthOf: exit code 1/);
      assert.equal(await inTime("the task behind", behind.result()), "behind");
      return told(victim);
    },
    oneWorker,
  );

  breaks(
    "moment.argument",
    async (scene) => {
      const { victim, behind } = await dieOfArgument(scene, false);
      for (const death of await brokenByDeath([victim, behind], scene.ground)) assert.match(death.message, /while it ran lengthOf/);
      return told(victim);
    },
    oneWorker,
  );

  fault(
    "moment.result",
    async ({ pool, ground }) => {
      const victim = pool.submit(function answerAndDie(length: number) {
        // After the answer has been posted: a thread's is out of its hands then, a process has written what its pipe holds.
        setImmediate(() => (process.send ? process.kill(process.pid, "SIGKILL") : process.exit(9)));
        return new Uint8Array(length);
      }, large);
      await settled(victim);
      if (ground === "processes") await failsWith(victim, WorkerDiedError, /while it ran answerAndDie: killed by SIGKILL/);
      else assert.equal((await victim.result()).length, large);
      await nobodyIsLeft(pool); // a task that is given to a worker on its way out dies with it
      return ground === "processes" ? told(victim) : "value, whole";
    },
    oneWorker,
  );

  fault("moment.replacing", async ({ pool, kill }) => {
    const first = pool.submit(pend);
    const second = pool.submit(pend);
    const workers = await Promise.all([startOf(pool, first), startOf(pool, second)]);
    const behind = [1, 2, 3].map((n) => pool.submit((value: number) => value, n));
    pool.events.once("workerStart", () => kill(workers[1])); // that is the one in place of the first
    kill(workers[0]);
    for (const victim of [first, second]) await failsWith(victim, WorkerDiedError, /while it ran pend: (killed by SIGKILL|exit code 1)/);
    assert.deepEqual(await inTime("the tasks behind", Promise.all(behind.map((future) => future.result()))), [1, 2, 3]);
    return told(second);
  });

  fault(
    "moment.queued",
    async ({ pool }) => {
      const victim = pool.submit(exit, 1);
      const behind = Array.from({ length: 20 }, (_, i) => pool.submit((n: number) => n, i));
      await failsWith(victim, WorkerDiedError, /exit code 1/);
      const values = await inTime("the tasks behind", Promise.all(behind.map((future) => future.result())));
      assert.deepEqual(values, [...behind.keys()]);
      return `${told(victim)}; the 20 behind it run`;
    },
    oneWorker,
  );

  fault("moment.10000", async ({ pool }) => {
    const futures = Array.from({ length: 10_000 }, (_, i) => (i === 5000 ? pool.submit(exit, 1) : pool.submit((n: number) => n, i)));
    const { done } = await inTime("10,000 futures", wait(futures));
    assert.equal(done.size, futures.length);
    const wrong = futures.filter((future, i) => {
      const outcome = future.peek();
      return outcome?.kind !== "value" || outcome.value !== i;
    });
    assert.deepEqual(wrong, [futures[5000]]);
    assert.ok((await errorOf(futures[5000] as (typeof futures)[number])) instanceof WorkerDiedError);
    return "one WorkerDiedError, 9,999 values";
  });

  breaks("moment.10000", async ({ pool, ground }) => {
    // One worker is held, so the other does the 99 before the death, and nobody those behind it.
    const tasks = Array.from({ length: 9_999 }, (_, i) => (i === 99 ? pool.submit(exit, 1) : pool.submit((n: number) => n, i)));
    const held = pool.schedule(pend, [], { priority: 1 });
    await inTime("10,000 futures", wait([held, ...tasks]));
    for (const [i, future] of tasks.slice(0, 99).entries()) assert.equal(await future.result(), i);
    const failed = [held, ...tasks.slice(99)];
    for (const death of await brokenByDeath(failed, ground)) assert.equal(death.exitCode, 1);
    return `99 values, ${failed.length} times ${told(held)}`;
  });
});
