import { realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isFile, isInNodeModules, isTypeScript, sourceFileOf } from "./files.js";
import { configOf } from "./tsconfig.js";

/**
 * The file that `paths` of the importing file's tsconfig.json name, before Node is asked.
 * @returns a URL; `undefined` if there is none, or the import comes from elsewhere.
 */
export function aliasOf(specifier: string, parentUrl: string | undefined): string | undefined {
  const parent = fileOf(parentUrl);
  if (parent === undefined || !isTypeScript(parent) || isInNodeModules(parent) || /^(?:[./]|\w[\w+.-]+:)/.test(specifier)) return undefined;
  const { options, pathsBase } = configOf(path.dirname(parent));
  const paths = (options["paths"] ?? {}) as Record<string, readonly string[]>;
  const base = (options["baseUrl"] as string | undefined) ?? pathsBase;
  // The longest text before the asterisk wins, as in TypeScript.
  const patterns = Object.keys(paths).sort((a, b) => b.replace(/\*.*/, "").length - a.replace(/\*.*/, "").length);
  for (const pattern of patterns) {
    const [before = "", after] = pattern.split("*");
    const matches =
      after === undefined
        ? specifier === pattern
        : specifier.length >= before.length + after.length && specifier.startsWith(before) && specifier.endsWith(after);
    if (!matches) continue;
    const rest = after === undefined ? "" : specifier.slice(before.length, specifier.length - after.length);
    for (const target of paths[pattern] ?? []) {
      const file = path.resolve(
        base,
        target.replace("*", () => rest),
      );
      const source = isFile(file) ? file : sourceFileOf(file);
      // Types alone may stand here for a package that Node finds.
      if (source !== undefined && !/\.d\.[cm]?ts$/.test(source)) return urlOf(source);
    }
    return undefined;
  }
  return undefined;
}

/**
 * The file that is meant by an import which Node did not find.
 * @param error what Node threw.
 * @returns a URL; `undefined` if Node was right.
 */
export function sourceOf(specifier: string, parentUrl: string | undefined, error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "ERR_UNSUPPORTED_DIR_IMPORT" && code !== "MODULE_NOT_FOUND") return undefined;
  const parent = fileOf(parentUrl);
  if (parent !== undefined && isInNodeModules(parent)) return undefined;
  if (/^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)) {
    if (!URL.canParse(specifier, parentUrl)) return undefined;
    const url = new URL(specifier, parentUrl);
    const file = fileOf(url.href);
    const source = file === undefined || isInNodeModules(file) ? undefined : sourceFileOf(file);
    return source === undefined ? undefined : urlOf(source) + url.search + url.hash;
  }
  const base = parent !== undefined && isTypeScript(parent) ? configOf(path.dirname(parent)).options["baseUrl"] : undefined;
  if (typeof base !== "string") return undefined;
  const file = path.resolve(base, specifier);
  const source = isFile(file) ? file : sourceFileOf(file);
  return source === undefined ? undefined : urlOf(source);
}

function urlOf(file: string): string {
  return pathToFileURL(realpathSync(file)).href;
}

/** @returns `undefined` for what is no file. */
export function fileOf(url: string | undefined): string | undefined {
  return url?.startsWith("file:") ? fileURLToPath(url) : undefined;
}
