import assert from "node:assert/strict";
import { asCompleted, CancelledError, type Future, ShutdownError, ThreadPoolExecutor, TimeoutError, TransferError, wait } from "concurrent-futures";
import { type ClusterExecutor, TaskLostError } from "../../src/cluster/index.js";
import { collect } from "../conformance/support/values.js";
import { until } from "../host/waiting.mjs";
import { Cluster } from "./support/cluster.js";
import { remote } from "./support/remote.js";

const started = async (future: Future<unknown>): Promise<void> => {
  while (!future.running() && !future.done()) await new Promise((resolve) => setTimeout(resolve, 5));
};

for (const kind of ["threads", "processes"] as const) {
  describe(`a cluster whose workers run ${kind}`, function () {
    this.timeout(60_000);
    let cluster: Cluster;
    let executor: ClusterExecutor;
    before(async function () {
      cluster = await Cluster.start(this);
      await cluster.worker(`--${kind}`, "2");
      executor = cluster.executor();
    });
    after(() => cluster?.stop());

    it("runs functions of modules, of the language and by their source text", async () => {
      assert.equal(await executor.submit(remote.add, 1, 2).result(), 3);
      assert.equal(await executor.submit(Math.max, 4, 9).result(), 9);
      assert.equal(await executor.submit((name: string) => `hello ${name}`, "world").result(), "hello world");
      assert.notEqual(await executor.submit(remote.pid).result(), process.pid);
    });

    it("gives back what structured clone keeps, of any size", async () => {
      const given = { date: new Date(7), map: new Map([[1, new Set(["x"])]]), big: 2n ** 80n, bytes: new Uint8Array([1, 2]), nothing: undefined };
      assert.deepEqual(await executor.submit((value: unknown) => value, given).result(), given);
      const bytes = await executor.submit(remote.big, 20_000_000).result();
      assert.equal(bytes.length, 20_000_000);
      assert.equal(await executor.submit((text: string) => text.length, "x".repeat(3_000_000)).result(), 3_000_000);
    });

    it("fails with the error of the task: its class's name, properties, causes and lines", async () => {
      const error = (await executor.submit(remote.fails, "no").exception()) as Error & { code?: string; details?: unknown };
      assert.deepEqual([error.name, error.message, error.code, error.details], ["Refusal", "no", "E_NO", { at: 3 }]);
      assert.ok(error.cause instanceof RangeError);
      assert.match(error.stack ?? "", /at fails \(.*test\/cluster\/support\/tasks\.mjs:2\d:\d+\)/);
    });

    it("refuses what cannot be cloned, by its place, and nothing else suffers", async () => {
      const refused = executor.submit((value: unknown) => value, { deep: [() => 1] });
      const error = await refused.exception();
      assert.ok(error instanceof TransferError);
      assert.match(error.message, /args\[0\]\.deep\[0\] is a function/);
      const result = await executor.submit(() => ({ later: () => 1 })).exception();
      assert.match((result as Error).message, /result\.later is the function later/);
      assert.equal(await executor.submit(remote.add, 1, 1).result(), 2);
    });

    it("names what a function by its source does not carry, and a module that does not compile", async () => {
      const outside = 3;
      const error = (await executor.submit(() => outside).exception()) as Error;
      assert.match(error.message, /outside/);
      const broken = cluster.write("broken.ts", "export const f = () => {{;\n");
      const { task } = await import("concurrent-futures");
      const failure = (await executor.submit(task(new URL(`file://${broken}`), "f")).exception()) as Error;
      assert.match(failure.message, /broken\.ts/);
    });

    it("runs TypeScript with what it imports, without a file of it on the worker", async () => {
      cluster.write("inner.ts", "export const factor: number = 7;\n");
      const file = cluster.write(
        "outer.ts",
        'import { factor } from "./inner.js";\nexport enum Side { Left }\nexport const scaled = (n: number): number => n * factor + Side.Left;\n',
      );
      const { task } = await import("concurrent-futures");
      assert.equal(await executor.submit(task<(n: number) => number>(new URL(`file://${file}`), "scaled"), 6).result(), 42);
    });

    it("is RUNNING when the function runs, tells its progress in order, and what it prints", async () => {
      const future = executor.submit(remote.later, 300, "x");
      assert.equal(future.state, "PENDING");
      await started(future);
      assert.equal(future.state, "RUNNING");
      assert.equal(await future.result(), "x");
      const steps = executor.submit(remote.steps);
      const told: unknown[] = [];
      for await (const step of steps.progress) told.push(step);
      assert.deepEqual(told, [1, 2]);
      assert.equal(await steps.result(), "end");
      const printed: string[] = [];
      const listening = cluster.executor({ onOutput: ({ stream, text, task }) => printed.push(`${stream} ${task} ${text}`) });
      const printing = listening.submit(remote.prints, "hi");
      await printing.result();
      await listening.shutdown();
      assert.deepEqual(printed.sort(), [`stderr ${printing.id} hi!\n`, `stdout ${printing.id} hi\n`]);
    });

    it("maps, in chunks, in and out of order, with a buffer, with errors at their places", async () => {
      const items = Array.from({ length: 500 }, (_, n) => n);
      const squares = items.map((n) => n * n);
      for (const options of [{}, { chunksize: 50 }, { chunksize: "auto" as const }, { buffersize: 10 }, { chunksize: 7, buffersize: 3 }]) {
        assert.deepEqual(await collect(executor.map(remote.square, items, options)), squares);
      }
      const unordered = await collect(executor.map(remote.square, items, { ordered: false, chunksize: 10 }));
      assert.deepEqual(
        unordered.sort((a, b) => a - b),
        squares,
      );
      const odd = (n: number): number => {
        if (n === 3) throw new RangeError("three");
        return n;
      };
      const outcomes = await collect(executor.map(odd, [1, 2, 3, 4], { chunksize: 2, returnExceptions: true }));
      assert.deepEqual([outcomes[0], outcomes[1], (outcomes[2] as unknown as Error).message, outcomes[3]], [1, 2, "three", 4]);
    });

    it("cancels what has not started, wherever it waits, and stops what runs", async () => {
      const narrow = cluster.executor({ window: 4 });
      const running = [1, 2].map(() => narrow.submit(remote.forever));
      await Promise.all(running.map(started));
      const queued = narrow.submit(remote.add, 1, 1);
      const inQueue = narrow.submit(remote.add, 1, 1);
      const here = narrow.submit(remote.add, 1, 1);
      assert.deepEqual([queued.cancel(), inQueue.cancel(), here.cancel()], [true, true, true]);
      await assert.rejects(queued.result(), CancelledError);
      assert.equal(running[0]?.cancel(), false);
      const signals = [new AbortController(), new AbortController()];
      await cluster.endWorkers();
      await cluster.worker(`--${kind}`, "2");
      const stoppable = signals.map(({ signal }) => executor.schedule(remote.forever, [], { signal }));
      await Promise.all(stoppable.map(started));
      const reason = new Error("enough");
      for (const signal of signals) signal.abort(reason);
      assert.equal(await stoppable[0]?.exception(), reason, "an endless loop ends, and the error is the signal's own");
      assert.equal(await stoppable[1]?.exception(), reason);
      assert.equal(await executor.submit(remote.add, 2, 3).result(), 5);
      for (const future of running) assert.ok((await future.exception()) instanceof TaskLostError, "their worker was killed");
    });

    it("gives a task the signal first, and ends it with a timeout", async () => {
      assert.equal(await executor.schedule(remote.add, [1, 2], { timeout: Number.POSITIVE_INFINITY }).result(), 3);
      const controller = new AbortController();
      const heeding = executor.schedule(remote.heeds, [], { signal: controller.signal });
      await started(heeding);
      controller.abort(new Error("stop"));
      assert.match(String(await heeding.exception()), /stop/);
      const late = executor.schedule(remote.forever, [], { timeout: 200 });
      assert.ok((await late.exception()) instanceof TimeoutError);
      const slow = executor.submit(remote.later, 400, 1);
      await assert.rejects(slow.result(50), TimeoutError);
      assert.equal(await slow.result(), 1);
    });

    it("starts tasks of higher priority first, those of the same in order", async () => {
      const order: number[] = [];
      const busy = [1, 2].map(() => executor.submit(remote.later, 400, 0));
      await Promise.all(busy.map(started));
      const futures = [0, -5, 10, 0, 10].map((priority, n) => executor.schedule(remote.later, [40, n], { priority }));
      for (const [n, future] of futures.entries()) future.addDoneCallback(() => order.push(n));
      await wait(futures);
      // Two at a time: within a pair either may be first.
      assert.deepEqual([order.slice(0, 2).sort(), order.slice(2, 4).sort(), order[4]], [[2, 4], [0, 3], 1]);
      assert.throws(() => executor.schedule(remote.add, [1, 2], { priority: 0.5 }), RangeError);
    });

    it("is waited for beside futures of other executors", async () => {
      await using threads = new ThreadPoolExecutor({ maxWorkers: 1 });
      const futures = [executor.submit(remote.later, 200, "far"), threads.submit(() => "near")];
      const order: unknown[] = [];
      for await (const future of asCompleted(futures)) order.push(await future.result());
      assert.deepEqual(order, ["near", "far"]);
      const { done, notDone } = await wait([executor.submit(remote.add, 1, 2), executor.submit(remote.later, 2_000, 1)], {
        returnWhen: "FIRST_COMPLETED",
      });
      assert.deepEqual([done.size, notDone.size], [1, 1]);
      for (const future of notDone) await future.result();
    });

    // A thread that kills its process takes the worker with it: see "what a cluster delivers".
    const itInProcesses = kind === "processes" ? it : undefined;
    itInProcesses?.("fails the task whose process dies, and goes on", async () => {
      const error = (await executor.submit(remote.die).exception()) as Error;
      assert.equal(error.name, "WorkerDiedError");
      assert.equal(await executor.submit(remote.add, 1, 2).result(), 3);
    });

    it("tells its workers, their place and what they do", async () => {
      // One that was killed is missed when it has not told of itself for some seconds.
      const [worker] = await until("one worker", async () => {
        const workers = await executor.workers();
        return workers.length === 1 ? workers : undefined;
      });
      assert.deepEqual([worker?.kind, worker?.slots, worker?.nodeVersion, worker?.state], [kind, 2, process.version, "working"]);
    });

    it("takes no more work after shutdown, ends what it has, and cancels it if it is told to", async () => {
      const ending = cluster.executor();
      const future = ending.submit(remote.later, 200, "last");
      await ending.shutdown();
      assert.equal(await future.result(), "last");
      assert.throws(() => ending.submit(remote.add, 1, 2), ShutdownError);
      const cancelling = cluster.executor();
      const many = Array.from({ length: 20 }, () => cancelling.submit(remote.later, 300, 1));
      await started(many[0] as Future<unknown>);
      await cancelling.shutdown({ cancelFutures: true });
      assert.ok(many.filter((one) => one.cancelled()).length >= 16, "what had not started was cancelled");
      assert.ok(many.every((one) => one.done()));
    });
  });
}
