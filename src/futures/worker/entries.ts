/** Where workers start: at files beside the built library or, where it was bundled into a program's own file, from the text it carries. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";
import type { ProcessEntry } from "../process/processEntry.js";
import { CodeStore } from "./code/codeStore.js";
import { workerText } from "./workerText.js";

/** The built library; `undefined` in the build for bundlers, where the place of the file that it ends up in says nothing. */
const library: string | undefined = import.meta.url;

/** Of the whole program, as the code is. */
export const threadCode = new CodeStore();
export const processCode = new CodeStore();

/**
 * Starts a thread of ours.
 * @param entry what it is to be: a worker of a thread pool, or the broker of a process pool.
 * @param options as for `new Worker`.
 * @throws what `new Worker` throws.
 */
export function startThread(entry: "thread" | "broker", options: WorkerOptions): Worker {
  const file = fileBeside(`./worker/${entry}.cjs`);
  return file ? new Worker(entryFor(file, process.execArgv), options) : new Worker(workerText, { ...options, eval: true });
}

/** Where a process of a pool starts. */
export function processEntry(): ProcessEntry {
  const file = fileBeside("./worker/process.cjs");
  return file ? { file: fileURLToPath(file) } : { text: workerText };
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
