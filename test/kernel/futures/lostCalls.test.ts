import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readlinkSync, readSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type Future, type PoolOptions, ProcessPoolExecutor, tasks, wait } from "concurrent-futures";
import { recordBytes } from "../../../src/futures/process/callsFile.js";
import type * as fixture from "../../fixtures/callQueue.mjs";
import { sleep } from "../support/pools.js";

const { count, holdUntil, work } = tasks<typeof fixture>(pathToFileURL(path.resolve("test/fixtures/callQueue.mjs")));

/** This process's descriptors of files of calls. */
function callsFiles(): number[] {
  const name = (descriptor: string): string => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return "";
    }
  };
  return readdirSync("/proc/self/fd")
    .filter((descriptor) => /concurrent-futures-.*deleted/.test(name(descriptor)))
    .map(Number);
}

/** Takes the next call as a worker does, and tells nobody: so does a worker that dies at that moment. @returns whether there was one. */
function takeAndTellNobody(): boolean {
  return callsFiles().some((descriptor) => {
    try {
      return readSync(descriptor, Buffer.alloc(recordBytes), 0, recordBytes, null) === recordBytes;
    } catch {
      return false; // it is the one for writing
    }
  });
}

interface Scene {
  readonly pool: ProcessPoolExecutor;
  /** Tasks that work until `open` is called, one a worker. */
  readonly held: Future<unknown>[];
  /** Tasks behind them; the first of them has been taken from the file, and nobody knows. */
  readonly waiting: Future<unknown>[];
  readonly open: () => void;
}

async function lost(options: PoolOptions & { maxWorkers: number }, use: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "lost-calls-"));
  const file = path.join(folder, "open");
  const open = (): void => writeFileSync(file, "");
  const pool = new ProcessPoolExecutor({ onWorkerDeath: "replace", ...options });
  try {
    await wait(Array.from({ length: options.maxWorkers }, () => pool.submit(sleep, 50)));
    await wait(Array.from({ length: 20 * options.maxWorkers }, () => pool.submit(work, 1)));
    await pool.submit(count, 0).result();
    const held = Array.from({ length: options.maxWorkers }, () => pool.submit(holdUntil, file));
    while (!held.every((future) => future.running())) await immediate();
    const waiting = Array.from({ length: 5 }, (_, n) => pool.submit(count, n));
    await immediate();
    assert.equal(takeAndTellNobody(), true);
    await use({ pool, held, waiting, open });
  } finally {
    open();
    await pool.shutdown({ cancelFutures: true });
    rmSync(folder, { recursive: true });
  }
}

const outcomes = (futures: readonly Future<unknown>[]): Promise<string[]> =>
  Promise.all(futures.map(async (future) => (future.cancelled() ? "cancelled" : ((await future.exception()) as Error | undefined)?.name) ?? "value"));

const theWorkerOf = (pool: ProcessPoolExecutor, future: Future<unknown>): number =>
  pool.workers().find(({ task }) => task === future.id)?.pid ?? (pool.workers()[0]?.pid as number);

describe("a call that a process took and did not tell of before its death", () => {
  before(function () {
    if (!existsSync("/proc/self/fd")) {
      console.log("skipped: only where /proc tells a program's own files can the test take a call as a worker does");
      this.skip();
    }
  });

  it("is given to the worker that comes in its place", async () => {
    await lost({ maxWorkers: 1 }, async ({ pool, held, waiting }) => {
      process.kill(theWorkerOf(pool, held[0] as Future<unknown>), "SIGKILL");
      assert.deepEqual(await outcomes(held), ["WorkerDiedError"]);
      assert.deepEqual(await outcomes(waiting), ["value", "value", "value", "value", "value"]);
    });
  });

  it("is given to another worker, once it is certain that this one does not have it", async () => {
    await lost({ maxWorkers: 2 }, async ({ pool, held, waiting, open }) => {
      const [first] = held as [Future<unknown>];
      process.kill(theWorkerOf(pool, first), "SIGKILL");
      await wait(held, { returnWhen: "FIRST_COMPLETED" });
      open();
      assert.deepEqual(await outcomes(waiting), ["value", "value", "value", "value", "value"]);
    });
  });

  it("fails with the pool that is ended under it, and leaves nothing behind", async () => {
    for (const end of ["terminateWorkers", "killWorkers"] as const)
      await lost({ maxWorkers: 2 }, async ({ pool, held, waiting }) => {
        pool[end]();
        await pool.shutdown();
        const [first, ...others] = await outcomes(waiting);
        assert.match(first as string, /^(BrokenProcessPool|cancelled)$/);
        assert.ok(others.every((outcome) => outcome === "cancelled"));
        assert.ok((await outcomes(held)).every((outcome) => outcome === "BrokenProcessPool"));
        assert.deepEqual(pool.workers(), []);
        assert.deepEqual(callsFiles(), []);
      });
  });

  it("breaks with the pool", async () => {
    await lost({ maxWorkers: 2, onWorkerDeath: "break" }, async ({ pool, held, waiting }) => {
      process.kill(theWorkerOf(pool, held[0] as Future<unknown>), "SIGKILL");
      assert.ok((await outcomes([...held, ...waiting])).every((outcome) => outcome === "BrokenProcessPool"));
      await pool.shutdown();
    });
  });

  it("can be stopped while nobody knows who has it, and when it waits again", async () => {
    await lost({ maxWorkers: 1 }, async ({ pool, held, waiting }) => {
      const stopper = new AbortController();
      const signalled = pool.schedule(count, [9], { signal: stopper.signal });
      await immediate();
      while (takeAndTellNobody()); // this one too
      assert.equal(signalled.cancel(), false, "a worker has it, as far as anybody knows");
      stopper.abort(new Error("stopped"));
      process.kill(theWorkerOf(pool, held[0] as Future<unknown>), "SIGKILL");
      await assert.rejects(signalled.result(), { message: "stopped" });
      assert.deepEqual(await outcomes(waiting), ["value", "value", "value", "value", "value"]);
    });
  });
});
