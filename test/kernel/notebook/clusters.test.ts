import assert from "node:assert/strict";
import { Cluster } from "../../cluster/support/cluster.js";
import { failure, TestNotebook } from "./support/notebook.js";

describe("a cluster in cells", function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let book: TestNotebook;
  before(async function () {
    cluster = await Cluster.start(this);
    await cluster.worker("--threads", "2", "--name", "alpha");
    book = new TestNotebook();
    book.write({ "lib/work.ts": "export const factor: number = 3;\nexport const triple = (n: number) => n * factor;\n" });
    book.write({ "node_modules/a-package/package.json": '{ "name": "a-package", "main": "main.js" }' });
    book.write({ "node_modules/a-package/main.js": "exports.five = () => 5 * require('node:path').sep.length;\n" });
    const { connection, queue, key, trust } = cluster.options();
    await book.value(`import { ClusterExecutor } from "concurrent-futures/cluster"; import { wait, currentTask } from "concurrent-futures";
      const farm = new ClusterExecutor(${JSON.stringify({ connection, queue, key, trust })}); 1`);
  });
  after(async () => {
    await book?.dispose();
    await cluster?.stop();
  });

  it("runs functions of cells and of imports, with what they use of the notebook as it is then", async () => {
    await book.value(`import { triple } from "./lib/work"; import * as work from "./lib/work"; import path from "node:path"; import { five } from "a-package";
      let base = 10; const table = new Map([["a", [1, 2]]]);
      class Shape { constructor(readonly n: number) {} area() { return this.n * base; } } class Square extends Shape {}
      const add = (n: number) => n + base;
      function all(n: number) { return [add(n), triple(n), table.get("a")?.length, new Square(n).area(), path.basename("/x/y"), typeof nowhere, work.factor, five()]; } 1`);
    assert.equal(
      await book.value("const f1 = farm.submit(all, 2); base = 20; const f2 = farm.submit(all, 2); (await f1.result()).join()"),
      "'12,6,2,20,y,undefined,3,5'",
    );
    assert.equal(await book.value("(await f2.result()).join()"), "'22,6,2,40,y,undefined,3,5'");
    assert.equal(await book.value("await farm.submit(triple, 5).result()"), "15");
    assert.equal(await book.value("await farm.submit((n: number) => n + 1, 5).result()"), "6");
    assert.equal(await book.value("(await farm.submit(() => process.pid).result()) !== process.pid"), "true");
    assert.equal(await book.value("await farm.submit(() => currentTask() !== undefined).result()"), "true");
    assert.equal(await book.value("(await wait([farm.submit(add, 1)])).done.size"), "1");
    assert.equal(await book.value("const s: number[] = []; for await (const x of farm.map(add, [1, 2, 3])) s.push(x); s.join()"), "'21,22,23'");
    assert.equal(await book.value("(await farm.workers()).map(({ name }) => name).join()"), "'alpha'");
  });

  it("takes a module that was changed as it is then", async () => {
    book.write({ "lib/work.ts": "export const factor: number = 4;\nexport const triple = (n: number) => n * factor;\n" });
    assert.equal(await book.value("await farm.submit(triple, 5).result()"), "20");
    assert.equal(await book.value("const uses = (n: number) => triple(n) + 1; await farm.submit(uses, 5).result()"), "21");
  });

  it("tells the lines of the cell when a task fails", async () => {
    const result = await book.run("const bad = () => {\n  throw new RangeError('far away');\n};\nawait farm.submit(bad).result();");
    assert.equal(failure(result), "RangeError: far away");
    const frames = result.outcome.state === "failed" ? result.outcome.error.frames : [];
    assert.match(frames[0]?.file ?? "", /cell-\d+\.ts$/);
    assert.deepEqual([frames[0]?.functionName, frames[0]?.line], ["bad", 2]);
    assert.ok(
      frames.every(({ file }) => file === undefined || !/futures-worker|[\\/]dist[\\/]/.test(file)),
      JSON.stringify(frames),
    );
  });

  it("tells of its tasks, with progress and values, and lets them be stopped", async () => {
    await book.run("function* steps() { yield { value: 1, total: 2 }; return 'done'; } await farm.submit(steps).result()");
    const steps = (): unknown => [...book.tasks.values()].find(({ functionName, state }) => functionName === "steps" && state === "finished");
    await book.until(() => steps() !== undefined);
    const task = [...book.tasks.values()].find(({ functionName }) => functionName === "steps");
    assert.deepEqual([task?.executor, task?.value?.preview, task?.progress?.text], [cluster.queue, "'done'", "1/2"]);
    assert.equal(
      await book.value("const endless = farm.schedule(() => { for (;;); }, [], { timeout: 100 }); (await endless.exception()).name"),
      "'TimeoutError'",
    );
  });
});
