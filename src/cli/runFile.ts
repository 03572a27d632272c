/** `futures run`. */
import { run } from "./run.js";
import { isNotebook, runNotebook } from "./runNotebook.js";

/** Runs a module, or the cells of a notebook. @returns the exit code. */
export async function runFile(file: string, args: readonly string[]): Promise<number> {
  if (!isNotebook(file)) return run(file, args);
  const output = outputIn(args);
  return output === "wrong" ? refuse(`a notebook takes --output EXECUTED.ipynb, and not: ${args.join(" ")}`) : runNotebook(file, output);
}

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
