import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { KernelDriver } from "./support/kernelDriver.js";
import { membersOf } from "./support/processes.js";

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Processes that the program started and that outlived it. */
  readonly left: readonly number[];
}

async function runExample(...args: string[]): Promise<Run> {
  // A group of its own, so that what it leaves behind can be told from everything else.
  const child = spawn(process.execPath, ["media/runExample.mjs", ...args], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  return { code: child.exitCode, stdout, stderr, left: process.platform === "linux" ? membersOf(child.pid as number) : [] };
}

const completed = (index: number): string => `Completed ${index} worker job`;
const started = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith("Worker Index")).sort();
const rest = (lines: readonly string[]): string[] => lines.filter((line) => !line.startsWith("Worker Index"));
const starts = [0, 1, 2, 3, 4].map((index) => `Worker Index : ${index}`);

const basic = [
  `result : ${completed(0)}`,
  ...[1, 2, 3].flatMap((index) => [`[${index} worker] Wait for 1 second because it has not finished yet.`, `result : ${completed(index)}`]),
  "[4 worker] Wait for 1 second because it has not finished yet.",
  "[4 worker] Timeout error",
];
const withWait = [
  ...[0, 1].map((index) => `Finished worker : ${completed(index)}`),
  ...[2, 3, 4].map((index) => `Not finished worker : ${completed(index)}`),
];

describe("the examples", () => {
  for (const [name, expected] of [
    ["basicFuture", basic],
    ["withFuture", withWait],
  ] as const) {
    it(`${name} prints what it promises, and ends without a word on stderr and without a process left behind`, async () => {
      const { code, stdout, stderr, left } = await runExample(name);
      const lines = stdout.trimEnd().split("\n");
      assert.deepEqual({ code, stderr, left, starts: started(lines), rest: rest(lines) }, { code: 0, stderr: "", left: [], starts, rest: expected });
    });

    it(`${name} does the same when it is submitted from the editor's side`, async () => {
      const kernel = new KernelDriver(`${process.cwd()}/media/examples`);
      try {
        const id = kernel.submit(`${name}.ts`, name);
        assert.deepEqual((await kernel.settled(id)).outcome.state, "finished");
        const lines = kernel.outputOf(id).trimEnd().split("\n");
        assert.deepEqual({ starts: started(lines), rest: rest(lines) }, { starts, rest: expected });
      } finally {
        await kernel.dispose();
      }
    });
  }

  it("are refused by name if there is no such one", async () => {
    const { code, stderr } = await runExample("nonsense");
    assert.equal(code, 2);
    assert.match(stderr, /There is no example nonsense.*basicFuture, withFuture/);
  });
});
