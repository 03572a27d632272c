import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { type DiagnosticsMessage, type Future, type PoolEvents, wait } from "concurrent-futures";
import { pools, sleep, withPool } from "../support/pools.js";

for (const { kind, make } of pools) {
  describe(`observing a pool of ${kind}`, () => {
    it("stats() counts what has become of every task, and what each worker has done", async () => {
      await withPool(make, { maxWorkers: 1, name: "mine" }, async (pool) => {
        const empty = pool.stats();
        assert.deepEqual(empty, { queued: 0, running: 0, done: 0, failed: 0, cancelled: 0, workers: [] });
        const failing = pool.submit(() => {
          throw new Error("failed");
        });
        await failing.exception();
        const started = once(pool.events, "taskStart");
        const running = pool.submit(sleep, 60);
        await started;
        const queued = [pool.submit(sleep, 1), pool.submit(sleep, 1)];
        queued[0]?.cancel();
        const { workers, ...counts } = pool.stats();
        assert.deepEqual(counts, { queued: 1, running: 1, done: 0, failed: 1, cancelled: 1 });
        assert.equal(workers.length, 1);
        assert.deepEqual([workers[0]?.name, workers[0]?.state, workers[0]?.task, workers[0]?.tasks], ["mine-0", "busy", running.id, 1]);
        assert.equal(typeof (kind === "threads" ? workers[0]?.threadId : workers[0]?.pid), "number");
        await wait(queued);
        const after = pool.stats();
        assert.deepEqual([after.queued, after.running, after.done, after.workers[0]?.tasks], [0, 0, 2, 3]);
        assert.ok((after.workers[0]?.busyTime ?? 0) >= 50);
        const { heapUsed = 0, rss } = after.workers[0]?.memory ?? {};
        assert.ok(heapUsed > 100_000 && heapUsed < 2 ** 32);
        assert.equal(typeof rss, kind === "threads" ? "undefined" : "number");
      });
    });

    it("tells the life of tasks and workers by typed events, in order", async () => {
      const told: string[] = [];
      const pool = make({ maxWorkers: 1, name: "mine" });
      for (const event of ["taskSubmit", "taskStart", "taskDone"] as const)
        pool.events.on(event, (future: Future<unknown>) => told.push(`${event} ${future.state}`));
      for (const event of ["workerStart", "workerReady", "workerEnd"] as const)
        pool.events.on(event, (...[worker, end]: [...PoolEvents["workerStart"], end?: PoolEvents["workerEnd"][1]]) =>
          told.push(`${event} ${worker.name}${end ? ` ${end.exitCode}` : ""}`),
        );
      const done = pool.submit(() => 1);
      done.addDoneCallback(() => told.push("callback"));
      await done.result();
      pool.submit(() => 2).cancel();
      await pool.shutdown();
      assert.deepEqual(told, [
        "taskSubmit PENDING",
        "workerStart mine-0",
        "workerReady mine-0",
        "taskStart RUNNING",
        "taskDone FINISHED",
        "callback",
        "taskSubmit PENDING",
        "taskDone CANCELLED",
        "workerEnd mine-0 0",
      ]);
    });

    it("tells of a task with its name and arguments, and of a chunk with those of all its calls", async () => {
      const told: unknown[] = [];
      await using pool = make({ maxWorkers: 1 });
      pool.events.on("taskSubmit", (_future, name, _stop, args, calls) => told.push([name, args, calls]));
      const add = (a: number, b = 0): number => a + b;
      await pool.submit(add, 1, 2).result();
      for await (const _sum of pool.map(add, [3, 4, 5], [6, 7, 8], { chunksize: 2 }));
      assert.deepEqual(told, [
        ["add", [1, 2], 1],
        ["add", [3, 6, 4, 7], 2],
        ["add", [5, 8], 1],
      ]);
    });

    it("publishes the same on node:diagnostics_channel, and nothing when nobody subscribes any more", async () => {
      const published: [string, DiagnosticsMessage][] = [];
      const names = ["task:submit", "task:start", "task:done", "worker:start", "worker:ready", "worker:end"].map(
        (name) => `concurrent-futures:${name}`,
      );
      const listen = (message: unknown, name: string | symbol): void => void published.push([String(name), message as DiagnosticsMessage]);
      for (const name of names) subscribe(name, listen);
      const pool = make({ maxWorkers: 1, name: "observed" });
      const future = pool.submit(() => 1);
      await future.result();
      for (const name of names) unsubscribe(name, listen);
      await pool.submit(() => 2).result();
      await pool.shutdown();
      assert.deepEqual(
        published.map(([name]) => name.slice("concurrent-futures:".length)),
        ["task:submit", "worker:start", "worker:ready", "task:start", "task:done"],
      );
      for (const [name, message] of published) {
        assert.equal(message.executor, "observed");
        if (name.includes(":task:")) assert.equal(message.future, future);
        else assert.equal(message.worker?.name, "observed-0");
      }
      assert.equal(published[3]?.[1].worker?.task, future.id);
    });
  });
}
