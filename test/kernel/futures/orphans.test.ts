import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { childrenOf, gone } from "../support/processes.js";
import { Program, run } from "../support/programs.js";

/**
 * For source texts: a task that makes a pool of its own, gives it an endless loop, and prints `inner <pid>` when that runs for certain.
 * @param thenSpin whether the task itself is in an endless loop from then on, or done.
 */
const nest = `async (library, thenSpin) => {
  const { writeSync } = await import("node:fs");
  const { ProcessPoolExecutor } = await import(library);
  let spinning;
  const printed = new Promise((resolve) => (spinning = resolve));
  const inner = new ProcessPoolExecutor({ maxWorkers: 1, onOutput: spinning });
  inner.submit(() => { console.log("spinning"); for (;;); });
  await printed;
  writeSync(1, "inner " + inner.workers()[0].pid + String.fromCharCode(10));
  while (thenSpin);
}`;
const inner = /inner (\d+)\n/;

describe("worker processes whose program is gone", () => {
  it("are killed through every generation of pools, though each is in an endless loop", async () => {
    await using program = new Program(`
      const pool = new ProcessPoolExecutor({ maxWorkers: 1 });
      pool.submit(${nest}, library, true);
      const [, worker] = await once(pool.events, "taskStart");
      tell(worker.pid);`);
    const outer = await program.number();
    const grandchild = Number(await program.printed(inner));
    program.kill("SIGKILL");
    for (const pid of [outer, grandchild]) assert.equal(await gone(pid), true, `${pid} lives`);
  });

  it("are killed when their program runs out of memory", async () => {
    const { words, signal, stdout } = await run(
      `const pool = new ProcessPoolExecutor({ maxWorkers: 1, execArgv: [] });
      pool.submit(spin);
      pool.events.on("taskStart", (future, worker) => {
        tell(worker.pid);
        for (let head; ; ) head = { head };
      });`,
      ["--max-old-space-size=32"],
    );
    assert.equal(signal, "SIGABRT");
    assert.equal(await gone(Number(words[0])), true, stdout);
  });

  it("are killed when there were many, started one after another and together", async () => {
    await using program = new Program(`
      const pool = new ProcessPoolExecutor({ maxWorkers: 6 });
      for (let n = 1; n <= 6; n += 1) {
        if (n < 4) await pool.submit(sleep, 1).result();
        pool.submit(spin);
      }
      for (let n = pool.workers().filter(({ state }) => state === "busy").length; n < 6; n += 1) await once(pool.events, "taskStart");
      for (const { pid } of pool.workers()) tell(pid);
      tell("all");`);
    const pids: number[] = [];
    for (let word = await program.word(); word !== "all"; word = await program.word()) pids.push(Number(word));
    assert.equal(pids.length, 6);
    await program.printed("spinning\n".repeat(6));
    program.kill("SIGKILL");
    for (const pid of pids) assert.equal(await gone(pid), true, `${pid} lives`);
    assert.equal((await program.ended).stderr, "");
  });
});

describe("worker processes whose pool is gone while the program goes on", () => {
  for (const [how, thenSpin, end] of [
    ["is terminated", true, "thread.terminate()"],
    ["calls process.exit", false, `thread.postMessage("exit")`],
  ] as const) {
    it(`are killed when the thread that has the pool ${how}`, async () => {
      await using program = new Program(`
        import { Worker } from "node:worker_threads";
        const code = \`import { parentPort } from "node:worker_threads";
          parentPort.on("message", () => process.exit(0));
          await (${nest})(${"${JSON.stringify(library)}"}, ${thenSpin});\`;
        const thread = new Worker(new URL("data:text/javascript," + encodeURIComponent(code)));
        process.on("SIGUSR2", () => ${end});
        thread.once("exit", () => tell("thread ended"));
        setInterval(() => {}, 60_000);
        tell("ready");`);
      assert.equal(await program.word(), "ready");
      const pid = Number(await program.printed(inner));
      program.kill("SIGUSR2");
      assert.equal(await program.word(), "thread ended");
      assert.equal(await gone(pid), true, `${pid} lives`);
    });
  }

  for (const pool of ["ThreadPoolExecutor", "ProcessPoolExecutor"]) {
    it(`are killed when the task that made the pool is stopped in a ${pool}, which goes on`, async () => {
      await using program = new Program(`
        const controller = new AbortController();
        process.on("SIGUSR2", () => controller.abort(new Error("enough")));
        const pool = new ${pool}({ maxWorkers: 1, stopGrace: 0 });
        const future = pool.schedule(${nest}, [library, true], { signal: controller.signal });
        await once(pool.events, "taskStart");
        tell("ready");
        tell((await future.exception()).message);
        tell(await pool.submit(() => "goes on").result());
        setInterval(() => {}, 60_000);`);
      assert.equal(await program.word(), "ready");
      const pid = Number(await program.printed(inner));
      program.kill("SIGUSR2");
      assert.deepEqual([await program.word(), await program.word()], ["enough", "goes on"]);
      assert.equal(await gone(pid), true, `${pid} lives`);
    });
  }
});

describe("the watchdog of worker processes", () => {
  it("is there with the first worker and gone with the last, as often as that happens", async function () {
    if (process.platform !== "linux") this.skip();
    await using program = new Program(`
      process.on("SIGUSR2", () => pool.shutdown());
      setInterval(() => {}, 60_000);
      let pool;
      for (;;) {
        pool = new ProcessPoolExecutor({ maxWorkers: 2 });
        await Promise.all([pool.submit(sleep, 1).result(), pool.submit(sleep, 1).result()]);
        tell(pool.workers().map(({ pid }) => pid));
        while (pool.workers().length > 0) await once(pool.events, "workersChange");
      }`);
    for (let i = 0; i < 3; i += 1) {
      const workers = (await program.word()).split(",").map(Number);
      const others = childrenOf(program.pid).filter((pid) => !workers.includes(pid));
      assert.equal(others.length, 1);
      program.kill("SIGUSR2");
      for (const pid of [...workers, ...others]) assert.equal(await gone(pid), true, `${pid} lives`);
    }
  });

  it("leaves nothing open in a program whose pool was shut down", async () => {
    const { words, code, stderr } = await run(`
      void [process.stdout, process.stderr]; // they are open from the first look on
      const open = () => [...process.getActiveResourcesInfo().filter((name) => name.endsWith("Wrap")), process.listenerCount("exit")].join();
      const before = open();
      const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
      await Promise.all([pool.submit(sleep, 1).result(), pool.submit(sleep, 1).result()]);
      tell(open() === before);
      await pool.shutdown();
      // Node closes what has ended in the turns after it told so.
      for (let turn = 0; turn < 100 && open() !== before; turn += 1) await new Promise(setImmediate);
      tell(open() === before || open() + " instead of " + before);`);
    assert.deepEqual({ code, stderr, words }, { code: 0, stderr: "", words: ["false", "true"] });
  });

  it("that somebody kills is missed by nobody, and replaced with the next worker", async function () {
    if (process.platform !== "linux") this.skip();
    await using program = new Program(`
      const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
      process.on("SIGUSR2", async () => {
        pool.submit(spin);
        await once(pool.events, "taskStart");
        tell(pool.workers().map(({ pid }) => pid));
      });
      pool.submit(spin);
      await once(pool.events, "taskStart");
      tell(pool.workers()[0].pid);`);
    const first = await program.number();
    const [watchdog] = childrenOf(program.pid).filter((pid) => pid !== first);
    process.kill(watchdog as number, "SIGKILL");
    while (existsSync(`/proc/${watchdog}`)) await new Promise(setImmediate); // until its parent, too, knows
    program.kill("SIGUSR2");
    const workers = (await program.word()).split(",").map(Number);
    assert.equal(workers.length, 2);
    await program.printed("spinning\nspinning\n");
    program.kill("SIGKILL");
    for (const pid of workers) assert.equal(await gone(pid), true, `${pid} lives`);
    assert.equal((await program.ended).stderr, "");
  });

  it("is done without where there is no shell: pools work, and nothing is said of it", async () => {
    const ended = await run(`
      import childProcess, { spawn } from "node:child_process";
      import { syncBuiltinESMExports } from "node:module";
      childProcess.spawn = (shell, ...rest) => spawn("/no/such/shell", ...rest);
      syncBuiltinESMExports();
      const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
      tell(await Promise.all([1, 2].map((n) => pool.submit((n) => n, n).result())));
      await pool.shutdown();`);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: "", stderr: "", words: ["1,2"] });
  });
});
