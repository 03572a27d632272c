import assert from "node:assert/strict";
import { wait } from "concurrent-futures";
import { Gate } from "../conformance/support/gate.js";
import { classNames } from "../conformance/support/program.js";
import { remote } from "../conformance/support/tasks.js";
import { gone } from "../kernel/support/processes.js";
import { Program, run } from "../kernel/support/programs.js";
import { Ear } from "./support/ear.js";
import { fault, oneWorker, type Setting } from "./support/fault.js";
import { inTime, limit } from "./support/limit.js";
import { told } from "./support/outcome.js";
import { startOf } from "./support/tasks.js";

/** Characters of a flood. */
const flood = 20 * 1024 * 1024;

const printFlood = (size: number): number => {
  const line = `${"x".repeat(1023)}\n`;
  for (let left = size; left > 0; left -= line.length) process.stdout.write(line);
  return size;
};

/** Says to the pool, in all the ways in which a task can say anything at all, that tasks of others are done. */
async function forge(tasks: number[]): Promise<string> {
  const { parentPort } = await import("node:worker_threads");
  const { serialize } = await import("node:v8");
  const say = (message: unknown): void => {
    process.send?.(message);
    parentPort?.postMessage(message);
  };
  for (const message of [null, 7, "result", [], { type: "no such type" }]) say(message);
  for (const task of tasks) {
    for (const message of [
      { type: "started", task },
      { type: "result", task, value: "forged" },
      { type: "error", task, error: new Error("forged") },
      { type: "revoked", task },
    ]) {
      say(message);
      say({ task, bytes: serialize(message) }); // as a process of a pool itself would say it
    }
  }
  return "own";
}

describe("faults: channels", () => {
  fault("forged", async ({ pool }) => {
    await using gate = await Gate.create();
    const held = pool.submit(remote.waitAtGate, gate.address, "own");
    await startOf(pool, held);
    const queued = Array.from({ length: 10 }, () => pool.submit(() => "own"));
    const others = [held, ...queued];
    const forger = pool.schedule(forge, [others.map(({ id }) => id)], { priority: 1 });
    assert.equal(await inTime("the forger", forger.result()), "own");
    assert.equal(held.done(), false, "the task of another worker has been settled");
    gate.open();
    await inTime("all the others", wait(others));
    assert.deepEqual(await Promise.all(others.map((future) => future.result())), Array(others.length).fill("own"));
    return `${told(held)}, as all the others`;
  });

  const ear = (make: (ear: Ear) => void): Setting => ({
    options: () => {
      const ear = new Ear();
      make(ear);
      return { onOutput: ear.take };
    },
  });

  let ticks = new Ear();
  fault(
    "timer",
    async ({ pool }) => {
      const future = pool.submit(() => {
        setTimeout(() => console.log("ticked"), 5);
        return "done before";
      });
      assert.equal(await inTime("the task", future.result()), "done before");
      await ticks.hears("the timer", (text) => text === "ticked\n");
      return "it runs, no task needed";
    },
    ear((fresh) => (ticks = fresh)),
  );

  let waters = new Ear();
  fault(
    "flood.taken",
    async ({ pool }) => {
      const beside = pool.submit(() => "beside it");
      const future = pool.submit(printFlood, flood);
      assert.equal(await inTime("the flood", future.result()), flood);
      assert.equal(await beside.result(), "beside it");
      await waters.hears("all of it", (text) => text.length >= flood);
      assert.equal(waters.text.length, flood);
      return `value ${flood}, all of it heard`;
    },
    ear((fresh) => (waters = fresh)),
  );

  fault(
    "flood.inherited",
    async ({ ground }) => {
      const { code, stdout, stderr, words } = await inTime(
        "the program",
        run(`
        const pool = new ${classNames[ground]}({ maxWorkers: 1 });
        tell(await pool.submit(${printFlood}, ${flood}).result());
        for (const n of [1, 2, 3]) tell(await pool.submit((n) => n, n).result());
        await pool.shutdown();
        tell(pool.workers().length);`),
      );
      assert.deepEqual({ code, stderr, words }, { code: 0, stderr: "", words: [`${flood}`, "1", "2", "3", "0"] });
      assert.equal(stdout.length, flood);
      return `value ${flood}, all of it printed`;
    },
    oneWorker,
  );

  fault(
    "host",
    async () => {
      await using program = new Program(`
      const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
      const started = [];
      const all = new Promise((resolve) => pool.events.on("taskStart", (future, { pid }) => started.push(pid) === 2 && resolve()));
      pool.submit(() => { for (;;); });
      pool.submit(() => new Promise(() => {}));
      await all;
      for (const pid of started) tell(pid);`);
      const pids = [await program.number(), await program.number()];
      program.kill("SIGKILL");
      for (const pid of pids) assert.equal(await gone(pid, limit), true, `the worker ${pid} lives`);
      return "no worker is left";
    },
    oneWorker,
  );
});
