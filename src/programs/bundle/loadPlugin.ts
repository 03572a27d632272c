import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Loader, OnLoadArgs, OnLoadResult, Plugin, PluginBuild } from "esbuild";
import { languageOf } from "../../analysis/language.js";
import { analyzeReferences } from "../../analysis/references.js";
import type { Language } from "../../analysis/types.js";
import { loopsModule, withStoppableLoops } from "./loops.js";
import type { Overlay } from "./overlay.js";
import { scopeModule, withScope } from "./scope.js";
import { commonJSEntry, missingModule, namesModule, requiredModule, virtual } from "./virtual.js";

/** What a build is about; another for each build. */
export interface BuildInput {
  /** The entry's text, with its exports. */
  readonly text: string;
  readonly overlay: Overlay;
}

/** What the plugin has to know of the entry. */
export interface LoadOptions {
  /** Real path of the entry. */
  readonly entry: string;
  readonly entryLanguage: Language;
  /** Whether the entry is the program that is run. */
  readonly main: boolean;
  /** Whether loops can be stopped. */
  readonly stoppable: boolean;
  readonly input: () => BuildInput;
}

/** JavaScript may have JSX in it. */
const loaders: Readonly<Record<Language, Loader>> = { ts: "ts", tsx: "tsx", js: "jsx", jsx: "jsx" };

interface Prepared {
  readonly source: string;
  readonly contents: string;
  readonly resolved: readonly string[];
}

/** Gives esbuild the unsaved texts, tells each source file where it is from, and has the virtual modules. */
export function loadPlugin(options: LoadOptions): Plugin {
  return {
    name: "futures-load",
    setup(build) {
      const sources = new Sources(options);
      build.onLoad({ filter: /.*/, namespace: "file" }, (args) => sources.load(args));
      build.onLoad({ filter: /.*/, namespace: virtual.scope }, (args) => sources.loadScope(build, args.path));
      const virtually = (namespace: string, contents: (args: OnLoadArgs) => string): void =>
        build.onLoad({ filter: /.*/, namespace }, (args) => ({ contents: contents(args), loader: "js", resolveDir: path.dirname(options.entry) }));
      virtually(virtual.names, () => namesModule);
      virtually(virtual.loops, () => loopsModule);
      virtually(virtual.entry, (args) => commonJSEntry(args.path));
      virtually(virtual.required, (args) => requiredModule(args.path, path.isAbsolute(args.path) ? args.path : options.entry));
      virtually(virtual.missing, (args) => missingModule(args.path));
    },
  };
}

class Sources {
  readonly #options: LoadOptions;
  /** By path; kept from build to build. */
  readonly #prepared = new Map<string, Prepared>();

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  async load({ path: file }: OnLoadArgs): Promise<OnLoadResult | undefined> {
    const { entry, entryLanguage, input } = this.#options;
    const isEntry = file === entry;
    const language = isEntry ? entryLanguage : languageOf(file);
    const unsaved = isEntry ? input().text : input().overlay.textOf(file);
    if (!language) return unsaved === undefined ? undefined : { contents: unsaved, loader: file.endsWith(".json") ? "json" : "default" };
    const source = unsaved ?? withoutMark(await readFile(file, "utf8"));
    return { contents: this.#prepare(file, source, language).contents, loader: loaders[language] };
  }

  async loadScope(build: PluginBuild, file: string): Promise<OnLoadResult> {
    const resolveDir = path.dirname(file);
    const places: Record<string, string> = {};
    for (const specifier of this.#prepared.get(file)?.resolved ?? []) {
      const found = await build.resolve(specifier, { kind: "dynamic-import", importer: file, resolveDir });
      if (found.errors.length === 0 && found.external && found.path.startsWith("file:")) places[specifier] = found.path;
    }
    return { contents: scopeModule(file, this.#isMain(file), places), loader: "js", resolveDir };
  }

  #isMain(file: string): boolean {
    return this.#options.main && file === this.#options.entry;
  }

  #prepare(file: string, source: string, language: Language): Prepared {
    const known = this.#prepared.get(file);
    if (known?.source === source) return known;
    const stoppable = this.#options.stoppable ? withStoppableLoops(source, language) : source;
    const { text, resolved } = withScope(stoppable, file, this.#isMain(file), () => analyzeReferences(stoppable, language));
    const prepared = { source, contents: text, resolved };
    this.#prepared.set(file, prepared);
    return prepared;
  }
}

/** Editors show a text without its byte order mark, and so count columns. */
function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
