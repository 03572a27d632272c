import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import type { Language } from "../../analysis/types.js";
import { BuildError } from "../errors.js";
import type { BuildProblem, ResolvedImport } from "../types.js";
import { type BuildInput, loadPlugin } from "./loadPlugin.js";
import { resolvePlugin } from "./resolvePlugin.js";
import { scopeDefines } from "./scope.js";
import { virtual, virtualAddress } from "./virtual.js";

/** What is the same in every build of an entry. */
export interface BundlerOptions {
  /** Real path of the entry. */
  readonly file: string;
  readonly language: Language;
  readonly format: "esm" | "commonjs";
  /** Whether the entry is the program that is run. */
  readonly main: boolean;
  /** `file:` URL of the built library. */
  readonly libraryUrl: string;
  /** Path of the configuration for all files, instead of the nearest one for each. */
  readonly tsconfig: string | undefined;
  /** Whether unsaved texts may be of files that are not on the disk. */
  readonly hasNewFiles: boolean;
  /** How a file is named to the user. */
  readonly display: (file: string) => string;
  /** Whether its loops can be stopped; default false. */
  readonly stoppable?: boolean;
  /** See {@link resolvePlugin}. */
  readonly separate?: (file: string) => Promise<string | undefined>;
}

/** What a build gives. */
export interface Bundle {
  readonly code: string;
  /** Source map as JSON; its sources are `file:` URLs, or addresses of virtual modules. */
  readonly map: string;
  readonly warnings: readonly string[];
  /** Absolute paths of the files whose code is in it. */
  readonly files: readonly string[];
  /** Absolute paths of all that was read, JSON too. */
  readonly inputs: readonly string[];
  /** What the module itself imports, by what is written there. */
  readonly imports: readonly ResolvedImport[];
}

type Context = esbuild.BuildContext<{ write: false; metafile: true }>;

/** What a bundle can do without: a module that imports a style sheet or a picture still has its functions. */
const assets = ".css .scss .sass .less .styl .svg .png .jpg .jpeg .gif .webp .avif .ico .woff .woff2 .ttf .eot .mp3 .mp4".split(" ");

/** Notes of esbuild's that tell why a package cannot be imported. Its others are about its own options. */
const reasons = /is not exported by package|is not defined in|was not found on the file system|is explicitly disabled|None of the conditions/i;

interface Waiting {
  readonly input: BuildInput;
  readonly doubtful: string | undefined;
  readonly build: Promise<Bundle>;
}

/**
 * Bundles one entry again and again; esbuild keeps what did not change. One build at a time: esbuild would give the result of the build under way to one that
 * is asked for meanwhile, which may be of another text, or after a file was written.
 */
export class Bundler {
  readonly #options: BundlerOptions;
  #input: BuildInput | undefined;
  #context: Promise<Context> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** The last build that was asked for, until it begins. */
  #waiting: Waiting | undefined;

  constructor(options: BundlerOptions) {
    this.#options = options;
  }

  /**
   * @param doubtful the entry's text alone, if it may have errors: what stands behind it would be what they are found in.
   * @throws BuildError when something does not compile or is not found.
   */
  bundle(input: BuildInput, doubtful?: string): Promise<Bundle> {
    const last = this.#waiting;
    // It has read nothing yet, so it will find what this one would.
    if (last && last.doubtful === doubtful && last.input.text === input.text && last.input.overlay.equals(input.overlay)) return last.build;
    const build = this.#last.then(async () => {
      if (this.#waiting === waiting) this.#waiting = undefined;
      if (doubtful !== undefined) await this.#build({ ...input, text: doubtful });
      return this.#build(input);
    });
    const waiting = { input, doubtful, build };
    this.#waiting = waiting;
    this.#last = build.catch(() => {});
    return build;
  }

  /** Waits for the build under way and lets esbuild's memory go. */
  async dispose(): Promise<void> {
    await this.#last;
    await (await this.#context)?.dispose();
  }

  async #build(input: BuildInput): Promise<Bundle> {
    this.#input = input;
    this.#context ??= this.#createContext();
    try {
      const result = await (await this.#context).rebuild();
      const map = result.outputFiles.find((file) => file.path.endsWith(".map"));
      const code = result.outputFiles.find((file) => !file.path.endsWith(".map"));
      if (!map || !code) throw new Error(`esbuild gave ${result.outputFiles.length} files for ${this.#options.file}`);
      const absolute = this.#withAbsoluteSources(map.text, path.dirname(map.path));
      const imports = this.#importsOf(result.metafile);
      const root = path.parse(this.#options.file).root;
      const inputs = Object.keys(result.metafile.inputs).flatMap((name) => (virtualAddress.test(name) ? [] : [path.resolve(root, name)]));
      return { code: code.text, ...absolute, inputs, imports, warnings: this.#warnings(result.warnings) };
    } catch (error) {
      if (!isBuildFailure(error)) {
        this.#context = undefined; // esbuild itself has failed, and will go on to do so
        throw error;
      }
      throw new BuildError(error.errors.map((message) => this.#problem(message)));
    }
  }

  #createContext(): Promise<Context> {
    const { file, language, format, main, libraryUrl, tsconfig, hasNewFiles, separate, stoppable = false } = this.#options;
    const input = (): BuildInput => {
      if (!this.#input) throw new Error("no build is under way");
      return this.#input;
    };
    return esbuild.context({
      absWorkingDir: path.parse(file).root,
      absPaths: ["code", "log"],
      entryPoints: [format === "commonjs" ? `${virtual.entry}:${file}` : file],
      outfile: path.join(path.dirname(file), "program.mjs"), // never written: only the map's sources are relative to it
      write: false,
      metafile: true,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      conditions: [], // without this esbuild adds "module", which Node does not know
      mainFields: ["main"],
      jsx: "automatic", // where tsconfig.json says nothing, or "preserve"
      ...(tsconfig === undefined ? {} : { tsconfig }),
      loader: Object.fromEntries(assets.map((ending) => [ending, "empty" as const])),
      sourcemap: "external",
      sourcesContent: false,
      charset: "utf8",
      logLevel: "silent",
      logLimit: 0,
      define: { ...scopeDefines },
      plugins: [
        resolvePlugin({ libraryUrl, hasNewFiles, overlay: () => input().overlay, ...(separate && { separate }) }),
        loadPlugin({ entry: file, entryLanguage: language, main, stoppable, input }),
      ],
    });
  }

  #withAbsoluteSources(json: string, folder: string): Pick<Bundle, "map" | "files"> {
    const map = JSON.parse(json) as { sources: string[] };
    map.sources = map.sources.map((source) => {
      if (virtualAddress.test(source) || source.startsWith("file:")) return source;
      return pathToFileURL(this.#options.display(path.resolve(folder, source))).href;
    });
    const files = map.sources.filter((source) => source.startsWith("file:")).map((source) => fileURLToPath(source));
    return { map: JSON.stringify(map), files };
  }

  #importsOf({ inputs }: esbuild.Metafile): ResolvedImport[] {
    const { file } = this.#options;
    const root = path.parse(file).root;
    const own = Object.entries(inputs).find(([name]) => path.resolve(root, name.replace(/^[\w-]+:(?=\/)/, "")) === file)?.[1];
    return (own?.imports ?? []).flatMap(({ path: target, original, external }) => {
      if (virtualAddress.test(target)) return [];
      return [{ specifier: original ?? target, target: external ? target : this.#options.display(path.resolve(root, target)), isBundled: !external }];
    });
  }

  #warnings(warnings: readonly esbuild.Message[]): string[] {
    return warnings.filter(({ location }) => !virtualAddress.test(location?.file ?? "")).map((warning) => textOf(this.#problem(warning)));
  }

  #problem({ text, notes, location }: esbuild.Message): BuildProblem {
    const message = [text, ...notes.map((note) => note.text.replace(/:$/, "")).filter((note) => reasons.test(note))].join(": ");
    if (!location) return { message };
    const { file, line, lineText } = location;
    // esbuild counts bytes.
    const column = Buffer.from(lineText).subarray(0, location.column).toString().length + 1;
    return { message, file: this.#options.display(path.resolve(file)), line, column, lineText };
  }
}

function isBuildFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<esbuild.BuildFailure>).errors);
}

function textOf({ file, line, column, message }: BuildProblem): string {
  return file === undefined ? message : `${path.basename(file)}:${line}:${column}: ${message}`;
}
