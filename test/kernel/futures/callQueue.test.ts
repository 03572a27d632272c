import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import os from "node:os";
import path from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type Future, type PoolExecutor, ThreadPoolExecutor, tasks, wait } from "concurrent-futures";
import type * as fixture from "../../fixtures/callQueue.mjs";
import { pools, sleep, withPool } from "../support/pools.js";

const { count, countUnplain, holdUntil, leave, leaveBusy, work } = tasks<typeof fixture>(pathToFileURL(path.resolve("test/fixtures/callQueue.mjs")));
const { touch } = tasks<{ touch(): void }>(pathToFileURL(path.resolve("test/fixtures/slowModule.mjs")));

/** A file that is there when it is written, for what works without the event loop. */
async function withGate(use: (gate: { readonly file: string; readonly open: () => void }) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "call-queue-"));
  const file = path.join(folder, "open");
  const open = (): void => writeFileSync(file, "");
  try {
    await use({ file, open });
  } finally {
    open();
    rmSync(folder, { recursive: true });
  }
}

/** All workers are up, and have loaded the functions. */
async function warm(pool: PoolExecutor, workers: number): Promise<void> {
  await wait(Array.from({ length: workers }, () => pool.submit(sleep, 50)));
  await wait(Array.from({ length: 20 * workers }, () => pool.submit(work, 1)));
}

for (const { kind, make } of pools) {
  describe(`the call queue of ${kind}`, () => {
    it("starts calls in the order submitted, whatever their arguments are, and whether they are sent or taken", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const futures = Array.from({ length: 900 }, (_, n): Future<{ n: number; run: number }> => {
          if (n % 7 === 0) return pool.submit(countUnplain, n, new Map([["a", 1]]));
          if (n % 11 === 0) return pool.schedule(count, [n], { timeout: 60_000 });
          return pool.submit(count, n);
        });
        for (const [n, future] of futures.entries()) {
          const { n: own, run } = await future.result();
          assert.deepEqual([own, run], [n, n]);
        }
      });
    });

    it("starts calls in order on each of several workers, and every one once", async () => {
      await withPool(make, { maxWorkers: 3 }, async (pool) => {
        const last = new Map<string, { n: number; run: number }>();
        const futures = Array.from({ length: 3000 }, (_, n) => pool.submit(count, n));
        for (const [n, future] of futures.entries()) {
          const { worker, ...result } = await future.result();
          assert.equal(result.n, n);
          const before = last.get(worker) ?? { n: -1, run: -1 };
          assert.ok(result.run === before.run + 1, `${JSON.stringify(before)}, then ${JSON.stringify(result)}`);
          last.set(worker, result);
        }
        assert.equal(
          [...last.values()].reduce((runs, { run }) => runs + run + 1, 0),
          3000,
        );
      });
    });

    it("traps nothing behind a call that takes long", async () => {
      await withGate(async ({ file, open }) => {
        await withPool(make, { maxWorkers: 2 }, async (pool) => {
          await warm(pool, 2);
          const long = pool.submit(holdUntil, file);
          const short = Array.from({ length: 1000 }, (_, n) => pool.submit(count, n));
          // Were one of them to wait for the long one, this would never end.
          await Promise.all(short.map((future) => future.result()));
          assert.equal(long.done(), false);
          open();
          assert.equal(await long.result(), "released");
        });
      });
    });

    it("lets a call of higher priority go before all that no worker has taken, and keeps the order of these", async () => {
      await withGate(async ({ file, open }) => {
        await withPool(make, { maxWorkers: 1 }, async (pool) => {
          await warm(pool, 1);
          const { run: before } = await pool.submit(count, 0).result();
          const long = pool.submit(holdUntil, file);
          while (!long.running()) await immediate();
          const usual = Array.from({ length: 300 }, (_, n) => pool.submit(count, n)); // more than are offered at a time
          await immediate();
          const urgent = [1, 2, 2, 1].map((priority, n) => pool.schedule(count, [n], { priority }));
          await immediate();
          const late = pool.schedule(count, [0], { priority: 3 });
          await immediate();
          open();
          const order = [late, urgent[1], urgent[2], urgent[0], urgent[3], ...usual] as Future<{ run: number }>[];
          const runs = await Promise.all(order.map(async (future) => (await future.result()).run));
          assert.deepEqual(
            runs,
            order.map((_, n) => before + 1 + n),
          );
        });
      });
    });

    it("takes back exactly those that did not start", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        await warm(pool, 2);
        const all: Future<unknown>[] = [];
        let cancelled = 0;
        for (let round = 0; round < 30; round += 1) {
          const futures = Array.from({ length: 40 }, (_, n) => pool.submit(count, n));
          await immediate();
          const said = futures.map((future) => future.cancel());
          await wait(futures);
          for (const [n, future] of futures.entries()) assert.equal(future.cancelled(), said[n]);
          cancelled += said.filter(Boolean).length;
          all.push(...futures);
        }
        // What the workers say that they have run is what was not cancelled.
        const runs = new Map<string, number>();
        for (const future of all) {
          if (future.cancelled()) continue;
          const { worker, run } = (await future.result()) as { worker: string; run: number };
          runs.set(worker, Math.max(runs.get(worker) ?? 0, run + 1));
        }
        assert.equal(
          [...runs.values()].reduce((sum, run) => sum + run, 0),
          all.length - cancelled,
        );
      });
    });

    it("gives what tasks leave behind its turn while calls keep coming", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        await warm(pool, 1);
        const left = pool.submit(leave);
        const stream = Array.from({ length: 400 }, () => pool.submit(work, 0.2));
        const seen = await Promise.all(stream.map((future) => future.result()));
        await left.result();
        // Not after the last of them, but between.
        const first = (what: "timers" | "promises" | "immediates"): number => seen.findIndex((then) => then[what] === 1);
        for (const what of ["promises", "immediates", "timers"] as const) assert.notEqual(first(what), -1, what);
      });
    });

    it("loads a function while other calls go on, and starts it in its turn", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        await warm(pool, 2);
        const futures = Array.from({ length: 200 }, (_, n) => (n === 5 || n === 6 ? pool.submit(touch) : pool.submit(count, n)));
        await Promise.all(futures.map((future) => future.result()));
        assert.equal(pool.stats().failed, 0);
      });
    });

    it("ends a worker after so many calls, not one more, whoever takes them", async () => {
      await withPool(make, { maxWorkers: 2, maxTasksPerWorker: 5 }, async (pool) => {
        const results = await Promise.all(Array.from({ length: 40 }, (_, n) => pool.submit(count, n).result()));
        for (const { run } of results) assert.ok(run < 5, `a worker ran its task number ${run + 1}`);
        // The last two workers may have had less to do.
        assert.ok(results.filter(({ run }) => run === 0).length <= 9);
      });
    });

    it("sends what does not fit it without waking those that have nothing to take", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        const items = Array.from({ length: 100_000 }, (_, i) => [i, [i]]);
        let count = 0;
        for await (const item of pool.map((pair: readonly unknown[]) => pair, items, { chunksize: 1_000, ordered: false })) count += item.length;
        assert.equal(count, 200_000);
      });
    });

    it("loses nothing when workers are killed while they take calls", async () => {
      await withPool(make, { maxWorkers: 2, onWorkerDeath: "replace" }, async (pool) => {
        await warm(pool, 2);
        const futures: Future<unknown>[] = [];
        for (let round = 0; round < 6; round += 1) {
          for (let n = 0; n < 200; n += 1) futures.push(pool.submit(work, 0.1));
          futures.push(pool.submit(() => process.exit(3)));
          for (let n = 0; n < 50; n += 1) futures.push(pool.submit(work, 0));
        }
        await wait(futures);
        const errors = await Promise.all(futures.map((future) => future.exception()));
        const dead = errors.filter((error) => error !== undefined);
        assert.ok(dead.every((error) => error instanceof Error && error.name === "WorkerDiedError"));
        assert.equal(dead.length, 6, "those that ended their worker, and no other");
      });
    }).timeout(60_000);
  });
}

describe("a thread at rest", () => {
  it("can be debugged, after it has slept for calls", async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const session = new Session();
    try {
      for (let n = 0; n < 100; n += 1) await pool.submit(work, 0).result();
      session.connect();
      const answer = new Promise<string>((resolve) => {
        session.on("NodeWorker.attachedToWorker", ({ params: { sessionId } }) => {
          const message = JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression: "6 * 7" } });
          void session.post("NodeWorker.sendMessageToWorker", { sessionId, message });
        });
        session.on("NodeWorker.receivedMessageFromWorker", ({ params: { message } }) => {
          const { id, result } = JSON.parse(message) as { id?: number; result?: { result?: { value?: unknown } } };
          if (id === 1) resolve(String(result?.result?.value));
        });
      });
      await session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
      assert.equal(await answer, "42");
      await session.post("NodeWorker.disable");
      assert.deepEqual(await pool.submit(work, 0).result(), { timers: 0, promises: 0, immediates: 0 });
    } finally {
      session.disconnect();
      await pool.shutdown();
    }
  });

  it("is not counted on while it is busy with what a task has left behind", async () => {
    await withGate(async ({ file, open }) => {
      await withPool(
        (options) => new ThreadPoolExecutor(options),
        { maxWorkers: 2 },
        async (pool) => {
          await warm(pool, 2);
          for (let n = 0; n < 50; n += 1) await pool.submit(count, n).result();
          await pool.submit(leaveBusy, file).result();
          // One after another: each is waited for before there is another reason to wake somebody.
          for (let n = 0; n < 200; n += 1) assert.equal((await pool.submit(count, n).result()).n, n);
          open();
        },
      );
    });
  });

  it("turns its event loop: a timer of an earlier task comes when nothing else does", async () => {
    await withPool(
      (options) => new ThreadPoolExecutor(options),
      { maxWorkers: 1 },
      async (pool) => {
        await pool.submit(leave).result();
        let seen = await pool.submit(work, 0).result();
        while (seen.timers === 0) {
          await immediate();
          seen = await pool.submit(work, 0).result();
        }
        assert.deepEqual(seen, { timers: 1, promises: 1, immediates: 1 });
      },
    );
  });
});
