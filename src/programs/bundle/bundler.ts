import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { BuildError } from "../errors.js";
import type { BuildProblem } from "../types.js";
import { loadPlugin } from "./loadPlugin.js";
import { resolvePlugin } from "./resolvePlugin.js";
import { sourceDefines } from "./sourceIdentity.js";

export interface BundleInput {
  /** Absolute path of the entry. */
  readonly file: string;
  /** Its text, with its exports. */
  readonly text: string;
  readonly overlay: ReadonlyMap<string, string>;
}

export interface Bundle {
  readonly code: string;
  /** Source map as JSON; its sources are `file:` URLs. */
  readonly map: string;
  readonly warnings: readonly string[];
}

/** Bundles one entry again and again; esbuild keeps what did not change. One build at a time: a build that is asked for meanwhile would be given this one's result. */
export class Bundler {
  readonly #file: string;
  readonly #libraryUrl: string;
  readonly #main: boolean;
  #input: BundleInput | undefined;
  #context: Promise<esbuild.BuildContext<{ write: false; metafile: false }>> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string, options: { libraryUrl: string; main: boolean }) {
    this.#file = file;
    this.#libraryUrl = options.libraryUrl;
    this.#main = options.main;
  }

  /** @throws BuildError when something does not compile or is not found. */
  bundle(input: BundleInput): Promise<Bundle> {
    const build = this.#last.then(() => this.#build(input));
    this.#last = build.catch(() => {});
    return build;
  }

  async dispose(): Promise<void> {
    await this.#last;
    await (await this.#context)?.dispose();
  }

  async #build(input: BundleInput): Promise<Bundle> {
    this.#input = input;
    this.#context ??= this.#createContext();
    try {
      const result = await (await this.#context).rebuild();
      const [map, code] = result.outputFiles.sort((a, b) => Number(b.path.endsWith(".map")) - Number(a.path.endsWith(".map")));
      if (!map || !code) throw new Error(`esbuild gave ${result.outputFiles.length} files for ${input.file}`);
      return {
        code: code.text,
        map: withAbsoluteSources(map.text, path.dirname(map.path)),
        warnings: result.warnings.map((warning) => textOf(problemOf(warning))),
      };
    } catch (error) {
      if (!isBuildFailure(error)) throw error;
      throw new BuildError(error.errors.map(problemOf));
    }
  }

  #createContext(): Promise<esbuild.BuildContext<{ write: false; metafile: false }>> {
    const overlay = (): ReadonlyMap<string, string> => this.#input?.overlay ?? new Map();
    const folder = path.dirname(this.#file);
    return esbuild.context({
      absWorkingDir: folder,
      entryPoints: [this.#file],
      outfile: path.join(folder, "program.mjs"), // never written: only the map's sources are relative to it
      write: false,
      metafile: false,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      conditions: [], // without this esbuild adds "module", which Node does not know
      mainFields: ["main"],
      sourcemap: "external",
      sourcesContent: false,
      charset: "utf8",
      logLevel: "silent",
      define: { ...sourceDefines },
      // What esbuild makes of require() asks for a function of that name.
      banner: {
        js: `import { createRequire as futures$createRequire } from "node:module"; const require = futures$createRequire(${JSON.stringify(pathToFileURL(this.#file).href)});`,
      },
      plugins: [
        resolvePlugin({ libraryUrl: this.#libraryUrl, overlay }),
        loadPlugin({ entry: this.#file, entryText: () => this.#input?.text ?? "", overlay, main: this.#main }),
      ],
    });
  }
}

function withAbsoluteSources(json: string, folder: string): string {
  const map = JSON.parse(json) as { sources: string[] };
  map.sources = map.sources.map((source) => (/^[a-z-]{2,}:/.test(source) ? source : pathToFileURL(path.resolve(folder, source)).href));
  return JSON.stringify(map);
}

function isBuildFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<esbuild.BuildFailure>).errors);
}

function problemOf({ text, location }: esbuild.Message): BuildProblem {
  if (!location) return { message: text };
  return { message: text, file: path.resolve(location.file), line: location.line, column: location.column + 1, lineText: location.lineText };
}

function textOf({ file, line, column, message }: BuildProblem): string {
  return file === undefined ? message : `${path.basename(file)}:${line}:${column}: ${message}`;
}
