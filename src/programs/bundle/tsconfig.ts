/**
 * esbuild applies the nearest tsconfig.json to each file and knows no project references. Where the nearest one is but a list of projects, the
 * one that includes the file has the settings.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

interface Config {
  readonly extends?: string | readonly string[];
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
  readonly files?: readonly string[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly references?: readonly { readonly path: string }[];
}

/** References are followed this deep. */
const depthLimit = 3;

/**
 * The configuration that counts for a file.
 * @returns the path of a tsconfig.json, and whether it is the nearest one, that esbuild finds by itself; `undefined` if there is none.
 */
export async function configOf(file: string): Promise<{ readonly path: string; readonly isNearest: boolean } | undefined> {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const nearest = path.join(folder, "tsconfig.json");
    const config = await read(nearest);
    if (config) {
      const referenced = covers(config, folder, file) ? undefined : await findIn(config, folder, file, depthLimit);
      return { path: referenced ?? nearest, isNearest: referenced === undefined };
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}

/** The options of the compiler that count for a file, those of what its configuration extends among them. */
export async function compilerOptionsOf(file: string): Promise<Readonly<Record<string, unknown>>> {
  const config = await configOf(file);
  return config ? optionsOf(config.path, depthLimit) : {};
}

async function optionsOf(place: string, depth: number): Promise<Readonly<Record<string, unknown>>> {
  const config = await read(place);
  const bases = config?.extends === undefined || depth === 0 ? [] : [config.extends].flat();
  const inherited = await Promise.all(bases.map((base) => optionsOf(extended(base as string, place), depth - 1)));
  return Object.assign({}, ...inherited, config?.compilerOptions) as Readonly<Record<string, unknown>>;
}

/** The path of what a configuration extends: a file beside it, or of a package. */
function extended(base: string, place: string): string {
  const withEnding = base.endsWith(".json") ? base : `${base}.json`;
  if (/^\.{0,2}[\\/]/.test(base)) return path.resolve(path.dirname(place), withEnding);
  try {
    return createRequire(place).resolve(base.includes("/") && !/^@[^/]+\/[^/]+$/.test(base) ? withEnding : `${base}/tsconfig.json`);
  } catch {
    return "";
  }
}

async function findIn(config: Config, folder: string, file: string, depth: number): Promise<string | undefined> {
  for (const reference of depth > 0 ? (config.references ?? []) : []) {
    const target = path.resolve(folder, reference.path);
    const place = target.endsWith(".json") ? target : path.join(target, "tsconfig.json");
    const referenced = await read(place);
    if (!referenced) continue;
    if (covers(referenced, path.dirname(place), file)) return place;
    const deeper = await findIn(referenced, path.dirname(place), file, depth - 1);
    if (deeper) return deeper;
  }
  return undefined;
}

async function read(place: string): Promise<Config | undefined> {
  try {
    return JSON.parse(withoutComments(await readFile(place, "utf8"))) as Config;
  } catch {
    return undefined;
  }
}

/** JSON as tsconfig files have it, with comments and commas at the end, as plain JSON. */
function withoutComments(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .replace(/("(?:[^"\\]|\\.)*")|\/\/.*|\/\*[\s\S]*?\*\//g, "$1")
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, "$1");
}

function covers({ files, include, exclude = ["node_modules"] }: Config, folder: string, file: string): boolean {
  const name = path.relative(folder, file).split(path.sep).join("/");
  if (files?.some((entry) => path.resolve(folder, entry) === file)) return true;
  const included = include ?? (files ? [] : ["**/*"]);
  return included.some((glob) => matches(glob, name)) && !exclude.some((glob) => matches(glob, name));
}

/** `src`, `src/**`, `src/*.ts`, `**` + `/*.test.ts`: what names a folder stands for all in it. */
function matches(glob: string, name: string): boolean {
  const pattern = glob
    .replace(/^\.\//, "")
    .replace(/\/$/, "")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/|\*\*|\*|\?/g, (wildcard) => ({ "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" })[wildcard] ?? wildcard);
  return new RegExp(`^${pattern}(?:/.*)?$`).test(name);
}
