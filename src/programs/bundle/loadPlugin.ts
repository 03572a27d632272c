import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Loader, OnLoadResult, Plugin } from "esbuild";
import { analyzeModule } from "../../analysis/analyzeModule.js";
import { languageOf } from "../../analysis/language.js";
import { identified, needsIdentity, sourceModule, sourceScheme } from "./sourceIdentity.js";

export interface LoadOptions {
  readonly entry: string;
  /** The entry's text with its exports. */
  readonly entryText: () => string;
  readonly overlay: () => ReadonlyMap<string, string>;
  /** Whether the entry is the program that is run. */
  readonly main: boolean;
}

/** Gives esbuild the unsaved texts, and tells each source file where it is from. */
export function loadPlugin(options: LoadOptions): Plugin {
  return {
    name: "load",
    setup(build) {
      build.onLoad({ filter: /.*/, namespace: sourceScheme }, ({ path: file }) => ({
        contents: sourceModule(file, options.main && file === options.entry),
        loader: "js",
        resolveDir: path.dirname(file),
      }));
      build.onLoad({ filter: /\.([cm]?[jt]s|[jt]sx|json)$/, namespace: "file" }, ({ path: file }) => load(file, options));
    },
  };
}

async function load(file: string, options: LoadOptions): Promise<OnLoadResult | undefined> {
  const isEntry = file === options.entry;
  const text = isEntry ? options.entryText() : (options.overlay().get(file) ?? (await readFile(file, "utf8")));
  const language = languageOf(file);
  if (!language) return { contents: text, loader: "json" };
  const contents = needsIdentity(text) ? identified(text, file, analyzeModule(text, language).format, isEntry && options.main) : text;
  return { contents, loader: language satisfies Loader, resolveDir: path.dirname(file) };
}
