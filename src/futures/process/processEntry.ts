import { type ChildProcess, type ForkOptions, fork, type IOType } from "node:child_process";

/** What a process of a pool runs: a file, or a text of one. */
export type ProcessEntry = { readonly file: string } | { readonly text: string };

/**
 * Starts a process of a pool.
 * @param argument the only one that the process gets, as `process.argv[2]`.
 * @param options as for `fork`.
 * @param output what becomes of stdout and stderr, `"ipc"`, and further file descriptors. Stdin is at its end.
 * @throws what `fork` throws.
 */
export function forkEntry(
  entry: ProcessEntry,
  argument: string,
  options: Omit<ForkOptions, "stdio">,
  output: readonly (IOType | "ipc" | number)[],
): ChildProcess {
  const withInput = (stdin: IOType): ForkOptions => ({ ...options, stdio: [stdin, ...output] });
  if ("file" in entry) return fork(entry.file, [argument], withInput("ignore"));
  // By stdin: an argument may not be so long on every system, and --eval would put Node's modules among the globals.
  const child = fork("-", [argument], withInput("pipe"));
  child.stdin?.on("error", () => {}); // it ended before it had read all: its exit tells that
  child.stdin?.end(entry.text);
  return child;
}
