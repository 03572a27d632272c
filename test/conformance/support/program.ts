import { execFile } from "node:child_process";

export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const library = import.meta.resolve("concurrent-futures");

/**
 * Runs the text of a program in a process of its own, with everything of the library in scope, until it ends by itself.
 * A program that hangs is ended after 20 s; its code is null then.
 */
export function runProgram(source: string, options: readonly string[] = []): Promise<Ending> {
  const text = `import { ProcessPoolExecutor, ThreadPoolExecutor, task, tasks, wait } from ${JSON.stringify(library)};\n${source}`;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...options, "--input-type=module", "--eval", text],
      { timeout: 20_000, killSignal: "SIGKILL" },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** The name of the executor class that stands for a ground, for the texts of programs. */
export const classNames = { threads: "ThreadPoolExecutor", processes: "ProcessPoolExecutor" } as const;
