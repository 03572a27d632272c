import assert from "node:assert/strict";
import { bundles, failure, TestNotebook } from "./support/notebook.js";

describe("executors in cells", function () {
  this.timeout(40_000);
  let book: TestNotebook;
  before(async () => {
    book = new TestNotebook();
    book.write({ "lib/work.ts": "export const factor: number = 3;\nexport const triple = (n: number) => n * factor;\n" });
    book.write({ "lib/broken.ts": "throw new Error('broken when imported');\nexport const never = 1;\n" });
    await book.value(`import { ProcessPoolExecutor, ThreadPoolExecutor, wait, asCompleted } from "concurrent-futures";
      const threads = new ThreadPoolExecutor({ maxWorkers: 2 }), processes = new ProcessPoolExecutor({ maxWorkers: 2 }); 1`);
  });
  after(() => book.dispose());

  for (const pool of ["threads", "processes"]) {
    it(`run functions of this cell, of others and of imports, on ${pool}`, async () => {
      await book.value("function fib(n: number): number { return n < 2 ? n : fib(n - 1) + fib(n - 2); } 1");
      assert.equal(await book.value(`await ${pool}.submit(fib, 15).result()`), "610");
      assert.equal(await book.value(`const half = (n: number) => n / 2; await ${pool}.submit(half, 3).result()`), "1.5");
      assert.equal(await book.value(`import { triple } from "./lib/work"; await ${pool}.submit(triple, 5).result()`), "15");
      assert.equal(await book.value(`await ${pool}.submit((n: number) => n + 1, 5).result()`), "6");
      assert.equal(
        await book.value(`const s: number[] = []; for await (const x of ${pool}.map(fib, [1, 2, 3, 10])) s.push(x); s.join()`),
        "'1,1,2,55'",
      );
    });

    it(`take what the function uses with them, as it is then, on ${pool}`, async () => {
      await book.value(`import { triple as times } from "./lib/work"; import path from "node:path"; import * as work from "./lib/work";
        let base = 10; const table = new Map([["a", [1, 2]]]);
        class Shape { constructor(readonly n: number) {} area() { return this.n * base; } } class Square extends Shape {}
        const add = (n: number) => n + base;
        function all(n: number) { return [add(n), times(n), table.get("a")?.length, new Square(n).area(), path.basename("/x/y"), typeof nowhere, work.factor]; } 1`);
      assert.equal(
        await book.value(`const f1 = ${pool}.submit(all, 2); base = 20; const f2 = ${pool}.submit(all, 2); (await f1.result()).join()`),
        "'12,6,2,20,y,undefined,3'",
      );
      assert.equal(await book.value("(await f2.result()).join()"), "'22,6,2,40,y,undefined,3'");
    });
  }

  it("take functions also after a module that could not be imported", async () => {
    assert.match(failure(await book.run('import { never } from "./lib/broken"; never;')), /broken when imported/);
    assert.equal(await book.value("await threads.submit((n: number) => n + 1, 5).result()"), "6");
  });

  it("say clearly what cannot be sent", async () => {
    assert.match(
      failure(await book.run("const socket = { close() {} }; const use = () => socket; threads.submit(use)")),
      /^TransferError: socket cannot be sent to a worker with use: it is .*close.* \(.*could not be cloned.*\)\. Make it in the function, or pass/s,
    );
    assert.match(
      failure(
        await book.run(
          "function maker(k: number) { return (n: number) => { for (; n < 0; ) n++; return n + k; }; } const made = maker(2); threads.submit(made, 1)",
        ),
      ),
      /made|the function.* uses k, a variable of the function or block around it/,
    );
    assert.match(
      failure(await book.run("const log = console.log; const logs = () => log('x'); threads.submit(logs)")),
      /log cannot be sent to a worker with logs/,
    );
  });

  it("tell the lines of the cell when a task fails", async () => {
    const result = await book.run("const bad = () => {\n  throw new RangeError('in the worker');\n};\nawait threads.submit(bad).result();");
    assert.equal(failure(result), "RangeError: in the worker");
    const frames = result.outcome.state === "failed" ? result.outcome.error.frames : [];
    assert.match(frames[0]?.file ?? "", /cell-\d+\.ts$/);
    assert.deepEqual([frames[0]?.functionName, frames[0]?.line], ["bad", 2]);
  });

  it("tell of their tasks, with names, states, progress and values", async () => {
    await book.run("function* steps() { yield { value: 1, total: 2 }; return 'done'; } await threads.submit(steps).result()");
    await book.until(() => [...book.tasks.values()].some(({ functionName, state }) => functionName === "steps" && state === "finished"));
    const task = [...book.tasks.values()].find(({ functionName }) => functionName === "steps");
    assert.deepEqual([task?.executor.split("-")[0], task?.value?.preview, task?.progress?.text], [task?.executor.split("-")[0], "'done'", "1/2"]);
    assert.ok(task?.run !== undefined && (task.startedAt ?? 0) >= task.submittedAt && (task.settledAt ?? 0) >= (task.startedAt ?? 0));
  });

  it("tell of their tasks with what they were called with, short, and of a chunk with how many calls it is", async () => {
    await book.value("const named = (_a: unknown, _b?: unknown) => 0; await threads.submit(named, [1, { x: 'y' }], 'z'.repeat(500)).result()");
    await book.value(
      "const each = (n: number) => n; const all = []; for await (const n of threads.map(each, [7, 8, 9], { chunksize: 3 })) all.push(n); 0",
    );
    const textOf = (name: string): string | undefined => [...book.tasks.values()].find(({ functionName }) => functionName === name)?.argumentsText;
    await book.until(() => textOf("named") !== undefined && textOf("each") !== undefined);
    assert.match(textOf("named") ?? "", /^\[ 1, \{ x: 'y' \} \], 'z{40,60}…$/);
    assert.equal(textOf("each"), "7; … 3 calls");
  });

  it("show a future live: its state, then its value", async () => {
    const run = book.begin("const slow = (ms: number) => new Promise((r) => setTimeout(r, ms, { ms })); threads.submit(slow, 400)");
    const ended = await book.ended(run);
    assert.equal(ended.isLive, true);
    assert.equal(await book.value("1 + 1"), "2", "other cells run meanwhile");
    const closed = await book.closed(run);
    assert.match(JSON.stringify(closed.told), /slow\(400\) · (?:pending|running)/);
    assert.deepEqual(
      bundles(closed).map((bundle) => bundle["text/plain"]),
      ["{ ms: 400 }"],
    );
  });

  it("show why a future failed", async () => {
    const closed = await book.closed(book.begin("threads.submit(() => { throw new RangeError('no'); })"));
    assert.match(bundles(closed)[0]?.["text/plain"] ?? "", /^the function\(\) · failed · \d+\.\d s · RangeError: no$/);
  });

  it("show an array of futures as a table, in the order of their completion", async () => {
    const run = book.begin("[300, 50].map((ms) => processes.submit(slow, ms))");
    const closed = await book.closed(run);
    const text = bundles(closed)[0]?.["text/plain"] ?? "";
    assert.match(
      text,
      /^2 futures: 2 finished\n0 {2}slow\(300\) {2}finished .*\{ ms: 300 \} {2}2\.\n1 {2}slow\(50\) {2}finished .*\{ ms: 50 \} {2}1\.$/,
    );
    assert.match(bundles(closed)[0]?.["text/html"] ?? "", /<table>.*<th>completed<\/th>/);
  });

  it("end what is shown when the cell is interrupted then", async () => {
    const run = book.begin("[60_000, 60_000, 60_000, 60_000].map((ms) => threads.submit(slow, ms))");
    await book.ended(run);
    book.session.interrupt(run);
    const text = bundles(await book.closed(run))[0]?.["text/plain"] ?? "";
    assert.match(text, /^4 futures: 4 cancelled\n/);
    assert.equal(await book.value("await threads.submit(slow, 1).result()").then((shown) => shown), "{ ms: 1 }", "the pool goes on");
    const running = book.begin("threads.submit(slow, 60_000)");
    await book.until(() => [...book.tasks.values()].some((task) => task.run === running && task.state === "running"));
    const task = [...book.tasks.values()].find((one) => one.run === running);
    book.session.cancelTask(task?.id ?? 0);
    await book.closed(running);
    await book.until(() => book.tasks.get(task?.id ?? 0)?.state === "cancelled");
  });
});
