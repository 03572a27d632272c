#!/usr/bin/env node
/** Entry of the `futures` command: the composition root of the command line. */
import { run } from "./run.js";

const usage = `Usage: futures run FILE [ARGUMENT...]

  run   Runs a TypeScript module: what it imports is bundled, import.meta.main is true in it,
        and "concurrent-futures" is this library when the module's folder has none.
`;

const [command, ...rest] = process.argv.slice(2);
if (command === "run" && rest[0] !== undefined) {
  process.exitCode = await run(rest[0], rest.slice(1));
} else {
  process.stderr.write(usage);
  process.exitCode = command === undefined || command === "--help" ? 0 : 2;
}
