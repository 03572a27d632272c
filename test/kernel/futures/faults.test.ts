import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Session } from "node:inspector";
import os from "node:os";
import path from "node:path";
import {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  type PoolExecutor,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  TimeoutError,
  WorkerDiedError,
  wait,
} from "concurrent-futures";
import { pools, sleep, spin, withPool } from "../support/pools.js";

/** After every fault: the next three tasks succeed. */
async function stillWorks(pool: PoolExecutor): Promise<void> {
  const values = await Promise.all([1, 2, 3].map((n) => pool.submit((value: number) => value, n).result(10_000)));
  assert.deepEqual(values, [1, 2, 3]);
}

for (const { kind, make } of pools) {
  describe(`faults in a pool of ${kind}`, () => {
    const deaths: { name: string; act: () => unknown; message: RegExp; exitCode?: number | null; cause?: RegExp }[] = [
      { name: "process.exit(3)", act: () => process.exit(3), message: /ended while it ran act: exit code 3/, exitCode: 3 },
      { name: "process.exit(0)", act: () => process.exit(0), message: /ended while it ran act: exit code 0/, exitCode: 0 },
      {
        name: "a rejection that nobody handles",
        act: () => {
          void Promise.reject(new TypeError("loose"));
          return new Promise(() => {});
        },
        message: /uncaught TypeError: loose/,
        exitCode: 1,
        cause: /^TypeError: loose/,
      },
      {
        name: "an error in a timer",
        act: () => {
          setTimeout(() => {
            throw new RangeError("late");
          }, 1);
          return new Promise(() => {});
        },
        message: /uncaught RangeError: late/,
        exitCode: 1,
        cause: /^RangeError: late/,
      },
    ];
    for (const { name, act, message, exitCode, cause } of deaths) {
      it(`${name} fails its own task, and the worker is replaced`, async () => {
        // Where workers write to stderr when they die is not this test's business.
        await withPool(make, { maxWorkers: 2, onWorkerDeath: "replace", onOutput: () => {} }, async (pool) => {
          const neighbour = pool.submit(sleep, 150);
          const victim = pool.submit(act);
          const queued = pool.submit(() => "queued");
          const error = await victim.exception();
          assert.ok(error instanceof WorkerDiedError, String(error));
          assert.match(error.message, message);
          assert.equal(error.exitCode, exitCode);
          assert.equal(typeof (kind === "threads" ? error.threadId : error.pid), "number");
          if (cause) assert.match(String(error.cause), cause);
          assert.deepEqual([await neighbour.result(), await queued.result()], [150, "queued"]);
          await stillWorks(pool);
        });
      });
    }

    it("by default the death of a worker breaks the pool: every open future and every submit fails, each with an error of its own", async () => {
      const pool = make({ maxWorkers: 2 });
      const cancelled = pool.submit(sleep, 10_000);
      cancelled.cancel();
      const futures = [pool.submit(sleep, 10_000), pool.submit(() => process.exit(99)), pool.submit(() => "never")];
      const errors = await Promise.all(futures.map((future) => future.exception()));
      for (const error of errors) {
        assert.ok(error instanceof (kind === "threads" ? BrokenThreadPool : BrokenProcessPool));
        assert.ok(error.cause instanceof WorkerDiedError && error.cause.exitCode === 99);
      }
      assert.equal(new Set(errors).size, 3);
      assert.equal(cancelled.cancelled(), true);
      assert.throws(() => pool.submit(() => 1), BrokenExecutor);
      assert.throws(() => pool.map(Math.abs, []), BrokenExecutor);
      await pool.shutdown();
      assert.deepEqual(pool.workers(), []);
    });

    it("a worker that dies while it is idle is replaced when there is work", async () => {
      await withPool(make, { maxWorkers: 1, onWorkerDeath: "replace" }, async (pool) => {
        await pool.submit(() => void setTimeout(() => process.exit(5), 5)).result();
        while (pool.workers().length > 0) await once(pool.events, "workersChange");
        await stillWorks(pool);
      });
    });

    it("a task that had not started when its worker ended gets another worker", async () => {
      await withPool(make, { maxWorkers: 1, onWorkerDeath: "replace" }, async (pool) => {
        const { task } = await import("concurrent-futures");
        const folder = mkdtempSync(path.join(os.tmpdir(), "once-"));
        const source = `
          import { existsSync, writeFileSync } from "node:fs";
          const flag = ${JSON.stringify(path.join(folder, "flag"))};
          if (!existsSync(flag)) {
            writeFileSync(flag, "");
            process.exit(9);
          }
          export const f = () => "by another worker";`;
        const future = pool.submit(task(`data:text/javascript,${encodeURIComponent(source)}`, "f"));
        assert.equal(await future.result(), "by another worker");
        rmSync(folder, { recursive: true });
      });
    });

    it("a module that exits while it is loaded fails its own task", async () => {
      await withPool(make, { maxWorkers: 1, onWorkerDeath: "replace" }, async (pool) => {
        const { task } = await import("concurrent-futures");
        const future = pool.submit(task("data:text/javascript,process.exit(4)", "f"));
        await assert.rejects(future.result(), { name: "WorkerDiedError", message: /ended while it loaded f: exit code 4/ });
        await stillWorks(pool);
      });
    });

    it("endless recursion is an error of the task, and the worker goes on", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const error = await pool
          .submit(function down(): unknown {
            return down();
          })
          .exception();
        assert.ok(error instanceof RangeError && /call stack/.test(error.message));
        await stillWorks(pool);
        assert.equal(pool.workers().length, 1);
      });
    });

    it("a task that throws nothing at all, or something hostile, is a failure and no hang", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        for (const act of [
          () => {
            throw null;
          },
          () => {
            throw undefined;
          },
          () => {
            throw {
              get x() {
                throw new Error("getter");
              },
            };
          },
          () => {
            throw () => 1;
          },
        ]) {
          assert.equal((await wait([pool.submit(act)], { returnWhen: "FIRST_EXCEPTION" })).done.size, 1);
        }
        assert.equal(
          await pool
            .submit(() => {
              throw null;
            })
            .exception(),
          null,
        );
        await stillWorks(pool);
      });
    });

    it("a result with a getter that throws fails that task by name; one that exits is a death", async () => {
      await withPool(make, { maxWorkers: 1, onWorkerDeath: "replace" }, async (pool) => {
        await assert.rejects(
          pool
            .submit(() => ({
              get lazy() {
                throw new Error("no");
              },
            }))
            .result(),
          /result\.lazy is a getter that threw Error: no|^Error: no/,
        );
        await assert.rejects(
          pool
            .submit(() => ({
              get lazy() {
                return process.exit(6);
              },
            }))
            .result(),
          WorkerDiedError,
        );
        await stillWorks(pool);
      });
    });

    it("a worker that cannot start breaks the pool with the reason instead of trying for ever", async () => {
      const pool =
        kind === "threads"
          ? new ThreadPoolExecutor({ maxWorkers: 1, onWorkerDeath: "replace", execArgv: ["--no-such-option"] })
          : new ProcessPoolExecutor({ maxWorkers: 1, onWorkerDeath: "replace", execArgv: ["--no-such-option"] });
      const error = await pool.submit(() => 1).exception();
      assert.ok(error instanceof BrokenExecutor);
      assert.match(`${error.message} ${String(error.cause)}`, /no-such-option|bad option|invalid execArgv/i);
      await pool.shutdown();
    });

    it("ten thousand futures in flight when a worker dies are all settled", async () => {
      await withPool(make, { maxWorkers: 2, onWorkerDeath: "replace" }, async (pool) => {
        const futures = Array.from({ length: 10_000 }, (_, i) =>
          i === 5000 ? pool.submit((): number => process.exit(1)) : pool.submit((n: number) => n, i),
        );
        const { done } = await wait(futures);
        assert.deepEqual(
          [...done].filter((future) => future.peek()?.kind === "error"),
          [futures[5000]],
        );
      });
    });

    it("killing a task in an endless loop again and again leaves no worker too many", async () => {
      await withPool(make, { maxWorkers: 2, stopGrace: 0 }, async (pool) => {
        for (let i = 0; i < 5; i += 1) {
          const endless = pool.schedule(spin, [], { timeout: 20 });
          assert.equal(await pool.submit(() => "beside it").result(), "beside it");
          await assert.rejects(endless.result(), TimeoutError);
        }
        await stillWorks(pool);
        assert.ok(pool.workers().filter((worker) => worker.state !== "stopping").length <= 2);
      });
    });
  });
}

describe("faults of one pool only", () => {
  it("a thread is ended also while an inspector asks it something, when Node loses one end of a dozen", async function () {
    this.timeout(60_000);
    for (let round = 0; round < 60; round += 1) {
      const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const endless = pool.submit(spin);
      while (!endless.running()) await new Promise(setImmediate);
      const session = new Session();
      session.connect();
      const attached = once(session, "NodeWorker.attachedToWorker") as Promise<[{ params: { sessionId: string } }]>;
      session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
      const [{ params }] = await attached;
      for (const end = performance.now() + 5; performance.now() < end; ); // sooner, the thread has not taken the session in
      const question = { id: 1, method: "Runtime.evaluate", params: { expression: "new Error().stack" } };
      session.post("NodeWorker.sendMessageToWorker", { sessionId: params.sessionId, message: JSON.stringify(question) });
      for (const end = performance.now() + Math.random() * 1.5; performance.now() < end; );
      await pool.killWorkers();
      session.disconnect();
      assert.equal(endless.done(), true);
    }
  });

  it("a thread that exceeds its heap fails its task, says so, and nothing else dies", async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 2, onWorkerDeath: "replace", resourceLimits: { maxOldGenerationSizeMb: 32 } });
    const neighbour = pool.submit(sleep, 300);
    const error = await pool
      .submit(function eat() {
        let head: unknown;
        for (;;) head = { head };
      })
      .exception();
    assert.ok(error instanceof WorkerDiedError && /while it ran eat: it ran out of memory/.test(error.message), String(error));
    assert.equal(await neighbour.result(), 300);
    await stillWorks(pool);
    await pool.shutdown();
  });

  it("a process that exceeds its heap says so too, with the last lines of its stderr", async () => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 1, onWorkerDeath: "replace", execArgv: ["--max-old-space-size=32"], onOutput: () => {} });
    const error = await pool
      .submit(function eat() {
        let head: unknown;
        for (;;) head = { head };
      })
      .exception();
    assert.ok(error instanceof WorkerDiedError && /while it ran eat: it ran out of memory/.test(error.message), String(error));
    assert.match(error.stderr ?? "", /heap/i);
    await stillWorks(pool);
    await pool.shutdown();
  });

  it("a process killed from outside fails its task with the signal's name", async () => {
    for (const signal of ["SIGKILL", "SIGSEGV"] as const) {
      const pool = new ProcessPoolExecutor({ maxWorkers: 1, onWorkerDeath: "replace", onOutput: () => {} });
      const future = pool.submit(spin);
      await once(pool.events, "taskStart");
      process.kill(pool.workers()[0]?.pid as number, signal);
      await assert.rejects(
        future.result(),
        (error: Error) => error instanceof WorkerDiedError && error.signal === signal && error.message.includes(`killed by ${signal}`),
      );
      await stillWorks(pool);
      await pool.shutdown();
    }
  });

  it("a process that closes its channel and does not end by itself is ended, and fails its task", async () => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 1, onWorkerDeath: "replace" });
    const error = await pool
      .submit(function leave() {
        process.removeAllListeners("disconnect");
        process.disconnect();
        return new Promise((resolve) => setTimeout(resolve, 2 ** 30));
      })
      .exception();
    assert.ok(error instanceof WorkerDiedError && /while it ran leave/.test(error.message), String(error));
    await stillWorks(pool);
    await pool.shutdown();
  });

  it("a process that cannot be started for want of its folder breaks the pool with the reason", async () => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 1, cwd: "/no/such/folder" });
    const error = await pool.submit(() => 1).exception();
    assert.ok(error instanceof BrokenProcessPool && /ENOENT/.test(`${error.message} ${String((error.cause as Error).cause)}`), String(error));
    await pool.shutdown();
  });
});
