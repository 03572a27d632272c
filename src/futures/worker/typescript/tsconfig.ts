/** The nearest tsconfig.json of a file, as far as it changes what runs: no type is ever checked here. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { isFile } from "./files.js";

export interface TsConfig {
  /** `compilerOptions`, with those of the configurations that it extends. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What `paths` are relative to. */
  readonly pathsBase: string;
}

const none: TsConfig = { options: {}, pathsBase: "" };
const configs = new Map<string, TsConfig>();

/**
 * The configuration that counts for the files of a folder. Read once: what was compiled by it is not compiled again either.
 * @throws SyntaxError if it, or one that it extends, cannot be read; the message names the file.
 */
export function configOf(folder: string): TsConfig {
  const known = configs.get(folder);
  if (known) return known;
  const place = path.join(folder, "tsconfig.json");
  const above = path.dirname(folder);
  const config = isFile(place) ? read(place, folder, []) : above === folder ? none : configOf(above);
  configs.set(folder, config);
  return config;
}

/** How a configuration names the folder of the one that extends it. */
const configDir = "$" + "{configDir}";

/** @param folder that of the configuration which {@link configDir} stands for. */
function read(place: string, folder: string, within: readonly string[]): TsConfig {
  if (within.includes(place)) throw new SyntaxError(`${place} extends itself`);
  const { extends: bases = [], compilerOptions = {} } = parse(place);
  const own = Object.fromEntries(
    Object.entries(compilerOptions).map(([name, value]) => [name, JSON.parse(JSON.stringify(value).replaceAll(configDir, () => folder))]),
  );
  if (typeof own["baseUrl"] === "string") own["baseUrl"] = path.resolve(path.dirname(place), own["baseUrl"]);
  let config = none;
  for (const base of [bases].flat()) {
    const { options, pathsBase } = read(placeOf(base, place), folder, [...within, place]);
    config = { options: { ...config.options, ...options }, pathsBase: options["paths"] ? pathsBase : config.pathsBase };
  }
  return { options: { ...config.options, ...own }, pathsBase: own["paths"] ? path.dirname(place) : config.pathsBase };
}

function parse(place: string): { extends?: string | string[]; compilerOptions?: Record<string, unknown> } {
  try {
    return JSON.parse(withoutComments(readFileSync(place, "utf8"))) as object;
  } catch (error) {
    throw new SyntaxError(`${place} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** JSON as tsconfig files have it, with comments and commas at the end, as plain JSON. */
function withoutComments(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .replace(/("(?:[^"\\]|\\.)*")|\/\/.*|\/\*[\s\S]*?\*\//g, "$1")
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, "$1");
}

/** Where the configuration is that `extends` names: a path, or a file of a package. */
function placeOf(base: string, from: string): string {
  const found = /^\.{0,2}[\\/]|^\.{1,2}$|^[A-Za-z]:/.test(base)
    ? [base, `${base}.json`, `${base}/tsconfig.json`].map((name) => path.resolve(path.dirname(from), name)).find(isFile)
    : inPackage(base, from);
  if (found === undefined) throw new SyntaxError(`${from} extends ${JSON.stringify(base)}, which is not there`);
  return found;
}

function inPackage(base: string, from: string): string | undefined {
  const { resolve } = createRequire(from);
  for (const name of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      const found = resolve(name);
      if (found.endsWith(".json")) return found;
    } catch {
      // not by this name
    }
  }
  return undefined;
}
