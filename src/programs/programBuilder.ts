import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { analyzeArguments } from "../analysis/analyzeArguments.js";
import { type Bundle, Bundler } from "./bundle/bundler.js";
import { Entries, type Entry } from "./bundle/entry.js";
import { displayNames, Overlay, realPathOf } from "./bundle/overlay.js";
import { configOf } from "./bundle/tsconfig.js";
import { rootOf, writeCall } from "./callProgram.js";
import { ContentFiles } from "./contentFiles.js";
import { digest } from "./digest.js";
import { BuildError } from "./errors.js";
import type { CallProgram, CallRequest, Program, ProgramRequest, Resolution } from "./types.js";

/** Entries whose bundles esbuild keeps ready to be made again. */
const keptBundlers = 16;

/** Where programs go, and where the library is. */
export interface ProgramBuilderOptions {
  /** Absolute path of the folder for bundles; made on demand. Whoever can write there can run code here. */
  readonly directory: string;
  /** `file:` URL of the built library, for modules whose folder has none. */
  readonly libraryUrl: string;
  /** `file:` URL of the built `callSupport`. */
  readonly supportUrl: string;
}

/** What a program was made of, to make it again with more. */
interface Origin {
  readonly file: string;
  readonly real: string;
  readonly text: string;
  readonly overlay: Overlay;
  readonly main: boolean;
  readonly withheld: readonly string[];
}

/** Makes programs of modules, and calls of their functions. */
export class ProgramBuilder {
  readonly #files: ContentFiles;
  readonly #libraryUrl: string;
  readonly #supportUrl: string;
  #support: Promise<string> | undefined;
  /** The most recently used last. */
  readonly #bundlers = new Map<string, Bundler>();
  readonly #entries = new Entries();
  /** Those that asked for the same bundle get the same program. */
  readonly #programs = new WeakMap<Bundle, Promise<Program>>();
  readonly #origins = new WeakMap<Program, Origin>();

  constructor({ directory, libraryUrl, supportUrl }: ProgramBuilderOptions) {
    this.#files = new ContentFiles(directory);
    this.#libraryUrl = libraryUrl;
    this.#supportUrl = supportUrl;
  }

  /**
   * Bundles a module as it is now, unsaved texts before the disk.
   * @throws BuildError when it cannot be read, does not compile, or imports what is not to be had.
   */
  async build({ file, overlay: texts, main = false }: ProgramRequest): Promise<Program> {
    const [real, overlay] = await Promise.all([realPathOf(file), Overlay.of(texts)]);
    const text = overlay.textOf(real) ?? (await readModule(file));
    return this.#build({ file, real, text, overlay, main }, []);
  }

  /**
   * Makes the call of one of the program's functions.
   * @param program of this builder.
   * @throws ArgumentsError when the text is no list of expressions; UnknownFunctionError when the program has no such function.
   */
  async buildCall(program: Program, request: CallRequest): Promise<CallProgram> {
    const args = analyzeArguments(request.argumentsText);
    const complete = args.ok ? await this.#withNames(program, [...args.names, rootOf(request.functionName)]) : program;
    this.#support ??= this.#copySupport();
    return writeCall(this.#files, await this.#support, complete, request.functionName, request.argumentsText, args, request.isMap);
  }

  /**
   * Tells how the imports of a module are found, as it is now.
   * @throws BuildError as {@link build}.
   */
  async resolution({ file, overlay: texts }: ProgramRequest): Promise<Resolution> {
    const [real, overlay] = await Promise.all([realPathOf(file), Overlay.of(texts)]);
    const text = overlay.textOf(real) ?? (await readModule(file));
    const config = await configOf(real);
    const { imports } = await this.#bundle({ file, real, text, overlay, main: false }, this.#entries.of(file, text, []));
    return { tsconfig: config?.path, imports };
  }

  /** Lets esbuild's memory go. Programs stay where they are. */
  async dispose(): Promise<void> {
    const bundlers = [...this.#bundlers.values()];
    this.#bundlers.clear();
    await Promise.all(bundlers.map((bundler) => bundler.dispose()));
  }

  async #build(origin: Omit<Origin, "withheld">, used: readonly string[]): Promise<Program> {
    const entry = this.#entries.of(origin.file, origin.text, used);
    const bundle = await this.#bundle(origin, entry);
    const known = this.#programs.get(bundle);
    if (known) return known;
    const program = this.#write(origin, entry, bundle);
    this.#programs.set(bundle, program);
    return program;
  }

  async #write(origin: Omit<Origin, "withheld">, entry: Entry, { code, map, warnings, files }: Bundle): Promise<Program> {
    const { file } = origin;
    const { format, functions, bindings, withheld } = entry;
    const hash = digest(code, map);
    await this.#files.write(`${hash}.mjs.map`, map);
    await this.#files.write(`${hash}.mjs`, `${code}//# sourceMappingURL=${hash}.mjs.map\n`);
    const program = { hash, file, url: pathToFileURL(this.#files.pathOf(`${hash}.mjs`)).href, format, functions, bindings, warnings, files };
    this.#origins.set(program, { ...origin, withheld });
    return program;
  }

  async #bundle({ file, real, overlay, main }: Omit<Origin, "withheld">, entry: Entry): Promise<Bundle> {
    const config = await configOf(real);
    // esbuild gives no settings to a file that is not on the disk, unless they are for all files.
    const tsconfig = config && (!config.isNearest || overlay.hasNewFiles) ? config.path : undefined;
    const { language, format } = entry;
    const { hasNewFiles } = overlay;
    const bundler = this.#bundlerOf(JSON.stringify([file, real, main, format, hasNewFiles, tsconfig ?? ""]), () => {
      const display = displayNames(file, real);
      return new Bundler({ file: real, language, format, main, libraryUrl: this.#libraryUrl, tsconfig, hasNewFiles, display });
    });
    return bundler.bundle({ text: entry.text + entry.exports, overlay }, entry.intact ? undefined : entry.text);
  }

  /** Beside the programs, its frames in stacks are known to be none of the user's. */
  async #copySupport(): Promise<string> {
    const text = await readFile(new URL(this.#supportUrl), "utf8");
    const name = `${digest(text)}.mjs`;
    await this.#files.write(name, text);
    return pathToFileURL(this.#files.pathOf(name)).href;
  }

  /** The program, made again with imports that only the arguments use: the module itself has them for their types. */
  async #withNames(program: Program, names: readonly string[]): Promise<Program> {
    const origin = this.#origins.get(program);
    const used = origin?.withheld.filter((name) => names.includes(name)) ?? [];
    if (!origin || used.length === 0) return program;
    try {
      return await this.#build(origin, used);
    } catch (error) {
      // The name was that of a type, or one of the argument's own.
      if (error instanceof BuildError) return program;
      throw error;
    }
  }

  #bundlerOf(key: string, create: () => Bundler): Bundler {
    const bundler = this.#bundlers.get(key) ?? create();
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
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(error);
    throw new BuildError([{ message: `${path.basename(file)} cannot be read: ${reason}`, file }]);
  }
}
