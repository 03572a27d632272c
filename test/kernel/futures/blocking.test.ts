import assert from "node:assert/strict";
import { once } from "node:events";
import {
  BlockingError,
  CancelledError,
  Future,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  TimeoutError,
  task,
  WorkerDiedError,
  waitSync,
} from "concurrent-futures";
import { sleep, spin } from "../support/pools.js";

const blocking = [
  { kind: "threads", make: (options = {}) => new ThreadPoolExecutor(options) },
  { kind: "processes with a broker", make: (options = {}) => new ProcessPoolExecutor({ ...options, broker: true }) },
] as const;

for (const { kind, make } of blocking) {
  describe(`blocking for a pool of ${kind}`, () => {
    it("resultSync gives the value or throws the error, from the first task on, without the event loop turning", async () => {
      await using pool = make({ maxWorkers: 2 });
      let turned = false;
      setImmediate(() => (turned = true));
      assert.equal(pool.submit((a: number, b: number) => a + b, 1, 2).resultSync(), 3);
      assert.equal(pool.submit(async (text: string) => text.toUpperCase(), "x").resultSync(), "X");
      const failing = pool.submit(() => {
        throw new RangeError("no");
      });
      assert.throws(() => failing.resultSync(), { name: "RangeError", message: "no" });
      assert.ok(failing.exceptionSync() instanceof RangeError);
      assert.equal(pool.submit(() => 1).exceptionSync(), undefined);
      assert.equal(turned, false, "the event loop has turned");
      assert.equal(await pool.submit(() => "and with the loop").result(), "and with the loop");
    });

    it("works through a queue longer than the workers, callbacks included", async () => {
      await using pool = make({ maxWorkers: 2 });
      const called: number[] = [];
      const futures = Array.from({ length: 200 }, (_, i) => pool.submit((n: number) => n * n, i));
      for (const [i, future] of futures.entries()) future.addDoneCallback(() => called.push(i));
      const { done, notDone } = waitSync(futures);
      assert.deepEqual([done.size, notDone.size, called.length], [200, 0, 200]);
      assert.equal(futures[199]?.resultSync(), 199 ** 2);
    });

    it("ends at its timeout and leaves the task alone", async () => {
      await using pool = make({ maxWorkers: 1, stopGrace: 0 });
      const stop = new AbortController();
      const endless = pool.schedule(spin, [], { signal: stop.signal });
      assert.throws(
        () => endless.resultSync(20),
        (error) => error instanceof TimeoutError && /not done after 20 ms; the task goes on/.test(error.message),
      );
      assert.throws(() => endless.resultSync(0), TimeoutError);
      assert.throws(() => endless.resultSync("1" as never), TypeError);
      const { done, notDone } = waitSync([endless], { timeout: 20 });
      assert.deepEqual([done.size, notDone.size], [0, 1]);
      while (!endless.running()) waitSync([endless], { timeout: 1 });
      stop.abort(new Error("enough"));
      assert.throws(() => endless.resultSync(), /enough/);
    });

    it("a task's own timeout stops it also while the thread blocks, and the pool goes on", async () => {
      await using pool = make({ maxWorkers: 1, stopGrace: 0 });
      assert.throws(
        () => pool.schedule(spin, [], { timeout: 50 }).resultSync(),
        (error) => error instanceof TimeoutError && /ran longer than 50 ms and was stopped/.test(error.message),
      );
      assert.equal(pool.submit(() => "next").resultSync(), "next");
    });

    it("notices the end of a worker, and the next task has another", async () => {
      await using pool = make({ maxWorkers: 1, onWorkerDeath: "replace", onOutput: () => {} });
      const died = pool.submit(() => process.exit(7)).exceptionSync(20_000);
      assert.ok(died instanceof WorkerDiedError);
      assert.equal(died.exitCode, 7);
      assert.equal(pool.submit(() => 1).resultSync(), 1);
    });

    it("waitSync returns at the first completion, the first exception, or when all are done", async () => {
      await using pool = make({ maxWorkers: 2 });
      const slow = pool.submit(sleep, 60_000);
      const quick = pool.submit(() => 1);
      const first = waitSync([slow, quick], { returnWhen: "FIRST_COMPLETED" });
      assert.deepEqual([[...first.done], [...first.notDone]], [[quick], [slow]]);
      const failing = pool.submit(() => {
        throw new Error("failed");
      });
      assert.deepEqual([...waitSync([slow, quick, failing], { returnWhen: "FIRST_EXCEPTION" }).done], [quick, failing]);
      const cancelled = pool.submit(() => 2);
      cancelled.cancel();
      assert.equal(waitSync([cancelled, quick, failing]).done.size, 3);
      assert.throws(() => cancelled.resultSync(), CancelledError);
      assert.throws(() => waitSync([slow], { returnWhen: "SOMETIMES" as never }), RangeError);
      assert.throws(() => waitSync([1] as never), TypeError);
      await pool.killWorkers();
    });

    it("a submit on a full queue waits for room if the pool says so", async () => {
      await using pool = make({ maxWorkers: 1, maxQueue: 2, whenFull: "wait" });
      const futures = Array.from({ length: 20 }, (_, i) => pool.submit((n: number) => n, i));
      assert.ok(futures.filter((future) => future.running() || future.done()).length >= 17);
      assert.equal(futures.at(-1)?.resultSync(), 19);
    });
  });
}

describe("blocking", () => {
  it("for futures of several pools at once", async () => {
    await using threads = new ThreadPoolExecutor({ maxWorkers: 1 });
    await using processes = new ProcessPoolExecutor({ maxWorkers: 1, broker: true });
    assert.equal(waitSync([threads.submit(() => 1), processes.submit(() => 2)]).done.size, 2);
  });

  it("from within a worker, on a pool of its own", async () => {
    for (const outer of [new ThreadPoolExecutor({ maxWorkers: 1 }), new ProcessPoolExecutor({ maxWorkers: 1 })]) {
      const nested = async (library: string): Promise<unknown> => {
        const { ThreadPoolExecutor, waitSync } = (await import(library)) as typeof import("concurrent-futures");
        const inner = new ThreadPoolExecutor({ maxWorkers: 2 });
        const futures = [1, 2, 3].map((n) => inner.submit((m: number) => m * 10, n));
        const values = [waitSync(futures).done.size, ...futures.map((future) => future.resultSync())];
        await inner.shutdown();
        return values;
      };
      assert.deepEqual(await outer.submit(nested, import.meta.resolve("concurrent-futures")).result(), [3, 10, 20, 30]);
      await outer.shutdown();
    }
  });

  it("that could never be answered is an error that says what to do, and no hang", async () => {
    await using processes = new ProcessPoolExecutor({ maxWorkers: 1 });
    const future = processes.submit(() => 1);
    assert.throws(
      () => future.resultSync(),
      (error) => error instanceof BlockingError && /broker: true/.test(error.message),
    );
    assert.throws(() => future.resultSync(0), TimeoutError);
    assert.throws(() => waitSync([future]), BlockingError);
    assert.equal(await future.result(), 1);
    assert.equal(future.resultSync(), 1);
    assert.throws(
      () => new Future().resultSync(),
      (error) => error instanceof BlockingError && /belongs to no pool/.test(error.message),
    );
    assert.throws(() => new Future().resultSync(100), BlockingError);
    assert.throws(() => new ProcessPoolExecutor({ maxQueue: 1, whenFull: "wait" }), { name: "TypeError", message: /broker: true/ });
  });

  it("a task that waits for another of its own module's pool, of one worker, has its answer from a pool of its own; one that waits for itself fails", async () => {
    const library = import.meta.resolve("concurrent-futures");
    const source = `
      import { task, ThreadPoolExecutor } from ${JSON.stringify(library)};
      const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      export const inner = (n) => n ** 2;
      export const outer = (n) => pool.submit(task(import.meta.url, "inner"), n).resultSync();
      export const endless = () => pool.submit(task(import.meta.url, "endless")).resultSync();`;
    const url = `data:text/javascript,${encodeURIComponent(source)}`;
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.equal(pool.submit(task<(n: number) => number>(url, "outer"), 5).resultSync(), 25);
    assert.throws(() => pool.submit(task(url, "endless")).resultSync(), { name: "FuturesError", message: /a pool within the workers of 10 others/ });
  });

  it("a pool or a future that is given to a task is refused by name", async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const first = pool.submit(() => 1);
    const wrong = pool.submit((future: unknown) => future, first as unknown);
    assert.throws(() => wrong.resultSync(), { name: "TransferError", message: /^args\[0\] is a Future, .* await it and send its value/ });
    const own = pool.submit((_n: number, executor: unknown) => executor, 1, pool as unknown);
    assert.throws(() => own.resultSync(), {
      name: "TransferError",
      message: /^args\[1\] is a ThreadPoolExecutor, .* a task has no way to its own pool/,
    });
  });

  it("a thread that exhausts its heap while the program blocks is noticed", async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1, onWorkerDeath: "replace", resourceLimits: { maxOldGenerationSizeMb: 32 } });
    const error = pool
      .submit(() => {
        let head: unknown;
        for (;;) head = { head };
      })
      .exceptionSync();
    assert.ok(error instanceof WorkerDiedError && /out of memory/.test(error.message), String(error));
    assert.equal(pool.submit(() => 1).resultSync(), 1);
  });

  it("a broker takes what processes take, and names what they do not", async () => {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1, broker: true });
    const value = { map: new Map([[1, new Set(["x"])]]), bytes: Buffer.from("abc"), big: 2n ** 70n, at: new Date(3) };
    assert.deepEqual(pool.submit((same: unknown) => same, value).resultSync(), value);
    assert.throws(() => pool.submit((x: unknown) => x, new SharedArrayBuffer(1)).resultSync(), { name: "TransferError", message: /^args\[0\]/ });
    const output: string[] = [];
    await using telling = new ProcessPoolExecutor({ maxWorkers: 1, broker: true, onOutput: ({ text }) => output.push(text) });
    telling.submit(() => void console.log("printed")).resultSync();
    assert.deepEqual(output, ["printed\n"]);
    const { pid } = telling.workers()[0] ?? {};
    assert.ok(pid && pid !== process.pid);
    const ended = once(telling.events, "workerEnd");
    await telling.shutdown();
    assert.equal((await ended)[1].exitCode, 0);
  });
});
