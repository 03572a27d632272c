import assert from "node:assert/strict";
import { gone } from "../support/processes.js";
import { run } from "../support/programs.js";

/** What a program that ends by itself and prints nothing of its own leaves behind. */
const inPeace = { code: 0, signal: null, stderr: "" } as const;

for (const pool of ["ThreadPoolExecutor", "ProcessPoolExecutor"]) {
  describe(`the natural end of a program with a ${pool}`, () => {
    it("comes with an idle pool, and takes its workers along", async () => {
      const { words, ...ended } = await run(`
        const pool = new ${pool}({ maxWorkers: 2 });
        await Promise.all([pool.submit(sleep, 1).result(), pool.submit(sleep, 1).result()]);
        for (const { pid } of pool.workers()) if (pid) tell(pid);`);
      assert.deepEqual(ended, { ...inPeace, stdout: "" });
      assert.ok(pool === "ThreadPoolExecutor" || words.length > 0);
      for (const pid of words) assert.equal(await gone(Number(pid)), true, `${pid} lives`);
    });

    it("comes with an idle pool in a worker of an idle pool, and takes all along", async () => {
      const { words, ...ended } = await run(`
        const pool = new ${pool}({ maxWorkers: 1 });
        tell(await pool.submit(async (library) => {
          const inner = new (await import(library)).ProcessPoolExecutor({ maxWorkers: 1 });
          return await inner.submit(() => process.pid).result();
        }, library).result());`);
      assert.deepEqual(ended, { ...inPeace, stdout: "" });
      assert.equal(await gone(Number(words[0])), true);
    });

    it("comes after the work that is outstanding, running and queued", async () => {
      const { words, ...ended } = await run(`
        const pool = new ${pool}({ maxWorkers: 1 });
        for (const n of [1, 2, 3]) pool.submit(async (n) => { await new Promise((resolve) => setTimeout(resolve, 50)); console.log("done", n); }, n);
        process.once("exit", () => tell("exit"));
        console.log("main ends");`);
      assert.deepEqual(ended, { ...inPeace, stdout: "main ends\ndone 1\ndone 2\ndone 3\n" });
      assert.deepEqual(words, ["exit"]);
    });

    it("comes after the work when the pool was shut down without waiting", async () => {
      const { words, ...ended } = await run(`
        const pool = new ${pool}({ maxWorkers: 1 });
        for (const n of [1, 2]) pool.submit(async (n) => { await new Promise((resolve) => setTimeout(resolve, 50)); console.log("done", n); }, n);
        await pool.shutdown({ wait: false });
        console.log("main ends");`);
      assert.deepEqual(ended, { ...inPeace, stdout: "main ends\ndone 1\ndone 2\n" });
    });

    it("comes after what a beforeExit hook submits to the idle pool", async () => {
      const { words, ...ended } = await run(`
        const pool = new ${pool}({ maxWorkers: 1 });
        await pool.submit(() => 1).result();
        let rounds = 0;
        process.on("beforeExit", async () => {
          tell("beforeExit");
          if ((rounds += 1) <= 2) tell(await pool.submit((n) => n, rounds).result());
        });`);
      assert.deepEqual(ended, { ...inPeace, stdout: "" });
      assert.deepEqual(words, ["beforeExit", "1", "beforeExit", "2", "beforeExit"]);
    });

    it("does not come before a future that the top level awaits, though nobody holds its executor any more", async () => {
      const { words, ...ended } = await run(
        `
        const future = (() => new ${pool}({ maxWorkers: 1 }).submit(sleep, 200))();
        await new Promise((resolve) => setTimeout(resolve, 1));
        for (let n = 0; n < 5; n += 1) { gc(); await new Promise(setImmediate); }
        tell(await future.result());`,
        ["--expose-gc"],
      );
      assert.deepEqual({ words, ...ended }, { ...inPeace, stdout: "", words: ["200"] });
    });

    it("comes when all work was cancelled, or was stopped in an endless loop", async () => {
      const { words, ...ended } = await run(`
        const pool = new ${pool}({ maxWorkers: 1, stopGrace: 0 });
        const controller = new AbortController();
        pool.schedule(spin, [], { signal: controller.signal });
        const queued = pool.submit(() => console.log("never"));
        await once(pool.events, "taskStart");
        queued.cancel();
        controller.abort();`);
      assert.deepEqual({ ...ended, stdout: ended.stdout.replace("spinning\n", "") }, { ...inPeace, stdout: "" });
    });

    it("says nothing of failures that nobody read, and the exit code knows nothing of them", async () => {
      const { words, ...ended } = await run(`
        const pool = new ${pool}({ maxWorkers: 1 });
        const replacing = new ${pool}({ maxWorkers: 1, onWorkerDeath: "replace" });
        for (const event of ["taskStart", "workersChange"]) pool.events.on(event, () => {});
        const futures = [
          pool.submit(() => { throw new Error("unread"); }),
          pool.submit(async () => { throw null; }),
          pool.submit(() => () => "not cloneable"),
          pool.submit(() => 1, Symbol("not cloneable")),
          replacing.submit(() => process.exit(3)),
          replacing.schedule(sleep, [60_000], { timeout: 1 }),
          pool.submit(sleep, 60_000),
        ];
        futures.at(-1).cancel();
        process.once("exit", () => tell(futures.map((future) => future.peek().kind)));`);
      assert.deepEqual({ words, ...ended }, { ...inPeace, stdout: "", words: ["error,error,error,error,error,error,cancelled"] });
    });

    it("says nothing of a broken pool that nobody asked", async () => {
      const { words, ...ended } = await run(`
        const pool = new ${pool}({ maxWorkers: 2, initializer: () => { throw new Error("unread"); } });
        const futures = [1, 2, 3].map((n) => pool.submit(() => n));
        process.once("exit", () => tell(futures.map((future) => future.peek().kind)));`);
      assert.deepEqual({ words, ...ended }, { ...inPeace, stdout: "", words: ["error,error,error"] });
    });

    it("says nothing of too many listeners with more than ten workers and pools", async () => {
      const { words, ...ended } = await run(`
        const pools = Array.from({ length: 12 }, () => new ${pool}({ maxWorkers: 1 }));
        const futures = pools.map((pool) => pool.submit(() => 1));
        const all = await Promise.all(futures.map((future) => future.result()));
        tell(all.length);
        await Promise.all(pools.slice(1).map((pool) => pool.shutdown()));`);
      assert.deepEqual({ words, ...ended }, { ...inPeace, stdout: "", words: ["12"] });
    });

    it("keeps the exit code that the program has set", async () => {
      const { words, ...ended } = await run(`
        process.exitCode = 5;
        await new ${pool}({ maxWorkers: 1 }).submit(() => 1).result();
        process.once("exit", (code) => { tell(code); process.exitCode = 6; });`);
      assert.deepEqual({ words, ...ended }, { ...inPeace, code: 6, stdout: "", words: ["5"] });
    });
  });
}
