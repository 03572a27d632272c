import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  asCompleted,
  BrokenExecutor,
  CancelledError,
  currentTask,
  type Future,
  ProcessPoolExecutor,
  ShutdownError,
  ThreadPoolExecutor,
  TimeoutError,
  TransferError,
  task,
  tasks,
  wait,
} from "concurrent-futures";
import type * as fixture from "../../fixtures/workerModule.mjs";
import { pools, sleep, spin, withPool } from "../support/pools.js";

const fixtureUrl = new URL("../../../../test/fixtures/workerModule.mjs", import.meta.url);

for (const { kind, make } of pools) {
  describe(`a pool of ${kind}`, () => {
    it("runs functions in its workers and gives their results and errors", async () => {
      await withPool(make, { maxWorkers: 2 }, async (pool) => {
        assert.equal(await pool.submit((a: number, b: number) => a ** b, 2, 10).result(), 1024);
        assert.equal(await pool.submit(async (text: string) => text.toUpperCase(), "async").result(), "ASYNC");
        assert.equal(await pool.submit(Math.hypot, 3, 4).result(), 5);
        const error = await pool
          .submit(() => {
            throw Object.assign(new RangeError("no"), { code: 7 });
          })
          .exception();
        assert.ok(error instanceof RangeError);
        assert.equal((error as Error & { code: number }).code, 7);
        const where = await pool.submit(() => `${process.pid}/${typeof require}`).result();
        assert.equal(where.startsWith(`${process.pid}/`), kind === "threads");
      });
    });

    it("passes structured data both ways: maps, dates, big integers, typed arrays, cycles", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const cycle: { self?: unknown; map: Map<string, unknown>; bytes: Uint8Array; big: bigint; at: Date; nothing: undefined } = {
          map: new Map([["k", new Set([1])]]),
          bytes: new Uint8Array([1, 2]),
          big: 2n ** 80n,
          at: new Date(5),
          nothing: undefined,
        };
        cycle.self = cycle;
        assert.deepEqual(await pool.submit((value: unknown) => value, cycle).result(), cycle);
      });
    });

    it("is not harmed by what user code sends over its channel, nor by an onOutput that throws", async () => {
      const onOutput = (): void => {
        throw new Error("my fault");
      };
      await withPool(make, { maxWorkers: 1, onOutput }, async (pool) => {
        const intrude = async (): Promise<string> => {
          const { parentPort } = await import("node:worker_threads");
          for (const junk of [null, 5, "text", { type: "nonsense" }, { type: "result", task: -1, value: 1 }])
            parentPort ? parentPort.postMessage(junk) : process.send?.(junk);
          return "done";
        };
        assert.equal(await pool.submit(intrude).result(), "done");
        const warned = once(process, "warning");
        assert.equal(await pool.submit(() => void console.log("x")).result(), undefined);
        assert.match(((await warned)[0] as { detail: string }).detail, /my fault/);
      });
    });

    it("takes functions by module, by static method, by source and by name in the language", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const { double, fail, Shape } = tasks<typeof fixture>(fixtureUrl);
        const area: Future<number> = pool.submit(Shape.area, 3);
        assert.equal(await area.result(), 9);
        assert.equal(await pool.submit(double, 21).result(), 42);
        assert.equal(await pool.submit(task<(side: number) => number>(fixtureUrl, "Shape.area"), 3).result(), 9);
        assert.equal(await pool.submit(task(fixtureUrl, "default")).result(), "default export");
        assert.match(String(((await pool.submit(fail).exception()) as Error).stack), /workerModule\.mjs:\d+:\d+/);
        const method = {
          twice(n: number) {
            return 2 * n;
          },
        }.twice;
        assert.equal(await pool.submit(method, 4).result(), 8);
        assert.equal(await pool.submit(Number.parseInt, "12").result(), 12);
        await assert.rejects(pool.submit(task(fixtureUrl, "missing")).result(), { name: "TypeError", message: /exports no function missing/ });
        assert.throws(() => pool.submit((() => 1).bind(null)), { name: "TypeError", message: /bound or native/ });
        assert.throws(() => pool.submit(undefined as never), { name: "TypeError", message: /must be a function, got undefined/ });
        assert.throws(() => double(1), /is a reference for executors/);
      });
    });

    it("says which name a function sent by source misses", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const outside = sleep;
        await assert.rejects(
          pool
            .submit(function lost() {
              return outside(1);
            })
            .result(),
          { name: "ReferenceError", message: /^outside is not defined: lost was sent by its source text.*tasks\(url\)/ },
        );
        await assert.rejects(pool.submit(async () => outside(1)).result(), /outside is not defined: the function was sent/);
      });
    });

    it("fails only the future whose argument or result cannot be cloned, and names the place", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const bad = pool.submit((value: unknown) => value, { list: [1, () => 1] });
        const badResult = pool.submit(() => ({ callback: () => 1 }));
        const good = pool.submit(() => "fine");
        await assert.rejects(
          bad.result(),
          (error: Error) => error instanceof TransferError && /^args\[0\]\.list\[1\] is a function/.test(error.message),
        );
        await assert.rejects(
          badResult.result(),
          (error: Error) => error instanceof TransferError && /^result\.callback is the function/.test(error.message),
        );
        assert.equal(await good.result(), "fine");
        assert.equal(pool.workers().length, 1);
      });
    });

    it("survives ten thousand tasks that cannot be sent, one after another", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const futures = Array.from({ length: 10_000 }, () => pool.submit((value: unknown) => value, Symbol("no") as unknown));
        const { done } = await wait(futures);
        assert.equal([...done].filter((future) => (future.peek() as { error: unknown }).error instanceof TransferError).length, 10_000);
        assert.equal(await pool.submit(() => 1).result(), 1);
      });
    });

    it("tells RUNNING when the function has started, and cancel() is right at every moment", async () => {
      await withPool(make, { maxWorkers: 1, stopGrace: 0 }, async (pool) => {
        const stop = new AbortController();
        const started = once(pool.events, "taskStart");
        const first = pool.schedule(spin, [], { signal: stop.signal });
        assert.equal(first.state, "PENDING");
        assert.equal((await started)[0], first);
        const second = pool.submit(() => 2);
        const third = pool.submit(() => 3);
        assert.deepEqual([first.running(), second.running(), first.cancel(), second.cancel()], [true, false, false, true]);
        assert.equal(second.done(), true);
        await assert.rejects(second.result(), CancelledError);
        stop.abort();
        assert.equal(await third.result(), 3);
      });
    });

    it("tells nothing of a future before submit has returned it, also with an idle worker that knows the function", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        await pool.submit(Math.abs, -1).result();
        const told: unknown[] = [];
        pool.events.on("taskStart", (future) => told.push(future));
        const future = pool.submit(Math.abs, -2);
        assert.deepEqual([told.length, future.state], [0, "PENDING"]);
        await future.result();
        assert.deepEqual(told, [future]);
      });
    });

    it("a task cancelled while its module is loaded never runs, and its worker goes on", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        await pool.submit(() => 1).result();
        const slow = pool.submit(task(new URL("slowModule.mjs", fixtureUrl), "touch"));
        await once(pool.events, "workersChange");
        assert.equal(pool.workers()[0]?.state, "busy");
        assert.equal(slow.cancel(), true);
        assert.equal(await pool.submit(() => (globalThis as { touched?: boolean }).touched ?? false).result(), false);
        assert.equal(pool.workers().length, 1);
      });
    });

    it("a module that fails when it is evaluated, or one that it imports, fails its own task, and is tried afresh the next time", async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), "flaky-"));
      const flag = path.join(folder, "flag");
      process.env["FLAKY_FLAG"] = flag;
      try {
        await withPool(make, { maxWorkers: 1 }, async (pool) => {
          const flaky = task<() => string>(new URL("flakyModule.mjs", fixtureUrl), "attempt");
          const futures = [pool.submit(flaky), pool.submit(() => "next in the queue")];
          await assert.rejects(futures[0]?.result() as Promise<string>, { name: "Error", message: "first evaluation" });
          assert.equal(await futures[1]?.result(), "next in the queue");
          writeFileSync(flag, "");
          assert.equal(await pool.submit(flaky).result(), "evaluated");
        });
      } finally {
        delete process.env["FLAKY_FLAG"];
        rmSync(folder, { recursive: true });
      }
    });

    it("starts a worker only when there is work and no idle one, and never more than maxWorkers", async () => {
      await withPool(make, { maxWorkers: 3 }, async (pool) => {
        assert.equal(pool.workers().length, 0);
        for (let i = 0; i < 3; i += 1) await pool.submit(() => i).exception();
        assert.equal(pool.workers().length, 1);
        const futures = Array.from({ length: 12 }, () => pool.submit(sleep, 20));
        await Promise.resolve();
        assert.equal(pool.workers().length, 3);
        await wait(futures);
        assert.equal(pool.workers().length, 3);
        assert.equal(new Set(pool.workers().map((worker) => worker.threadId ?? worker.pid)).size, 3);
      });
    });

    it("starts tasks in the order submitted", async () => {
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        const order: Future<unknown>[] = [];
        pool.events.on("taskStart", (future) => order.push(future));
        const futures = Array.from({ length: 50 }, (_, i) => pool.submit((n: number) => n, i));
        for (const i of [3, 7, 40]) futures[i]?.cancel();
        await wait(futures);
        assert.deepEqual(
          order,
          futures.filter((future) => !future.cancelled()),
        );
      });
    });

    it("stops a running task by signal: it may end in peace, else its worker is replaced, and nothing else is touched", async () => {
      await withPool(make, { maxWorkers: 2, stopGrace: 100 }, async (pool) => {
        const peaceful = new AbortController();
        const heeds = pool.schedule(
          async () => {
            // The library's own copy in the worker, found by its process-wide key.
            const storage = (globalThis as never)[Symbol.for("concurrent-futures.currentTask")] as { getStore(): { signal: AbortSignal } };
            const { signal } = storage.getStore();
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            return `heard ${(signal.reason as Error).message}`;
          },
          [],
          { signal: peaceful.signal },
        );
        await once(pool.events, "taskStart");
        peaceful.abort(new Error("please"));
        assert.equal(await heeds.result(), "heard please");

        const hard = new AbortController();
        const ignores = pool.schedule(spin, [], { signal: hard.signal });
        const neighbour = pool.submit(sleep, 400);
        await once(pool.events, "taskStart");
        const queued = pool.submit(() => "queued");
        hard.abort(new Error("now"));
        await assert.rejects(ignores.result(), /^Error: now$/);
        assert.deepEqual([await neighbour.result(), await queued.result()], [400, "queued"]);
      });
    });

    it("a signal aborted before the start cancels the task; schedule's timeout counts from the start and stops it", async () => {
      await withPool(make, { maxWorkers: 1, stopGrace: 0 }, async (pool) => {
        assert.equal(pool.schedule(() => 1, [], { signal: AbortSignal.abort() }).cancelled(), true);
        const first = pool.submit(sleep, 150);
        const second = pool.schedule(() => "in time", [], { timeout: 100 });
        const endless = pool.schedule(spin, [], { timeout: 50 });
        assert.deepEqual([await first.result(), await second.result()], [150, "in time"]);
        await assert.rejects(
          endless.result(),
          (error: Error) => error instanceof TimeoutError && /ran longer than 50 ms and was stopped/.test(error.message),
        );
        assert.equal(await pool.submit(() => 1).result(), 1);
      });
    });

    it("gives what tasks print to onOutput: in order, before their result, tagged with their task, also from their timers", async () => {
      const output: { text: string; task?: number | undefined; stream: string }[] = [];
      await withPool(make, { maxWorkers: 2, onOutput: ({ text, task, stream }) => output.push({ text, task, stream }) }, async (pool) => {
        const speak = async (name: string): Promise<void> => {
          console.log(`${name} %d`, 1);
          console.error(`${name} error`);
          process.stdout.write(`${name} raw`);
          await new Promise((resolve) => setTimeout(resolve, 30));
          console.table([{ name }]);
        };
        const futures = ["a", "b"].map((name) => pool.submit(speak, name));
        await wait(futures);
        for (const [i, name] of ["a", "b"].entries()) {
          const mine = output.filter((piece) => piece.task === futures[i]?.id);
          assert.deepEqual(
            mine.slice(0, 3).map(({ stream, text }) => [stream, text]),
            [
              ["stdout", `${name} 1\n`],
              ["stderr", `${name} error\n`],
              ["stdout", `${name} raw`],
            ],
          );
          assert.match(
            mine
              .slice(3)
              .map((piece) => piece.text)
              .join(""),
            new RegExp(`│ '${name}' +│`),
          );
        }
      });
    });

    it("a pool within a task prints through that task", async () => {
      const output: { text: string; task?: number | undefined }[] = [];
      await withPool(make, { maxWorkers: 1, onOutput: ({ text, task }) => output.push({ text, task }) }, async (pool) => {
        const nested = async (library: string): Promise<void> => {
          const { ThreadPoolExecutor, ProcessPoolExecutor } = (await import(library)) as typeof import("concurrent-futures");
          for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
            const inner = new Pool({ maxWorkers: 1 });
            await inner.submit((name: string) => console.log(`printed in ${name}`), Pool.name).result();
            await inner.shutdown();
          }
        };
        const future = pool.submit(nested, import.meta.resolve("concurrent-futures"));
        await future.result();
        const mine = output.filter((piece) => piece.task === future.id).map((piece) => piece.text);
        assert.deepEqual(mine.join(""), "printed in ThreadPoolExecutor\nprinted in ProcessPoolExecutor\n");
      });
    });

    describe("map", () => {
      const collect = async <T>(values: AsyncIterable<T>): Promise<T[]> => {
        const all: T[] = [];
        for await (const value of values) all.push(value);
        return all;
      };

      it("gives results in order, zips its inputs to the shortest, and takes any iterable", async () => {
        await withPool(make, { maxWorkers: 2 }, async (pool) => {
          assert.deepEqual(await collect(pool.map((n: number) => n * n, [1, 2, 3])), [1, 4, 9]);
          assert.deepEqual(await collect(pool.map((a: number, b: string) => b.repeat(a), [1, 2, 3], new Set(["x", "y"]))), ["x", "yy"]);
          assert.deepEqual(await collect(pool.map(Math.abs, [])), []);
          assert.throws(() => pool.map(Math.abs, 5 as never), { name: "TypeError", message: /map needs iterables, got 5 as input 1/ });
        });
      });

      it("submits at the call, throws the first error in its place, and then cancels what has not started", async () => {
        await withPool(make, { maxWorkers: 1 }, async (pool) => {
          const started: unknown[] = [];
          pool.events.on("taskStart", (future) => started.push(future));
          const never = pool.map((n: number) => n, [1, 2]);
          await pool.submit(() => 0).result();
          assert.equal(started.length, 3, "map waits for its first step");
          await never.return?.();
          const results = pool.map(
            async (n: number) => {
              if (n === 1) throw new Error("one");
              await new Promise((resolve) => setTimeout(resolve, 20));
              return n;
            },
            [0, 1, 2, 3, 4, 5, 6],
          );
          assert.deepEqual((await results.next()).value, 0);
          await assert.rejects(results.next(), /^Error: one$/);
          assert.deepEqual(await results.next(), { done: true, value: undefined });
          await pool.submit(() => 0).result();
          assert.ok(started.length <= 7, "the rest went on");
        });
      });

      it("counts its timeout from the call, and cancels the rest when it is over", async () => {
        await withPool(make, { maxWorkers: 1 }, async (pool) => {
          await pool.submit(() => 0).result();
          const results = pool.map(sleep, [0, 400, 0], { timeout: 200 });
          assert.deepEqual((await results.next()).value, 0);
          await assert.rejects(results.next(), { name: "TimeoutError", message: "map has no result 2 (of 3) after 200 ms" });
          assert.equal((await results.next()).done, true);
        });
      });

      it("leaving the loop cancels what has not started", async () => {
        await withPool(make, { maxWorkers: 1 }, async (pool) => {
          let started = 0;
          pool.events.on("taskStart", () => void (started += 1));
          for await (const _value of pool.map(sleep, Array<number>(20).fill(5))) break;
          await pool.submit(() => 0).result();
          assert.ok(started <= 4, `${started} ran`);
        });
      });
    });

    describe("shutdown", () => {
      it("lets all work finish, refuses more, may be called again, and leaves no worker", async () => {
        const pool = make({ maxWorkers: 2 });
        const futures = Array.from({ length: 6 }, () => pool.submit(sleep, 10));
        const [first, second] = [pool.shutdown(), pool.shutdown()];
        assert.throws(
          () => pool.submit(() => 1),
          (error: Error) => error instanceof ShutdownError && /cannot schedule new futures after shutdown/.test(error.message),
        );
        assert.throws(() => pool.map(Math.abs, []), ShutdownError);
        await Promise.all([first, second]);
        assert.equal(
          futures.every((future) => future.peek()?.kind === "value"),
          true,
        );
        assert.deepEqual(pool.workers(), []);
        await pool.shutdown();
      });

      it("with wait: false returns at once, and a later call joins", async () => {
        const pool = make({ maxWorkers: 1 });
        const future = pool.submit(sleep, 50);
        await pool.shutdown({ wait: false });
        assert.equal(future.done(), false);
        await pool.shutdown();
        assert.equal(await future.result(), 50);
      });

      it("with cancelFutures cancels what has not started, and wait() sees it as done", async () => {
        const pool = make({ maxWorkers: 1 });
        const running = pool.submit(sleep, 100);
        await once(pool.events, "taskStart");
        const queued = Array.from({ length: 5 }, () => pool.submit(sleep, 1));
        const end = pool.shutdown({ cancelFutures: true });
        const { done, notDone } = await wait([running, ...queued], { timeout: 0 });
        assert.deepEqual([done.size, notDone.size], [5, 1]);
        const completed: Future<number>[] = [];
        for await (const future of asCompleted(queued)) completed.push(future);
        assert.deepEqual(completed, queued);
        await end;
        assert.equal(await running.result(), 100);
      });

      it("is what await using ends with, also when the block throws", async () => {
        let pool = make();
        const futures: Future<number>[] = [];
        await assert.rejects(async () => {
          await using used = make({ maxWorkers: 1 });
          pool = used;
          futures.push(used.submit(sleep, 30));
          throw new Error("block");
        }, /block/);
        assert.equal(futures[0]?.peek()?.kind, "value");
        assert.deepEqual(pool.workers(), []);
      });

      it("of a pool that never worked is nothing", async () => {
        await make().shutdown();
      });

      it("ends a worker whose last task left a timer behind", async () => {
        const pool = make({ maxWorkers: 1 });
        await pool.submit(() => void setInterval(() => {}, 10)).result();
        await pool.shutdown();
        assert.deepEqual(pool.workers(), []);
      });
    });

    describe("initializer", () => {
      it("runs in every worker before its first task, and is awaited", async () => {
        const initializer = async (value: string): Promise<void> => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          (globalThis as { prepared?: string }).prepared = value;
        };
        await withPool(make, { maxWorkers: 2, initializer, initargs: ["ready"] }, async (pool) => {
          const read = (): unknown => (globalThis as { prepared?: string }).prepared;
          const values = await Promise.all(Array.from({ length: 4 }, () => pool.submit(read).result()));
          assert.deepEqual(values, ["ready", "ready", "ready", "ready"]);
        });
      });

      it("that fails breaks the pool, with its error as the cause, one error object a future", async () => {
        const pool = make({
          maxWorkers: 1,
          onWorkerDeath: "replace",
          initializer: () => {
            throw new RangeError("not today");
          },
        });
        const futures = [pool.submit(() => 1), pool.submit(() => 2)];
        const errors = await Promise.all(futures.map((future) => future.exception()));
        for (const error of errors)
          assert.ok(error instanceof BrokenExecutor && error.cause instanceof RangeError && /not today/.test(error.message));
        assert.notEqual(errors[0], errors[1]);
        assert.throws(() => pool.submit(() => 3), BrokenExecutor);
        await pool.shutdown();
        assert.deepEqual(pool.workers(), []);
      });
    });

    it("tells its events, and a listener that throws does not harm it", async () => {
      await withPool(make, { maxWorkers: 1, name: "mine" }, async (pool) => {
        pool.events.once("taskStart", () => {
          throw new Error("listener");
        });
        const warned = once(process, "warning");
        assert.equal(await pool.submit(() => 1).result(), 1);
        assert.match(((await warned)[0] as { detail: string }).detail, /listener/);
        const states: string[] = [];
        pool.events.on("workersChange", () => states.push(pool.workers()[0]?.state ?? "none"));
        const future = pool.submit(() => 1);
        await future.result();
        assert.deepEqual([...new Set(states)], ["busy", "idle"]);
        assert.equal(pool.workers()[0]?.name, "mine-0");
      });
    });

    it("refuses a bad call, naming what was given", () => {
      const pool = make();
      assert.throws(() => pool.schedule(Math.abs, 5 as never), { name: "TypeError", message: /arguments as an array, got 5/ });
      assert.throws(() => pool.schedule(Math.abs, [1], { timeout: "1" as never }), { name: "TypeError", message: /timeout must be a number/ });
      assert.throws(() => pool.schedule(Math.abs, [1], { signal: {} as never }), { name: "TypeError", message: /signal must be an AbortSignal/ });
      assert.throws(() => pool.schedule(Math.abs, [1], { transfer: "x" as never }), { name: "TypeError", message: /transfer must be an array/ });
    });

    it("refuses bad options, naming option and value", () => {
      for (const [options, error, message] of [
        [{ maxWorkers: 0 }, RangeError, /maxWorkers must be greater than 0, got 0/],
        [{ maxWorkers: -1 }, RangeError, /maxWorkers must be greater than 0/],
        [{ maxWorkers: 1.5 }, RangeError, /maxWorkers must be an integer, got 1\.5/],
        [{ maxWorkers: "2" }, TypeError, /maxWorkers must be a number, got '2'/],
        [{ initializer: 1 }, TypeError, /initializer must be a function/],
        [{ initargs: "x" }, TypeError, /initargs must be an array/],
        [{ onWorkerDeath: "ignore" }, RangeError, /onWorkerDeath must be "break" or "replace"/],
        [{ stopGrace: -1 }, RangeError, /stopGrace/],
        [{ name: 5 }, TypeError, /name must be a string/],
        [null, TypeError, /takes an object of options/],
      ] as const)
        assert.throws(
          () => make(options as never),
          (thrown: Error) => thrown instanceof error && message.test(thrown.message),
          JSON.stringify(options),
        );
    });
  });
}

describe("currentTask", () => {
  it("is nothing outside a task", () => {
    assert.equal(currentTask(), undefined);
  });
});

describe("what only one pool has", () => {
  it("threads share memory and take over transferred buffers", async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const shared = new Int32Array(new SharedArrayBuffer(4));
    await pool.submit((cells: Int32Array) => void Atomics.store(cells, 0, 5), shared).result();
    assert.equal(Atomics.load(shared, 0), 5);
    const buffer = new ArrayBuffer(16);
    assert.equal(await pool.schedule((bytes: ArrayBuffer) => bytes.byteLength, [buffer], { transfer: [buffer] }).result(), 16);
    assert.equal(buffer.byteLength, 0);
  });

  it("processes have env, cwd and execArgv of their own; copies are sent where threads transfer", async () => {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1, env: { ...process.env, SECRET: "42" }, cwd: "/", execArgv: ["--no-deprecation"] });
    assert.deepEqual(await pool.submit(() => [process.env["SECRET"], process.cwd(), process.execArgv]).result(), ["42", "/", ["--no-deprecation"]]);
    const buffer = new ArrayBuffer(16);
    assert.equal(await pool.schedule((bytes: ArrayBuffer) => bytes.byteLength, [buffer], { transfer: [buffer] }).result(), 16);
    assert.equal(buffer.byteLength, 16);
  });
});
