import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { BuildError } from "../programs/errors.js";
import { ProgramBuilder } from "../programs/programBuilder.js";

/** The built library and what calls import, beside the folder that this command is built into. */
const libraryUrl = new URL("../futures/index.js", import.meta.url).href;
const supportUrl = new URL("../kernel/callSupport.js", import.meta.url).href;

/**
 * Runs a module as a program: its top level, with `import.meta.main` true and `process.argv` as Node would set it.
 * @param file path of the module, from the working directory.
 * @returns the exit code: 1 if the module does not exist or does not compile, else what the program says (an error that it throws is thrown on).
 */
export async function run(file: string, args: readonly string[]): Promise<number> {
  const entry = path.resolve(file);
  if (!existsSync(entry)) {
    process.stderr.write(`futures: there is no file ${entry}\n`);
    return 1;
  }
  // Private to this user and this run: a folder that others could write to would let them run code here.
  const directory = mkdtempSync(path.join(os.tmpdir(), "futures-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const builder = new ProgramBuilder({ directory, libraryUrl, supportUrl });
  try {
    const program = await builder.build({ file: entry, overlay: new Map(), main: true });
    for (const warning of program.warnings) process.stderr.write(`${warning}\n`);
    await builder.dispose();
    process.argv = [process.execPath, entry, ...args];
    process.setSourceMapsEnabled(true);
    await import(program.url);
    return typeof process.exitCode === "number" ? process.exitCode : 0;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    await builder.dispose();
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}
