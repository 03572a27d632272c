import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { KernelDriver } from "./support/kernelDriver.js";

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runExample(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["media/runExample.mjs", ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
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
    it(`${name} prints what it promises and ends without a word on stderr`, async () => {
      const { code, stdout, stderr } = await runExample(name);
      const lines = stdout.trimEnd().split("\n");
      assert.deepEqual({ code, stderr, starts: started(lines), rest: rest(lines) }, { code: 0, stderr: "", starts, rest: expected });
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
