import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { gone } from "../support/processes.js";

const library = import.meta.resolve("concurrent-futures");

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of its own; `pid(n)` lines it prints are the processes that must not outlive it. */
function run(source: string): Promise<Run> {
  const code = `import { ThreadPoolExecutor, ProcessPoolExecutor } from ${JSON.stringify(library)};\nconst sleep = (ms) => new Promise((resolve) => setTimeout(() => resolve(ms), ms));\n${source}`;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["--input-type=module", "--eval", code], { timeout: 20_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

for (const pool of ["ThreadPoolExecutor", "ProcessPoolExecutor"]) {
  describe(`a program with a ${pool}`, () => {
    it("that ends with an idle pool ends, with nothing on stderr", async () => {
      assert.deepEqual(await run(`const pool = new ${pool}(); console.log(await pool.submit(() => 1).result());`), {
        code: 0,
        stdout: "1\n",
        stderr: "",
      });
    });

    it("that ends with work outstanding ends after the work", async () => {
      const result = await run(`const pool = new ${pool}({ maxWorkers: 1 });
        for (const n of [1, 2]) pool.submit(async (n) => { await new Promise((resolve) => setTimeout(resolve, 50)); console.log("done", n); }, n);
        console.log("main ends");`);
      assert.deepEqual(result, { code: 0, stdout: "main ends\ndone 1\ndone 2\n", stderr: "" });
    });

    it("that ends by shutdown without waiting ends after the work", async () => {
      const result = await run(
        `const pool = new ${pool}({ maxWorkers: 1 }); pool.submit(async () => { await new Promise((resolve) => setTimeout(resolve, 50)); console.log("done"); }); pool.shutdown({ wait: false });`,
      );
      assert.deepEqual(result, { code: 0, stdout: "done\n", stderr: "" });
    });

    it("that calls process.exit, or fails, leaves no worker in an endless loop behind", async () => {
      for (const end of ["process.exit(7)", "throw new Error('main')"]) {
        const result = await run(
          `const pool = new ${pool}({ maxWorkers: 1 });
          pool.events.on("taskStart", (future, worker) => { console.log(worker.pid ?? process.pid); ${end}; });
          pool.events.on("taskStart", () => process.exit(1));
          pool.submit(() => { for (;;); });`.replace("throw new Error('main')", "setImmediate(() => { throw new Error('main'); }); return"),
        );
        assert.ok(result.code === 7 || result.code === 1, JSON.stringify(result));
        assert.equal(await gone(Number(result.stdout.trim())), true);
      }
    });
  });
}

describe("a program that is killed", () => {
  it("by SIGINT or SIGKILL leaves no idle or waiting process behind", async () => {
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const child = spawn(
        process.execPath,
        [
          "--input-type=module",
          "--eval",
          `import { ProcessPoolExecutor } from ${JSON.stringify(library)};
        const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
        pool.events.on("taskStart", (future, worker) => console.log(worker.pid));
        pool.submit(() => new Promise((resolve) => setTimeout(resolve, 60_000)));
        await pool.submit(() => 1).result();`,
        ],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      const pids: number[] = [];
      for await (const line of createInterface({ input: child.stdout })) if (pids.push(Number(line)) === 2) break;
      child.kill(signal);
      await once(child, "exit");
      for (const pid of pids) assert.equal(await gone(pid), true, `${pid} lives after ${signal}`);
    }
  });
});
