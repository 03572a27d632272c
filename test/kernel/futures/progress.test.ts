import assert from "node:assert/strict";
import { once } from "node:events";
import { Future, InvalidStateError, task } from "concurrent-futures";
import { pools, withPool } from "../support/pools.js";

async function* count(end: number): AsyncGenerator<number, string> {
  for (let i = 0; i < end; i += 1) yield i;
  return `${end} given`;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

for (const { kind, make } of pools) {
  describe(`progress of tasks in ${kind}`, () => {
    it("is what an async generator yields, in order and before its result", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const future = pool.submit(count, 5);
        const seen: number[] = [];
        future.addProgressCallback((value) => {
          assert.equal(future.done(), false);
          seen.push(value);
        });
        const result: string = await future.result();
        assert.deepEqual([seen, result], [[0, 1, 2, 3, 4], "5 given"]);
      });
    });

    it("as an async iterable waits for what comes, begins at the beginning, and ends with the task", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const future = pool.submit(count, 3);
        assert.deepEqual(await collect(future.progress), [0, 1, 2]);
        const late = pool.submit(count, 3);
        await late.result();
        assert.deepEqual(await collect(late.progress), [0, 1, 2], "what came before the first reader waits for it");
        assert.deepEqual(await collect(late.progress), []);
        assert.deepEqual(await collect(pool.submit(() => 1).progress), []);
      });
    });

    it("takes plain generators too, and generators found by reference", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const plain = pool.submit(function* () {
          yield "a";
          yield "b";
          return 3;
        });
        assert.deepEqual([await collect(plain.progress), await plain.result()], [["a", "b"], 3]);
        const url = "data:text/javascript,export async function* steps(n) { for (let i = 1; i <= n; i++) yield i / n; return n; }";
        const byReference = pool.submit(task<(n: number) => AsyncGenerator<number, number>>(url, "steps"), 4);
        assert.deepEqual([await collect(byReference.progress), await byReference.result()], [[0.25, 0.5, 0.75, 1], 4]);
      });
    });

    it("is what a task tells of itself by currentTask().progress", async () => {
      await withPool(make, { maxWorkers: 1, name: "mine" }, async (pool) => {
        const tell = async (library: string): Promise<unknown[]> => {
          const { currentTask } = (await import(library)) as typeof import("concurrent-futures");
          const current = currentTask();
          if (!current) throw new Error("no task");
          for (let i = 1; i <= 3; i += 1) current.progress(i, 3);
          current.progress("done");
          setTimeout(() => current.progress("after the end"), 1);
          return [current.id, current.worker, current.signal.aborted];
        };
        const future = pool.submit(tell, import.meta.resolve("concurrent-futures"));
        assert.deepEqual(await collect(future.progress), [{ value: 1, total: 3 }, { value: 2, total: 3 }, { value: 3, total: 3 }, { value: "done" }]);
        assert.deepEqual(await future.result(), [future.id, "mine-0", false]);
        assert.equal(await pool.submit(() => "the pool goes on").result(), "the pool goes on");
      });
    });

    it("that cannot be cloned fails its task by name; an error after yields is the task's", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const bad = pool.submit(async function* () {
          yield { fn: () => 1 };
        });
        await assert.rejects(bad.result(), { name: "TransferError", message: /^progress\.fn is the function fn/ });
        const failing = pool.submit(async function* () {
          yield 1;
          throw new RangeError("after one");
        });
        assert.deepEqual(await collect(failing.progress), [1]);
        await assert.rejects(failing.result(), /after one/);
      });
    });

    it("of an endless generator goes on until it is stopped, where its finally runs", async () => {
      const output: string[] = [];
      await withPool(make, { maxWorkers: 1, stopGrace: 60_000, onOutput: ({ text }) => output.push(text) }, async (pool) => {
        const stop = new AbortController();
        const endless = pool.schedule(
          async function* () {
            try {
              for (let i = 0; ; i += 1) yield i;
            } finally {
              console.log("cleaned up");
            }
          },
          [],
          { signal: stop.signal },
        );
        for await (const value of endless.progress) if (value === 100) break;
        stop.abort(new Error("enough"));
        await assert.rejects(endless.result(), /enough/);
        assert.deepEqual(output, ["cleaned up\n"]);
        assert.equal(pool.workers()[0]?.name.endsWith("-0"), true, "the worker was not replaced");
      });
    });

    it("in calls of a chunk of map is nobody's, and the results are the generators' returns", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const results: string[] = [];
        for await (const result of pool.map(count, [1, 2, 3], { chunksize: 3 })) results.push(result);
        assert.deepEqual(results, ["1 given", "2 given", "3 given"]);
      });
    });
  });
}

describe("progress of a future", () => {
  it("is told by executors of one's own, to every reader from its place on, and a callback that throws harms nobody", async () => {
    const future = new Future<string, number>();
    future.addProgress(1);
    const seen: number[] = [];
    const warned = once(process, "warning");
    future.addProgressCallback(() => {
      throw new Error("my fault");
    });
    future.addProgressCallback((value) => seen.push(value));
    const first = collect(future.progress);
    const second = collect(future.progress);
    await Promise.resolve();
    future.addProgress(2);
    future.addProgress(3);
    future.setResult("x");
    assert.deepEqual(
      [await first, await second, seen],
      [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
    );
    assert.match(((await warned)[0] as { detail: string }).detail, /my fault/);
    assert.throws(() => future.addProgress(4), InvalidStateError);
    assert.throws(() => future.addProgressCallback(1 as never), TypeError);
  });
});
