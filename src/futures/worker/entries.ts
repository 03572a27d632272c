/** How workers are started: from the files beside the built library or, where it was bundled into a program's own file, from the text it carries. */
import { type ChildProcess, type ForkOptions, fork, type IOType } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { workerText } from "./workerText.js";

/** The built library; `undefined` in the build for bundlers, where the place of the file that it ends up in says nothing. */
const library: string | undefined = import.meta.url;

/**
 * Starts a thread of a pool.
 * @param options as for `new Worker`.
 * @throws what `new Worker` throws.
 */
export function startThread(options: WorkerOptions): Worker {
  const file = fileBeside("./worker/thread.js");
  return file ? new Worker(entryFor(file, process.execArgv), options) : new Worker(workerText, { ...options, eval: true });
}

/**
 * Starts a process of a pool.
 * @param argument the only one that the process gets, as `process.argv[2]`.
 * @param options as for `fork`.
 * @param output what becomes of stdout and stderr, and `"ipc"`. Stdin is at its end.
 * @throws what `fork` throws.
 */
export function startProcess(argument: string, options: Omit<ForkOptions, "stdio">, output: readonly (IOType | "ipc")[]): ChildProcess {
  const file = fileBeside("./worker/process.js");
  const withInput = (stdin: IOType): ForkOptions => ({ ...options, stdio: [stdin, ...output] });
  if (file) return fork(fileURLToPath(file), [argument], withInput("ignore"));
  // By stdin: an argument may not be so long on every system, and --eval would put Node's modules among the globals.
  const child = fork("-", [argument], withInput("pipe"));
  child.stdin?.on("error", () => {}); // it ended before it had read all: its exit tells that
  child.stdin?.end(workerText);
  return child;
}

function fileBeside(name: string): URL | undefined {
  if (library === undefined) return undefined;
  const file = new URL(name, library);
  return existsSync(file) ? file : undefined;
}

/** A program given on the command line with `--input-type` may have no file as the entry of a thread, but a text that imports the file. */
function entryFor(file: URL, execArgv: readonly string[]): URL {
  const byText = execArgv.some((option) => option.startsWith("--input-type"));
  return byText ? new URL(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(file.href)}`)}`) : file;
}
