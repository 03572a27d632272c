import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Bundler } from "./bundle/bundler.js";
import { entryOf } from "./bundle/entryExports.js";
import { digest } from "./bundle/sourceIdentity.js";
import { writeCall } from "./callProgram.js";
import { ContentFiles } from "./contentFiles.js";
import { BuildError } from "./errors.js";
import type { CallProgram, CallRequest, Program, ProgramRequest } from "./types.js";

/** Entries whose bundles esbuild keeps ready to be made again. */
const keptBundlers = 16;

export interface ProgramBuilderOptions {
  /** Absolute path of the folder for bundles; made on demand. Whoever can write there can run code here. */
  readonly directory: string;
  /** `file:` URL of the built library, for modules whose folder has none. */
  readonly libraryUrl: string;
}

/** Makes programs of modules, and calls of their functions. */
export class ProgramBuilder {
  readonly #files: ContentFiles;
  readonly #libraryUrl: string;
  /** The most recently used last. */
  readonly #bundlers = new Map<string, Bundler>();

  constructor({ directory, libraryUrl }: ProgramBuilderOptions) {
    this.#files = new ContentFiles(directory);
    this.#libraryUrl = libraryUrl;
  }

  /**
   * Bundles a module as it is now, unsaved texts before the disk.
   * @throws BuildError when it cannot be read, does not compile, or imports what is not to be had.
   */
  async build(request: ProgramRequest): Promise<Program> {
    const { file, overlay, main = false } = request;
    const entry = entryOf(file, overlay.get(file) ?? (await readModule(file)));
    const { format, functions, bindings } = entry;
    const { code, map, warnings } = await this.#bundlerOf(file, main).bundle({ file, text: entry.text, overlay });
    const hash = digest(code, map);
    await this.#files.write(`${hash}.mjs.map`, map);
    await this.#files.write(`${hash}.mjs`, `${code}//# sourceMappingURL=${hash}.mjs.map\n`);
    return { hash, file, url: pathToFileURL(this.#files.pathOf(`${hash}.mjs`)).href, format, functions, bindings, warnings };
  }

  /**
   * Makes the call of one of the program's functions.
   * @throws ArgumentsError when the text is no list of expressions; UnknownFunctionError when the program has no such function.
   */
  buildCall(program: Program, request: CallRequest): Promise<CallProgram> {
    return writeCall(this.#files, program, request);
  }

  /** Lets esbuild's memory go. Programs stay where they are. */
  async dispose(): Promise<void> {
    const bundlers = [...this.#bundlers.values()];
    this.#bundlers.clear();
    await Promise.all(bundlers.map((bundler) => bundler.dispose()));
  }

  #bundlerOf(file: string, main: boolean): Bundler {
    const key = `${main} ${file}`;
    const bundler = this.#bundlers.get(key) ?? new Bundler(file, { libraryUrl: this.#libraryUrl, main });
    this.#bundlers.delete(key);
    this.#bundlers.set(key, bundler);
    for (const [oldest, unused] of this.#bundlers) {
      if (this.#bundlers.size <= keptBundlers) break;
      this.#bundlers.delete(oldest);
      void unused.dispose();
    }
    return bundler;
  }
}

async function readModule(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw new BuildError([{ message: `${path.basename(file)} cannot be read: ${reason}`, file }]);
  }
}
