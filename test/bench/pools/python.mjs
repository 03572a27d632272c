// @ts-check
// CPython's own pool, in a process that answers each line with its figure.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./map.py", import.meta.url));

/** Items a second, measured on a machine of two cores, for where there is no Python. */
const quoted = 1_100_000;

export const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** @typedef {(items: number, chunksize?: number) => Promise<number>} PythonMap With 500 unless told otherwise; resolves to items a second. */

/** @type {import("../harness.mjs").Contender<{ rate: PythonMap, close: () => unknown }>} */
export const python = {
  name: hasPython ? "CPython ProcessPoolExecutor, chunksize=500" : "CPython ProcessPoolExecutor, chunksize=500 (quoted)",
  role: "peer",
  open: hasPython ? openPython : () => ({ rate: async () => quoted, close: () => {} }),
  close: (opened) => opened.close(),
};

function openPython() {
  const child = spawn("python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** @type {PythonMap} */
    async rate(items, chunksize = 500) {
      child.stdin.write(`${items} ${chunksize}\n`);
      return Number((await lines.next()).value);
    },
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
