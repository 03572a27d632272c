#!/usr/bin/env node
/** Entry of the `futures` command: the composition root of the command line. */
import { keygen } from "./keygen.js";
import { runWorker, workerUsage } from "./worker.js";

const usage = `Usage: futures run FILE [ARGUMENT...]
       futures run NOTEBOOK [--output EXECUTED.ipynb]
${workerUsage.slice(0, workerUsage.indexOf("\n\n") + 1)}
  run   Runs a TypeScript module: what it imports is bundled, import.meta.main is true in it,
        and "concurrent-futures" is this library when the module's folder has none.
        Of a notebook (*.nb.ts, *.ipynb) it runs all cells, up to one that fails, and prints what they show;
        --output writes the notebook with what was shown.
${workerUsage.slice(workerUsage.indexOf("\n\n") + 2)}`;

const [command, ...rest] = process.argv.slice(2);
if (command === "run" && rest[0] !== undefined) {
  // In a file of its own: it needs esbuild, and a worker does not.
  const runner = await import("./runFile.js").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    process.stderr.write("futures: the package of the library runs no files: `futures run` is a part of the extension\n");
  });
  process.exitCode = runner ? await runner.runFile(rest[0], rest.slice(1)) : 2;
} else if (command === "worker" && !rest.includes("--help")) {
  process.exitCode = await runWorker(rest, new URL("../futures/index.js", import.meta.url).href);
} else if (command === "keygen" && rest.length === 1 && rest[0] !== undefined) {
  process.exitCode = keygen(rest[0]);
} else {
  process.stderr.write(usage);
  process.exitCode = command === undefined || command === "--help" ? 0 : 2;
}
