/** The notebooks that the extension brings along, run as a build server runs them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { faultsIn, findNbformat, nbformatIsMissing } from "../../support/nbformat.mjs";
import { skip } from "../../support/skip.js";

const folder = path.resolve("media/examples/notebooks");

/** What each prints, in this order. */
const expected: Readonly<Record<string, readonly RegExp[]>> = {
  "basicFuture.nb.ts": [/result: Completed 0 worker job/, /\[4 worker\] Timeout error/, /5 futures: 5 finished/, /'Completed 4 worker job' {2}5\./],
  "basicFuture.ko.nb.ts": [/결과: 0번 작업 완료/, /\[4번 작업\] 시간 초과/, /5 futures: 5 finished/],
  "withFuture.nb.ts": [
    /Finished worker: Completed 0/,
    /Finished worker: Completed 1/,
    /Not finished worker: Completed 2/,
    /Not finished worker: Completed 4/,
  ],
  "withFuture.ko.nb.ts": [/끝난 작업: 0번/, /끝나지 않았던 작업: 2번/, /끝나지 않았던 작업: 4번/],
  "primes.nb.ts": [/'this thread', primes: (\d+)[\s\S]*threads', primes: \1[\s\S]*processes', primes: \1/, /vega-lite\/v6\.json/],
  "tour.nb.ts": [
    /^true RUNNING$/m,
    /'slept 600 ms'/,
    /^true CANCELLED false RUNNING$/m,
    /'cancelled'/,
    /TimeoutError: forever ran longer than 200 ms/,
    /'slept 50 ms'/,
    /\[ 'FINISHED', 'CANCELLED', 'FINISHED', 'FINISHED' \]/,
  ],
};

describe("the example notebooks", function () {
  this.timeout(60_000);

  const executed = mkdtempSync(path.join(os.tmpdir(), "notebook-examples-"));
  after(() => rmSync(executed, { recursive: true, force: true }));

  interface Ended {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
    /** The executed notebook. */
    readonly file: string;
  }
  const runs = new Map<string, Promise<Ended>>();
  /** Once each. */
  const run = (name: string): Promise<Ended> => {
    const file = path.join(executed, `${name}.ipynb`);
    const command = [path.resolve("dist/cli/main.js"), "run", path.join(folder, name), "--output", file];
    const started = (): Promise<Ended> =>
      new Promise((resolve) => {
        execFile(process.execPath, command, (error, stdout, stderr) => resolve({ stdout, stderr, code: error ? Number(error.code) : 0, file }));
      });
    const ended = runs.get(name) ?? started();
    runs.set(name, ended);
    return ended;
  };

  it("are all known here", () => assert.deepEqual(readdirSync(folder).sort(), Object.keys(expected).sort()));

  for (const [name, prints] of Object.entries(expected)) {
    it(`run from top to bottom: ${name}`, async () => {
      const { stdout, code, stderr } = await run(name);
      assert.equal(code, 0, stderr);
      let rest = stdout;
      for (const print of prints) {
        const found = print.exec(rest);
        assert.ok(found, `${print} is not in what follows:\n${rest}`);
        rest = rest.slice(found.index + found[0].length);
      }
    });
  }

  it("are valid for Jupyter when executed", async function () {
    const nbformat = findNbformat() ?? skip(this, nbformatIsMissing);
    const files = [];
    for (const name of Object.keys(expected)) files.push((await run(name)).file);
    assert.equal(faultsIn(nbformat, files), "");
  });
});
