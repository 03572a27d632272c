import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { ProcessPoolExecutor } from "concurrent-futures";
import { pools, withPool } from "../support/pools.js";
import { run } from "../support/programs.js";

const workers = path.join(path.dirname(fileURLToPath(import.meta.resolve("concurrent-futures"))), "worker");

/** Sizes of what V8 has taken in that was compiled before, by the parts of an output that lines with "next" end. */
function takenIn(stdout: string): number[][] {
  return stdout.split("next\n").map((part) => [...part.matchAll(/^\[Deserializing from (\d+) bytes/gm)].map((match) => Number(match[1])));
}

/** What is in the second and not in the first. */
function added(before: readonly number[] = [], now: readonly number[] = []): number[] {
  const rest = [...before];
  return now.filter((size) => {
    const at = rest.indexOf(size);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

for (const pool of ["ThreadPoolExecutor", "ProcessPoolExecutor"])
  describe(`what the workers of a ${pool} run`, () => {
    it("is compiled by the first one of a program, and taken in by those that start later", async () => {
      const { stdout, stderr, code } = await run(
        `for (let n = 0; n < 3; n += 1) {
          const pool = new ${pool}({ maxWorkers: 1 });
          if (await pool.submit(Math.sqrt, 4).result() !== 2) throw new Error("wrong");
          await pool.shutdown();
          console.log("next");
        }`,
        ["--profile-deserialization"],
      );
      assert.equal(code, 0, stderr);
      const [first, second, third] = takenIn(stdout);
      assert.equal(added(first, second).length, 1, stdout);
      assert.deepEqual(added(second, third), []);
    });
  });

describe("what a worker is given to run", () => {
  const text = Buffer.from('(function (require) { require("node:worker_threads").parentPort.postMessage("given"); })');

  it("is run as it was given, and compiled where V8 refuses what was compiled", async () => {
    const thread = new Worker(path.join(workers, "thread.cjs"), { workerData: { code: { text, data: Buffer.from("not V8's") } } });
    assert.deepEqual(await once(thread, "message"), ["given"]);
    assert.deepEqual(await once(thread, "exit"), [0]);
  });

  it("is a text whose every character is a byte", () => {
    for (const kind of ["thread", "process"]) assert.ok(!readFileSync(path.join(workers, `${kind}.body.cjs`)).some((byte) => byte > 127));
  });

  it("leaves no descriptor open in a process", async () => {
    const descriptors = async (): Promise<number[]> => {
      const { fstatSync } = await import("node:fs");
      return Array.from({ length: 12 }, (_, descriptor) => descriptor).filter((descriptor) => {
        try {
          const status = fstatSync(descriptor);
          return status.isFile() && status.nlink === 0;
        } catch {
          return false;
        }
      });
    };
    const told = (): unknown => (JSON.parse(process.argv[2] ?? "") as { code?: unknown }).code;
    for (let n = 0; n < 3; n += 1) {
      const pool = new ProcessPoolExecutor({ maxWorkers: 1 });
      const [mine, open] = [pool.submit(told), pool.submit(descriptors)];
      if (n > 0) assert.equal(typeof ((await mine.result()) as { data: number }).data, "number");
      assert.deepEqual(await open.result(), [5], "the file of calls alone");
      await pool.shutdown();
    }
  });
});

for (const { kind, make } of pools)
  describe(`standard input of a task, ${kind}`, () => {
    it("is at its end", async () => {
      const read = async (): Promise<string> => {
        let text = "";
        for await (const chunk of process.stdin) text += String(chunk);
        return `read ${JSON.stringify(text)}`;
      };
      await withPool(make, { maxWorkers: 1 }, async (pool) => {
        assert.equal(await pool.submit(read).result(), 'read ""');
        assert.equal(await pool.submit(read).result(), 'read ""');
      });
    });
  });
