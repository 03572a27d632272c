#!/usr/bin/env node
/** Entry of the `futures` command: the composition root of the command line. */
import { keygen } from "./keygen.js";
import { run } from "./run.js";
import { isNotebook, runNotebook } from "./runNotebook.js";
import { runWorker, workerUsage } from "./worker.js";

const usage = `Usage: futures run FILE [ARGUMENT...]
       futures run NOTEBOOK [--output EXECUTED.ipynb]
${workerUsage.slice(0, workerUsage.indexOf("\n\n") + 1)}
  run   Runs a TypeScript module: what it imports is bundled, import.meta.main is true in it,
        and "concurrent-futures" is this library when the module's folder has none.
        Of a notebook (*.nb.ts, *.ipynb) it runs all cells, up to one that fails, and prints what they show;
        --output writes the notebook with what was shown.
${workerUsage.slice(workerUsage.indexOf("\n\n") + 2)}`;

function outputIn(args: readonly string[]): { readonly output?: string } | "wrong" {
  const [, joined] = /^--output=(.+)$/s.exec(args[0] ?? "") ?? [];
  if (args.length === 0) return {};
  if (args.length === 1 && joined !== undefined) return { output: joined };
  return args.length === 2 && args[0] === "--output" && args[1] ? { output: args[1] } : "wrong";
}

function refuse(reason: string): number {
  process.stderr.write(`futures: ${reason}\n`);
  return 2;
}

const [command, ...rest] = process.argv.slice(2);
if (command === "run" && rest[0] !== undefined) {
  const [file, ...args] = rest;
  const output = outputIn(args);
  if (!isNotebook(file)) process.exitCode = await run(file, args);
  else if (output === "wrong") process.exitCode = refuse(`a notebook takes --output EXECUTED.ipynb, and not: ${args.join(" ")}`);
  else process.exitCode = await runNotebook(file, output);
} else if (command === "worker" && !rest.includes("--help")) {
  process.exitCode = await runWorker(rest, new URL("../futures/index.js", import.meta.url).href);
} else if (command === "keygen" && rest.length === 1 && rest[0] !== undefined) {
  process.exitCode = keygen(rest[0]);
} else {
  process.stderr.write(usage);
  process.exitCode = command === undefined || command === "--help" ? 0 : 2;
}
