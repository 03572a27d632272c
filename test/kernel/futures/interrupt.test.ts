import assert from "node:assert/strict";
import { gone } from "../support/processes.js";
import { Program, run } from "../support/programs.js";

/** What a terminal sends to the whole group of processes, for Ctrl-C and when its window is closed. */
const signals = ["SIGINT", "SIGHUP"] as const;

for (const pool of ["ThreadPoolExecutor", "ProcessPoolExecutor"]) {
  describe(`a terminal's signal to a program with a ${pool}`, () => {
    for (const signal of signals) {
      it(`${signal}: a program that handles it has its running and queued work done`, async () => {
        // The tasks end when there is a file that the handler writes.
        await using program = new Program(`
          import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
          import { tmpdir } from "node:os";
          const folder = mkdtempSync(tmpdir() + "/interrupt-");
          process.once("exit", () => rmSync(folder, { recursive: true }));
          const work = async (file, n) => {
            const { existsSync } = await import("node:fs");
            while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10));
            return n;
          };
          const pool = new ${pool}({ maxWorkers: 2 });
          const futures = [1, 2, 3, 4].map((n) => pool.submit(work, folder + "/go", n));
          process.once("${signal}", async () => {
            tell(futures.map((future) => future.state));
            writeFileSync(folder + "/go", "");
            await pool.shutdown();
            tell(await Promise.all(futures.map((future) => future.result())));
          });
          let started = 0;
          pool.events.on("taskStart", () => (started += 1) === 2 && tell("ready"));`);
        assert.equal(await program.word(), "ready");
        program.killGroup(signal);
        assert.deepEqual(await program.words(), ["RUNNING,RUNNING,PENDING,PENDING", "1,2,3,4"]);
        assert.deepEqual(await program.ended, { code: 0, signal: null, stdout: "", stderr: "" });
      });
    }

    for (const signal of [...signals, "SIGQUIT"] as const) {
      it(`${signal}: a program that does not handle it ends by it at once, with its workers and without a word`, async () => {
        await using program = new Program(`
          const pool = new ${pool}({ maxWorkers: 2 });
          await pool.submit(() => 1).result();
          pool.submit(sleep, 60_000);
          pool.submit(async () => {
            process.on("SIGQUIT", () => {}); // so that only the end of the program can end it
            (await import("node:fs")).writeSync(1, "spinning" + String.fromCharCode(10));
            for (;;);
          });
          await once(pool.events, "taskStart");
          for (const { pid } of pool.workers()) if (pid) tell(pid);
          tell("ready");`);
        const pids: number[] = [];
        for (let word = await program.word(); word !== "ready"; word = await program.word()) pids.push(Number(word));
        await program.printed("spinning\n");
        program.killGroup(signal);
        assert.deepEqual(await program.ended, { code: null, signal, stdout: "spinning\n", stderr: "" });
        for (const pid of pids) assert.equal(await gone(pid), true, `${pid} lives`);
      });
    }

    it("leaves an idle pool as it was", async () => {
      await using program = new Program(`
        const pool = new ${pool}({ maxWorkers: 1 });
        const worker = await pool.submit(() => process.pid).result();
        process.once("SIGINT", async () => tell(worker === await pool.submit(() => process.pid).result()));
        tell("ready");
        const hold = setInterval(() => {}, 60_000);
        process.once("SIGINT", () => clearInterval(hold));`);
      assert.equal(await program.word(), "ready");
      program.killGroup("SIGINT");
      assert.deepEqual(await program.words(), ["true"]);
      assert.deepEqual(await program.ended, { code: 0, signal: null, stdout: "", stderr: "" });
    });
  });
}

describe("a terminal's signal to worker processes", () => {
  it("reaches a handler that a task has installed, and a task that removes its handler is as safe as before", async () => {
    await using program = new Program(`
      process.on("SIGINT", () => {});
      const pool = new ProcessPoolExecutor({ maxWorkers: 1, onOutput: ({ text }) => tell(text.trim()) });
      const future = pool.submit(async () => {
        const heard = new Promise((resolve) => process.once("SIGINT", resolve));
        const told = new Promise((resolve) => process.once("SIGUSR2", resolve));
        console.log("listening");
        await heard;
        console.log("heard once");
        await told;
        return "done";
      });
      const [, { pid }] = await once(pool.events, "taskStart");
      process.once("SIGUSR2", () => process.kill(pid, "SIGUSR2"));
      tell(await future.result());`);
    assert.equal(await program.word(), "listening");
    program.killGroup("SIGINT");
    assert.equal(await program.word(), "heard once");
    program.killGroup("SIGINT");
    program.kill("SIGUSR2");
    assert.equal(await program.word(), "done");
    assert.deepEqual(await program.ended, { code: 0, signal: null, stdout: "", stderr: "" });
  });

  it("that comes before a worker has started up costs no task where workers are replaced", async () => {
    const { words, code, stderr } = await run(`
      process.once("SIGINT", () => {});
      const pool = new ProcessPoolExecutor({ maxWorkers: 1, onWorkerDeath: "replace" });
      const future = pool.submit(() => "done");
      await once(pool.events, "workersChange");
      process.kill(0, "SIGINT"); // the whole group
      tell(await future.result());`);
    assert.deepEqual({ words, code, stderr }, { words: ["done"], code: 0, stderr: "" });
  });

  it("holds nothing open: a worker whose pool has let go of it ends", async () => {
    const { words, code } = await run(`
      const pool = new ProcessPoolExecutor({ maxWorkers: 1 });
      tell(await pool.submit(() => process.pid).result());
      await pool.shutdown();
      tell(pool.workers().length);`);
    assert.deepEqual({ left: words[1], code }, { left: "0", code: 0 });
    assert.equal(await gone(Number(words[0])), true);
  });
});
