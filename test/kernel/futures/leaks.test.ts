import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import v8 from "node:v8";
import vm from "node:vm";
import { ProcessPoolExecutor, ThreadPoolExecutor, wait } from "concurrent-futures";
import { gone } from "../support/processes.js";

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;

const pools = [
  { kind: "threads", make: (options = {}) => new ThreadPoolExecutor(options) },
  { kind: "processes", make: (options = {}) => new ProcessPoolExecutor(options) },
  { kind: "processes with a broker", make: (options = {}) => new ProcessPoolExecutor({ ...options, broker: true }) },
] as const;

const total = 100_000;
/**
 * Bytes that may be left over after all those tasks. The heap of a process that does nothing differs by some 100 kB from one collection to the next;
 * a leak of one pointer for each task is 800 kB, and the smallest object that could be kept for each, a future, makes 10 MB.
 */
const noise = 600_000;
/** Bytes for a worker, whose heap is not collected before it is measured. */
const workerNoise = 24_000_000;

/** Heap in use when everything is collected that can be: what one collection frees may let another free more. */
async function heapUsed(): Promise<number> {
  let used = Number.POSITIVE_INFINITY;
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const now = process.memoryUsage().heapUsed;
    if (now >= used - 10_000) return Math.min(now, used);
    used = now;
  }
}

const listeners = (): string =>
  process
    .eventNames()
    .map((name) => `${String(name)} ${process.listenerCount(name)}`)
    .sort()
    .join(", ");
const resources = (): string =>
  process
    .getActiveResourcesInfo()
    .filter((name) => name !== "Timeout" && name !== "Immediate")
    .sort()
    .join(", ");

/** Node lets go of a handle some turns of the event loop after what it was for has ended. */
async function handlesAre(before: string): Promise<void> {
  for (let i = 0; i < 200 && resources() !== before; i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(resources(), before);
}

/** Waits until something is collected, which takes the collector as long as it likes. */
async function collected(what: string, isGone: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    if (isGone()) return;
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  assert.fail(`${what} is still held`);
}

for (const { kind, make } of pools) {
  describe(`after ${total} tasks on ${kind}`, function () {
    this.timeout(180_000);

    it("memory, listeners and handles are where they were", async () => {
      const before = { listeners: listeners(), resources: resources() };
      const pool = make({ maxWorkers: 2 });
      const square = (n: number): number => n * n;
      const work = async (tasks: number): Promise<void> => {
        for (let done = 0; done < tasks; done += 5_000) {
          await wait(Array.from({ length: 2_500 }, (_, i) => pool.submit(square, i)));
          let sum = 0;
          for await (const value of pool.map(
            square,
            Array.from({ length: 2_500 }, (_, i) => i),
            { chunksize: 10 },
          ))
            sum += value;
          assert.equal(sum, 5_205_208_750);
        }
      };
      await work(20_000); // compiles, and fills every cache there is
      const warm = await heapUsed();
      const workersWarm = pool.stats().workers.map(({ memory }) => memory?.heapUsed ?? 0);
      await work(total);
      const grown = (await heapUsed()) - warm;
      assert.ok(grown < noise, `${grown} bytes more than before`);
      for (const [i, { memory }] of pool.stats().workers.entries()) {
        const more = (memory?.heapUsed ?? 0) - (workersWarm[i] ?? 0);
        assert.ok(more < workerNoise, `worker ${i} has ${more} bytes more than before`);
      }
      await pool.shutdown();
      await handlesAre(before.resources);
      assert.equal(listeners(), before.listeners);
    });
  });

  describe(`of a pool of ${kind}`, () => {
    it("nothing that is not held any more is kept: futures, arguments, results, errors, progress", async () => {
      const pool = make({ maxWorkers: 1 });
      const refs: [string, WeakRef<object>][] = [];
      const keep = (name: string, object: object): void => void refs.push([name, new WeakRef(object)]);
      await (async () => {
        const argument = { big: "argument" };
        const future = pool.submit((value: object) => ({ value }), argument);
        keep("argument", argument);
        keep("future", future);
        keep("result", await future.result());
        const failing = pool.submit(() => {
          throw new Error("failed");
        });
        keep("error", (await failing.exception()) as object);
        keep("failing future", failing);
        const telling = pool.submit(function* () {
          yield { far: 1 };
        });
        for await (const step of telling.progress) keep("progress", step);
        const cancelled = pool.submit((value: object) => value, argument);
        cancelled.cancel();
        keep("cancelled future", cancelled);
      })();
      await pool.submit(() => 0).result(); // the last message that was read may be held until the next comes
      for (const [name, ref] of refs) await collected(name, () => ref.deref() === undefined);
      await pool.shutdown();
    });

    it("a signal that many tasks share has no listener left when they are done", async () => {
      const pool = make({ maxWorkers: 2 });
      const { signal } = new AbortController();
      await wait(Array.from({ length: 200 }, (_, i) => pool.schedule((n: number) => n, [i], { signal })));
      assert.equal(getEventListeners(signal, "abort").length, 0);
      await pool.shutdown();
    });

    it("workers end when nobody holds it any more", async () => {
      let end: { readonly exitCode: number | null } | undefined;
      await (async () => {
        const pool = make({ maxWorkers: 1 });
        pool.events.once("workerEnd", (_worker, how) => (end = how));
        assert.equal(await pool.submit(() => "done").result(), "done");
      })();
      for (let i = 0; !end && i < 400; i += 1) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 25)); // an idle pool holds nothing open that could be awaited
      }
      assert.equal(end?.exitCode, 0);
    });
  });
}

describe("blocking", () => {
  it("leaves no thread, no process and no handle behind", async () => {
    for (const { make } of pools.filter(({ kind }) => kind !== "processes")) {
      const before = resources();
      const pool = make({ maxWorkers: 2 });
      for (let i = 0; i < 200; i += 1) assert.equal(pool.submit((n: number) => n, i).resultSync(), i);
      const pids = pool.workers().flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
      await pool.shutdown();
      for (const pid of pids) assert.equal(await gone(pid), true);
      await handlesAre(before);
    }
  });
});
