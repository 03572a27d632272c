import assert from "node:assert/strict";
import { type PoolExecutor, TimeoutError, wait } from "concurrent-futures";
import { conformance } from "./support/conformance.js";
import { Gate } from "./support/gate.js";
import { collected } from "./support/memory.js";
import { remote } from "./support/tasks.js";
import { collect, range } from "./support/values.js";

/** Endless for whoever takes no more than a buffer of it; taken to its end it would take all memory. */
function* count(): Generator<number> {
  for (let n = 0; n < 1000; n += 1) yield n;
  throw new Error("a thousand items were taken from an endless input");
}

/** Python's divmod. */
const divide = (a: number, b: number): [number, number] => {
  if (b === 0) throw new RangeError("division by zero");
  return [Math.floor(a / b), a % b];
};
const power = (a: number, b: number): number => a ** b;
const add = (a: number, b: number): number => a + b;

/** Python's StopIteration, asked for twice. */
async function assertAtEnd(iterator: AsyncIterator<unknown>): Promise<void> {
  for (let i = 0; i < 2; i += 1) assert.deepEqual(await iterator.next(), { done: true, value: undefined });
}

const valueFrom = async <T>(iterator: AsyncIterator<T>): Promise<T> => {
  const step = await iterator.next();
  assert.equal(step.done ?? false, false, "the iterator is at its end");
  return step.value;
};

const buffersizes = [1, 2, 4, 8];

describe("executor.py", () => {
  conformance("executor.submit", async (make) => {
    assert.equal(await make({ maxWorkers: 1 }).submit(power, 2, 8).result(), 256);
  });

  conformance("executor.submit_keyword", async (make) => {
    const pool = make({ maxWorkers: 1 });
    const capture = (...args: unknown[]): unknown[] => args;
    // Names that mean something to submit, schedule and map.
    const options = { self: 2, fn: 3, args: [4], timeout: 5, signal: "no signal", transfer: 6, priority: 7, chunksize: 0 };
    assert.deepEqual(await pool.submit(capture, 1, options).result(), [1, options]);
    assert.deepEqual(await pool.schedule(capture, [1, options]).result(), [1, options]);
    const submit = pool.submit.bind(pool) as (...args: unknown[]) => unknown;
    for (const args of [[], [{ fn: capture, arg: 1 }], [{ arg: 1 }], [undefined, 1]]) assert.throws(() => submit(...args), TypeError);
  });

  conformance("executor.map", async (make) => {
    const pool = make({ maxWorkers: 2 });
    const expected = range(10).map((n) => power(n, n));
    assert.deepEqual(await collect(pool.map(power, range(10), range(10))), expected);
    assert.deepEqual(await collect(pool.map(power, range(10), range(10), { chunksize: 3 })), expected);
  });

  conformance("executor.map_exception", async (make) => {
    const pool = make({ maxWorkers: 2 });
    for (const chunksize of [1, 3]) {
      const goingOn = pool.map(divide, [5, 5, 5, 5], [2, 0, 3, 5], { chunksize, onError: "continue" });
      assert.deepEqual(await valueFrom(goingOn), [2, 1]);
      await assert.rejects(goingOn.next(), { name: "RangeError", message: "division by zero" });
      assert.deepEqual(await valueFrom(goingOn), [1, 2]);
      assert.deepEqual(await valueFrom(goingOn), [1, 0]);
      await assertAtEnd(goingOn);

      const stopping = pool.map(divide, [5, 5, 5, 5], [2, 0, 3, 5], { chunksize });
      assert.deepEqual(await valueFrom(stopping), [2, 1]);
      await assert.rejects(stopping.next(), { name: "RangeError", message: "division by zero" });
      await assertAtEnd(stopping);
    }
  });

  conformance("executor.map_timeout_from_callable", async (make) => {
    const pool = make({ maxWorkers: 2 });
    for (const timeout of [undefined, 60_000]) {
      const values = pool.map(remote.timeoutOnOne, range(4), { timeout, onError: "continue" });
      assert.equal(await valueFrom(values), 0);
      await assert.rejects(values.next(), (error) => error instanceof TimeoutError && error.message === "of the task itself");
      assert.equal(await valueFrom(values), 2);
      assert.equal(await valueFrom(values), 3);
      await assertAtEnd(values);
    }
  });

  conformance("executor.map_timeout", async (make) => {
    for (const onError of ["stop", "continue"] as const) {
      await using gate = await Gate.create();
      const pool = make({ maxWorkers: 1 });
      const values = pool.map(remote.waitAtGateOnTwo, Array<string>(4).fill(gate.address), range(4), { timeout: 500, onError });
      const results: number[] = [];
      await assert.rejects(async () => {
        for (;;) results.push(await valueFrom(values));
      }, TimeoutError);
      // gh-110097: on a busy machine the start of a worker may take longer than the timeout.
      assert.deepEqual(results, [0, 1].slice(0, results.length));
      await assertAtEnd(values);
    }
  });

  conformance("executor.map_close", async (make) => {
    const pool = make({ maxWorkers: 2 });
    for (const chunksize of [1, 3]) {
      const values = pool.map(divide, [5, 5, 5, 5], [2, 0, 3, 5], { chunksize });
      assert.deepEqual(await valueFrom(values), [2, 1]);
      await values.return?.();
      await assertAtEnd(values);
    }
  });

  conformance("executor.map_buffersize_type_validation", (make) => {
    const pool = make();
    for (const buffersize of ["foo", 2.5] as never[])
      assert.throws(() => pool.map(String, range(4), { buffersize }), { name: "TypeError", message: /buffersize must be/ });
  });

  conformance("executor.map_buffersize_value_validation", (make) => {
    const pool = make();
    for (const buffersize of [0, -1])
      assert.throws(() => pool.map(String, range(4), { buffersize }), { name: "RangeError", message: /buffersize must be/ });
  });

  conformance("executor.map_buffersize", async (make) => {
    const pool = make({ maxWorkers: 2 });
    for (const buffersize of buffersizes) assert.deepEqual(await collect(pool.map(String, range(4), { buffersize })), ["0", "1", "2", "3"]);
  });

  conformance("executor.map_buffersize_on_multiple_iterables", async (make) => {
    const pool = make({ maxWorkers: 2 });
    for (const buffersize of buffersizes) assert.deepEqual(await collect(pool.map(add, range(4), range(4), { buffersize })), [0, 2, 4, 6]);
  });

  conformance("executor.map_buffersize_on_infinite_iterable", async (make) => {
    const values = make({ maxWorkers: 2 }).map(String, count(), { buffersize: 2 });
    assert.deepEqual([await valueFrom(values), await valueFrom(values), await valueFrom(values)], ["0", "1", "2"]);
  });

  conformance("executor.map_buffersize_on_multiple_infinite_iterables", async (make) => {
    const values = make({ maxWorkers: 2 }).map(add, count(), count(), { buffersize: 2 });
    assert.deepEqual([await valueFrom(values), await valueFrom(values), await valueFrom(values)], [0, 2, 4]);
  });

  conformance("executor.map_buffersize_on_empty_iterable", async (make) => {
    await assertAtEnd(make().map(String, [], { buffersize: 2 }));
  });

  conformance("executor.map_buffersize_without_iterable", async (make) => {
    await assertAtEnd(make().map(String, { buffersize: 2 }));
  });

  conformance("executor.map_buffersize_when_buffer_is_full", async (make) => {
    const pool = make({ maxWorkers: 2 });
    const numbers = range(4)[Symbol.iterator]();
    pool.map(String, numbers, { buffersize: 2 });
    await pool.shutdown(); // all that was submitted is done then
    assert.deepEqual(numbers.next(), { done: false, value: 2 });
  });

  conformance("executor.shutdown_race_issue12456", async (make) => {
    const pool = make({ maxWorkers: 3 });
    pool.map(String, Array<number>(4).fill(2));
    await pool.shutdown();
    assert.deepEqual(pool.workers(), []);
  });

  conformance("executor.no_stale_references", async (make) => {
    const pool = make({ maxWorkers: 1 });
    // In a function of its own, and the future is thrown away: nothing here keeps the argument.
    const submitAnObject = (): WeakRef<object> => {
      const argument = { some: "object" };
      pool.submit((value: object) => Object.keys(value), argument);
      return new WeakRef(argument);
    };
    const argument = submitAnObject();
    assert.equal(await pool.submit(() => "after it").result(), "after it");
    assert.equal(await collected(argument), true);
  });

  conformance("executor.max_workers_negative", (make) => {
    for (const maxWorkers of [0, -1]) assert.throws(() => make({ maxWorkers }), { name: "RangeError", message: /maxWorkers must be greater than 0/ });
  });

  conformance("executor.free_reference", async (make) => {
    await givesAndForgets(make({ maxWorkers: 2 }), {});
    await givesAndForgets(make({ maxWorkers: 2 }), { chunksize: 3 });
  });

  conformance("executor.swallows_falsey_exceptions", async (make) => {
    const pool = make({ maxWorkers: 1 });
    const raise = (value: unknown): never => {
      throw value;
    };
    for (const value of [0, "", null, undefined, false, Number.NaN]) {
      const future = pool.submit(raise, value);
      assert.equal((await wait([future], { returnWhen: "FIRST_EXCEPTION" })).done.size, 1);
      assert.deepEqual(future.peek(), { kind: "error", error: value });
      const caught = await future.result().then(
        () => "it resolved",
        (error: unknown) => [error],
      );
      assert.deepEqual(caught, [value]);
      assert.equal(await future.exception(), value);
      const mapped = await pool
        .map(raise, [value])
        .next()
        .then(
          () => "it resolved",
          (error: unknown) => [error],
        );
      assert.deepEqual(mapped, [value]);
    }
  });
});

async function givesAndForgets(pool: PoolExecutor, options: { chunksize?: number }): Promise<void> {
  const values = pool.map((n: number) => ({ n }), range(10), options);
  // In a function of its own: a variable of this one would keep the result.
  const step = async (): Promise<WeakRef<object>> => new WeakRef(await valueFrom(values));
  for (let i = 0; i < 10; i += 1) assert.equal(await collected(await step()), true, `result ${i} is kept, with ${JSON.stringify(options)}`);
  await assertAtEnd(values);
}
