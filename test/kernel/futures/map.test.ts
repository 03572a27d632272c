import assert from "node:assert/strict";
import { once } from "node:events";
import {
  BrokenExecutor,
  CancelledError,
  Executor,
  Future,
  ShutdownError,
  type TaskProgress,
  type TaskResult,
  TimeoutError,
  TransferError,
} from "concurrent-futures";
import { pools, sleep, withPool } from "../support/pools.js";

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const range = (end: number): number[] => Array.from({ length: end }, (_, i) => i);
const double = (n: number): number => 2 * n;
const failAtThree = (n: number): number => {
  if (n === 3) throw new RangeError("three");
  return n;
};

for (const { kind, make } of pools) {
  describe(`map on ${kind}`, () => {
    it("gives the same with any chunksize, also one longer than the input", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        for (const chunksize of [1, 3, 7, 100, "auto"] as const)
          assert.deepEqual(await collect(pool.map(double, range(20), { chunksize })), range(20).map(double), String(chunksize));
        assert.deepEqual(await collect(pool.map((a: number, b: string) => b + a, new Set([1, 2, 3]), "ab", { chunksize: 2 })), ["a1", "b2"]);
      });
    });

    for (const chunksize of [1, 3]) {
      it(`is stopped by its signal, with what runs and what waits, in chunks of ${chunksize}; the pool works on`, async () => {
        await withPool(make, { maxWorkers: 2, stopGrace: 50, onWorkerDeath: "replace" }, async (pool) => {
          const stop = new AbortController();
          const spinAtFive = (n: number): number => {
            for (; n === 5; );
            return n;
          };
          const results: unknown[] = [];
          const outcomes = pool.map(spinAtFive, range(12), { chunksize, signal: stop.signal, ordered: false, returnExceptions: true });
          const end = (async () => {
            for await (const outcome of outcomes) {
              results.push(outcome);
              // The worker that spins is the one that is left.
              if (results.length >= 12 - chunksize) stop.abort();
            }
          })();
          await end;
          assert.equal(results.length, 12);
          // Its worker may have been so late that it had not started.
          const stopped = results.filter((result) => result === stop.signal.reason || result instanceof CancelledError);
          assert.equal(stopped.length, chunksize);
          assert.deepEqual(await collect(pool.map(double, [1, 2], { signal: new AbortController().signal })), [2, 4]);
        });
      });
    }

    it("submits nothing with a signal that is aborted, and refuses what is no signal", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const outcomes = await collect(pool.map(double, [1, 2], { signal: AbortSignal.abort(), returnExceptions: true }));
        assert.deepEqual(
          outcomes.map((outcome) => (outcome as unknown) instanceof CancelledError),
          [true, true],
        );
        assert.throws(() => pool.map(double, [1], { signal: 1 as never }), /signal must be an AbortSignal, got 1/);
      });
    });

    it("sends a chunk as one task: as many tasks as chunks", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        await collect(pool.map(double, range(100), { chunksize: 30 }));
        assert.equal(pool.stats().done, 4);
        await collect(pool.map(double, range(1000), { chunksize: "auto" }));
        assert.equal(pool.stats().done, 4 + 8, "four chunks to each of two workers");
      });
    });

    it("with returnExceptions gives errors in their places, and loses none of a chunk", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        for (const chunksize of [1, 4]) {
          const given = await collect(pool.map(failAtThree, range(6), { returnExceptions: true, chunksize }));
          assert.ok((given[3] as unknown) instanceof RangeError);
          assert.deepEqual(given.toSpliced(3, 1), [0, 1, 2, 4, 5]);
        }
        const falsy = pool.map((n: number) => (n === 1 ? Promise.reject(null) : n), range(3), { returnExceptions: true });
        assert.deepEqual(await collect(falsy), [0, null, 2]);
      });
    });

    it("stops at the first error, or goes on by next() if told to", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        for (const chunksize of [1, 2]) {
          const stopping = pool.map(failAtThree, range(6), { chunksize });
          for (const n of [0, 1, 2]) assert.equal((await stopping.next()).value, n);
          await assert.rejects(stopping.next(), /three/);
          assert.equal((await stopping.next()).done, true);
          const going = pool.map(failAtThree, range(6), { chunksize, onError: "continue" });
          for (const n of [0, 1, 2]) assert.equal((await going.next()).value, n);
          await assert.rejects(going.next(), /three/);
          assert.deepEqual([(await going.next()).value, (await going.next()).value, (await going.next()).done], [4, 5, true]);
        }
      });
    });

    it("ordered: false gives results as they come", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        await Promise.all([pool.submit(sleep, 20).result(), pool.submit(sleep, 20).result()]);
        assert.deepEqual(await collect(pool.map(sleep, [400, 1, 2, 3], { ordered: false })), [1, 2, 3, 400]);
        const all = await collect(pool.map(double, range(30), { ordered: false, chunksize: 4, buffersize: 2 }));
        assert.deepEqual(
          all.toSorted((a, b) => a - b),
          range(30).map(double),
        );
      });
    });

    it("reads no more than buffersize ahead, so that inputs may be endless", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        let read = 0;
        let closed = false;
        function* endless(): Generator<number> {
          try {
            for (;;) yield read++;
          } finally {
            closed = true;
          }
        }
        const results = pool.map(double, endless(), { buffersize: 2 });
        assert.equal(read, 2);
        assert.equal((await results.next()).value, 0);
        assert.equal(read, 3);
        for (let i = 1; i < 10; i += 1) assert.equal((await results.next()).value, 2 * i);
        await results.return?.();
        assert.deepEqual([read, closed, (await results.next()).done], [12, true, true]);
        const chunks = pool.map(double, endless(), { buffersize: 2, chunksize: 5 });
        assert.equal(read, 22);
        await chunks.return?.();
      });
    });

    it("takes async iterables, reads them from the call on, and throws their error in its place", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        async function* numbers(end: number): AsyncGenerator<number> {
          for (const n of range(end)) {
            await Promise.resolve();
            yield n;
          }
          if (end === 4) throw new Error("input");
        }
        assert.deepEqual(await collect(pool.map(double, numbers(10))), range(10).map(double));
        assert.deepEqual(await collect(pool.map(double, numbers(10), { chunksize: 3, buffersize: 1 })), range(10).map(double));
        assert.deepEqual(await collect(pool.map((a: number, b: number) => a - b, numbers(5), [1, 1, 1])), [-1, 0, 1]);
        const failing = pool.map(double, numbers(4), { chunksize: 3 });
        for (const n of range(4)) assert.equal((await failing.next()).value, 2 * n);
        await assert.rejects(failing.next(), /^Error: input$/);
        assert.equal((await failing.next()).done, true);
      });
    });

    it("with buffersize after shutdown gives what is there, then throws", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        const results = pool.map(double, range(10), { buffersize: 3 });
        const end = pool.shutdown();
        assert.deepEqual([(await results.next()).value, (await results.next()).value, (await results.next()).value], [0, 2, 4]);
        await assert.rejects(results.next(), ShutdownError);
        assert.equal((await results.next()).done, true);
        await end;
      });
    });

    it("of a pool that breaks throws the breakage, also in a chunk", async () => {
      const pool = make({ maxWorkers: 1, onOutput: () => {} });
      const results = pool.map((n: number) => (n === 5 ? process.exit(1) : n), range(10), { chunksize: 2 });
      for (const n of range(4)) assert.equal((await results.next()).value, n);
      await assert.rejects(results.next(), BrokenExecutor);
      await pool.shutdown();
    });

    it("fails only the item that cannot be sent, also in a chunk", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const arguments_ = [1, () => 1, 3, Symbol("no"), 5] as number[];
        const there = await collect(pool.map((n: number) => n, arguments_, { chunksize: 5, returnExceptions: true }));
        assert.deepEqual([there[0], there[2], there[4]], [1, 3, 5]);
        for (const place of [1, 3])
          assert.ok((there[place] as unknown) instanceof TransferError && /^args\[0\] is/.test((there[place] as unknown as Error).message));
        const back = await collect(pool.map((n: number) => (n % 2 ? () => n : n) as number, range(4), { chunksize: 4, returnExceptions: true }));
        assert.deepEqual([back[0], back[2]], [0, 2]);
        for (const place of [1, 3])
          assert.ok((back[place] as unknown) instanceof TransferError && /^result/.test((back[place] as unknown as Error).message));
      });
    });

    it("fails only the item that is a future or a pool, also in a chunk", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const items: unknown[] = [1, pool.submit(() => 1), () => 1, pool, 5];
        for (const chunksize of [1, 5]) {
          const given = await collect(pool.map((item: unknown) => item, items, { chunksize, returnExceptions: true }));
          assert.deepEqual([given[0], given[4]], [1, 5]);
          for (const [place, message] of [
            [1, /^args\[0\] is a Future, .* await it and send its value/],
            [2, /^args\[0\] is a function/],
            [3, /^args\[0\] is a \w+PoolExecutor, /],
          ] as const)
            assert.ok(given[place] instanceof TransferError && message.test(given[place].message), String(given[place]));
        }
      });
    });

    it("waits for room in the queue of a pool that has a bound", async () => {
      await withPool(make, { maxWorkers: 1, maxQueue: 2 }, async (pool) => {
        const results = pool.map(double, range(50));
        assert.ok(pool.stats().queued <= 3);
        assert.deepEqual(await collect(results), range(50).map(double));
      });
    });

    it("told to cancel everything, throws CancelledError for what was cancelled", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const started = once(pool.events, "taskStart");
        const results = pool.map(sleep, [50, 1, 1]);
        await started;
        const end = pool.shutdown({ cancelFutures: true });
        assert.equal((await results.next()).value, 50);
        await assert.rejects(results.next(), CancelledError);
        await end;
      });
    });

    it("ends at its timeout in every mode, and the rest is cancelled", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        for (const options of [{ onError: "continue" }, { returnExceptions: true }, { ordered: false }] as const) {
          await pool.submit(() => 0).result();
          const results = pool.map(sleep, [0, 400, 0], { ...options, timeout: 200 });
          assert.equal((await results.next()).value, 0);
          await assert.rejects(results.next(), TimeoutError);
          assert.equal((await results.next()).done, true);
        }
        assert.equal(pool.stats().cancelled, 3, "the third of each");
      });
    });

    it("refuses bad options at the call, naming option and value", async () => {
      await withPool(make, {}, async (pool) => {
        for (const [options, name, message] of [
          [{ chunksize: "foo" }, "TypeError", /chunksize must be an integer or "auto", got 'foo'/],
          [{ chunksize: 2.5 }, "TypeError", /chunksize must be an integer/],
          [{ chunksize: 0 }, "RangeError", /chunksize must be at least 1, got 0/],
          [{ buffersize: "foo" }, "TypeError", /buffersize must be an integer, got 'foo'/],
          [{ buffersize: -1 }, "RangeError", /buffersize must be at least 1, got -1/],
          [{ ordered: 1 }, "TypeError", /ordered must be true or false/],
          [{ returnExceptions: "yes" }, "TypeError", /returnExceptions must be true or false/],
          [{ onError: "ignore" }, "RangeError", /onError must be "stop" or "continue"/],
          [{ timeout: Number.NaN }, "TypeError", /timeout/],
        ] as const)
          assert.throws(() => pool.map(double, [1], options as never), { name, message });
      });
    });
  });
}

describe("map of an executor of one's own", () => {
  class Inline extends Executor {
    override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<TaskResult<R>, TaskProgress<R>> {
      const future = new Future<TaskResult<R>, TaskProgress<R>>();
      future.setRunningOrNotifyCancel();
      try {
        future.setResult(fn(...args) as TaskResult<R>);
      } catch (error) {
        future.setException(error);
      }
      return future;
    }
  }

  it("stands on submit alone, with every option", async () => {
    const executor = new Inline();
    assert.deepEqual(await collect(executor.map(double, range(5), { chunksize: 2, buffersize: 1, ordered: false })), range(5).map(double));
    assert.deepEqual((await collect(executor.map(failAtThree, range(5), { returnExceptions: true }))).length, 5);
  });
});
