import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The name of the executor class that stands for a ground, for the texts of programs. */
export const classNames = { threads: "ThreadPoolExecutor", processes: "ProcessPoolExecutor" } as const;

/** Names of the library that programs may use without importing them. */
const names = ["BrokenExecutor", "ProcessPoolExecutor", "registerErrorClass", "task", "tasks", "ThreadPoolExecutor"];

function withImports(source: string): string {
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(source));
  return `import { ${used.join(", ")} } from ${JSON.stringify(import.meta.resolve("concurrent-futures"))};
${source}`;
}

/**
 * Runs the text of a program in a process of its own, with the library in scope, until it ends by itself.
 * A program that hangs is ended after 20 s; its code is null then.
 */
export function runProgram(source: string, options: readonly string[] = []): Promise<Ending> {
  return run([...options, "--input-type=module", "--eval", withImports(source)]);
}

/** {@link runProgram} from a file, so that the program is a module that its workers can load too. */
export async function runMain(source: string): Promise<Ending> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "main-"));
  try {
    const file = path.join(folder, "main.mjs");
    writeFileSync(file, withImports(source));
    return await run([file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(args: readonly string[]): Promise<Ending> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { timeout: 20_000, killSignal: "SIGKILL" }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
