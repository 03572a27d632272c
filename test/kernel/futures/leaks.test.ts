import assert from "node:assert/strict";
import { EventEmitter, getEventListeners } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { type Future, type PoolExecutor, ProcessPoolExecutor, wait } from "concurrent-futures";
import { collected, collectGarbage, collectGarbageForAWhile } from "../../conformance/support/memory.js";
import { pools as bothPools, sleep, withPool } from "../support/pools.js";
import { gone } from "../support/processes.js";

const broker: (typeof bothPools)[number]["make"] = (options) => new ProcessPoolExecutor({ ...options, broker: true });
const pools = [...bothPools, { kind: "processes with a broker", make: broker }];

const warmUp = 20_000;
const total = 100_000;

/**
 * Bytes that may be there after all those tasks and were not before: 10 a task. Whatever is kept of a task, be it an empty object and its place
 * in a list, takes more than 20. Without a leak at most 0.2 MB were measured, most of it code that was compiled meanwhile.
 */
const slack = 1_000_000;

const increment = (n: number): number => n + 1;

/** Collects what a worker can collect; the pool hears of its memory afterwards, since reports are 250 ms apart. */
const collectInWorker = async (): Promise<void> => {
  process.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc");
  const collect = process.getBuiltinModule("node:vm").runInNewContext("gc");
  for (let n = 0; n < 10; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    collect();
  }
};

/** Half of them one by one, half by `map`. */
async function work(pool: PoolExecutor, tasks: number): Promise<void> {
  for (let n = 0; n < tasks / 2; n += 1000) {
    const values = await Promise.all(Array.from({ length: 1000 }, (_, i) => pool.submit(increment, i).result()));
    assert.equal(values[999], 1000);
  }
  const items = Array.from({ length: tasks / 2 }, (_, i) => i);
  let last = 0;
  for await (const value of pool.map(increment, items, { chunksize: 100 })) last = value;
  assert.equal(last, tasks / 2);
}

async function heapUsed(): Promise<number> {
  await collectGarbageForAWhile();
  return process.memoryUsage().heapUsed;
}

/** Bytes of each worker's heap, without garbage; by its own reports. */
async function heapsOfWorkers(pool: PoolExecutor): Promise<Map<string, number>> {
  // One worker may take two of these, and the other has nothing to tell then.
  do await Promise.all(pool.workers().map(() => pool.submit(collectInWorker).result()));
  while (pool.stats().workers.some(({ memory }) => memory === undefined));
  return new Map(pool.stats().workers.map(({ name, memory }) => [name, memory?.heapUsed ?? Number.NaN]));
}

/** What holds a program open or listens in it. */
function openThings(): { listeners: Record<string, number>; resources: string[]; threads: number } {
  const listeners = process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
  // Linux tells of the threads of this process; elsewhere the handles must do.
  const threads = existsSync("/proc/self/task") ? readdirSync("/proc/self/task").length : 0;
  return { listeners: Object.fromEntries(listeners), resources: process.getActiveResourcesInfo().sort(), threads };
}

/** Once handles that are about to close have closed. */
async function openThingsSettled(): Promise<ReturnType<typeof openThings>> {
  for (let n = 0; n < 100; n += 1) await turn();
  return openThings();
}

/** Handles close within a few turns of the loop after their end was told. */
async function openThingsWhenLike(before: ReturnType<typeof openThings>): Promise<ReturnType<typeof openThings>> {
  for (let n = 0; n < 1000 && JSON.stringify(openThings()) !== JSON.stringify(before); n += 1) await turn();
  return openThings();
}

for (const { kind, make } of pools) {
  describe(`what a pool of ${kind} leaves behind`, () => {
    it(`is nothing of ${total} tasks, neither in the program nor in the workers`, async () => {
      await withPool(make, { maxWorkers: 2 }, (pool) => work(pool, 1000)); // what is made once for all pools stays
      const open = await openThingsSettled();
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        await work(pool, warmUp);
        const workersBefore = await heapsOfWorkers(pool);
        const before = await heapUsed();
        const openBefore = openThings();
        await work(pool, total);
        const kept = (await heapUsed()) - before;
        assert.ok(kept < slack, `${kept} bytes are kept`);
        assert.deepEqual(await openThingsWhenLike(openBefore), openBefore);
        const workersAfter = await heapsOfWorkers(pool);
        assert.deepEqual([...workersAfter.keys()], [...workersBefore.keys()]);
        for (const [name, bytes] of workersAfter) {
          const keptThere = bytes - (workersBefore.get(name) ?? Number.NaN);
          assert.ok(keptThere < slack, `worker ${name} keeps ${keptThere} bytes`);
        }
        const { queued, running, done, failed, cancelled } = pool.stats();
        assert.deepEqual({ queued, running, failed, cancelled }, { queued: 0, running: 0, failed: 0, cancelled: 0 });
        assert.ok(done > total / 2);
      });
      assert.deepEqual(await openThingsWhenLike(open), open);
    }).timeout(170_000);

    it("is no listener, timer, handle or thread, whatever its tasks ended with", async () => {
      const useAll = async (): Promise<void> => {
        const pool = make({ maxWorkers: 2, onWorkerDeath: "replace", stopGrace: 0, idleTimeout: 60_000, onOutput: () => {} });
        const controller = new AbortController();
        const futures: Future<unknown>[] = [
          pool.submit(() => console.log("printed")),
          pool.submit(() => process.exit(3)),
          pool.schedule(sleep, [60_000], { timeout: 1 }),
          pool.schedule(sleep, [60_000], { signal: controller.signal, timeout: 60_000 }),
          pool.schedule(sleep, [1], { timeout: 60_000 }),
          pool.submit(() => {
            throw new Error("unread");
          }),
        ];
        pool.submit(sleep, 60_000).cancel();
        await wait(futures.slice(0, 3), { timeout: 60_000 });
        controller.abort();
        await wait(futures, { timeout: 60_000 });
        await assert.rejects(pool.submit(sleep, 50).result(1));
        await pool.shutdown();
        assert.deepEqual(getEventListeners(controller.signal, "abort"), []);
      };
      await useAll(); // what is made once for all pools stays
      const before = await openThingsSettled();
      await useAll();
      assert.deepEqual(await openThingsWhenLike(before), before);
    });

    it("is no future, argument, result, error or progress that its program does not hold", async () => {
      await withPool(make, { maxWorkers: 1, stopGrace: 0, onWorkerDeath: "replace", onOutput: () => {} }, async (pool) => {
        const refs = new Map<string, WeakRef<object>>();
        const note = <T extends object>(what: string, thing: T): T => {
          refs.set(what, new WeakRef(thing));
          return thing;
        };
        const run = async (): Promise<void> => {
          const returned = note(
            "a future",
            pool.submit((value: object) => value, note("an argument", { a: 1 })),
          );
          note("a result", (await returned.result()) as object);
          const fails = (_: object): never => {
            throw new Error("fails");
          };
          const failed = note("a failed future", pool.submit(fails, note("the argument of a failed call", {})));
          note("an error", (await failed.exception()) as object);
          const telling = note(
            "a future with progress",
            pool.submit(function* () {
              yield { far: 1 };
            }),
          );
          for await (const step of telling.progress) note("progress", step as object);
          const blocker = pool.submit(sleep, 20);
          const cancelled = note("a cancelled future", pool.submit(fails, note("the argument of a cancelled call", {})));
          assert.equal(cancelled.cancel(), true);
          await blocker.result();
          const forEver = (_: object): Promise<never> => new Promise(() => {});
          const late = note("a future whose time was over", pool.schedule(forEver, [note("its argument", {})], { timeout: 1 }));
          await late.exception();
          const lost = note(
            "a future whose worker died",
            pool.submit((_: object) => process.exit(3), note("its argument too", {})),
          );
          await lost.exception();
          for await (const value of pool.map((item: object) => item, [note("an item of map", {}), {}, {}], { chunksize: 2 }))
            note("a result of map", value);
        };
        await run();
        await pool.submit(() => 0).result(); // the one worker has let go of the task before
        for (const [what, ref] of refs) assert.equal(await collected(ref), true, `${what} is kept`);
        assert.equal(refs.size, 16);
      });
    });

    it("is no worker, when nothing is kept of the pool itself", async () => {
      const { events, pids } = await (async () => {
        const pool = make({ maxWorkers: 2 });
        await Promise.all([pool.submit(sleep, 20).result(), pool.submit(sleep, 20).result()]);
        return { events: pool.events, pids: pool.workers().map(({ pid }) => pid) };
      })();
      let ended = 0;
      EventEmitter.prototype.on.call(events, "workerEnd", () => (ended += 1));
      for (const end = Date.now() + 20_000; ended < pids.length && Date.now() < end; await turn()) collectGarbage();
      assert.equal(ended, 2);
      for (const pid of pids) if (pid !== undefined) assert.equal(await gone(pid), true);
    });

    it("is no listener of a signal that 200 tasks share", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        const { signal } = new AbortController();
        const fail = (): never => {
          throw new Error("fails");
        };
        const futures = Array.from({ length: 200 }, (_, n) => {
          const future = n % 2 ? pool.schedule(increment, [n], { signal }) : pool.schedule(fail, [], { signal });
          if (n % 7 === 0) future.cancel();
          return future;
        });
        assert.equal(getEventListeners(signal, "abort").length, 1);
        await wait(futures);
        assert.deepEqual(getEventListeners(signal, "abort"), []);
      });
    });
  });
}

for (const { kind, make } of pools.filter(({ kind }) => kind !== "processes")) {
  it(`what a pool of ${kind} leaves behind is no thread, process or handle when one has blocked for its results`, async () => {
    const use = async (): Promise<void> => {
      const pool = make({ maxWorkers: 2 });
      for (let n = 0; n < 100; n += 1) assert.equal(pool.submit(increment, n).resultSync(), n + 1);
      const pids = pool.workers().flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
      await pool.shutdown();
      for (const pid of pids) assert.equal(await gone(pid), true);
    };
    await use();
    const before = await openThingsSettled();
    for (let n = 0; n < 3; n += 1) await use();
    assert.deepEqual(await openThingsWhenLike(before), before);
  });
}
