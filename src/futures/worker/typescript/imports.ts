import { builtin } from "../../transfer/builtin.js";
import { url } from "./builtins.js";
import { isFile, sourceFileOf } from "./files.js";

/** Longer texts, in characters, are made by bundlers, which leave nothing to import but packages. */
const longestText = 1_000_000;

/**
 * The files that a text imports, as far as they are written in it; a computed name is not seen.
 * @param file where the text is.
 */
export function importedFiles(text: string, file: string): string[] {
  if (text.length > longestText || !(text.includes("import") || text.includes("require") || text.includes("from"))) return [];
  const specifiers = Array.from(text.matchAll(/\b(?:from|import|require)\s*\(?\s*(["'])([^"'\n]+)\1/g), (match) => match[2] as string);
  return [...new Set(specifiers)].map((specifier) => placeOf(specifier, file)).filter((place) => place !== undefined);
}

/** @returns `undefined` for what is no file. */
function placeOf(specifier: string, from: string): string | undefined {
  try {
    // A bare name may be a linked package of a monorepo, or an entry of the package's own `imports`.
    if (!/^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)) {
      const { createRequire, isBuiltin } = builtin("node:module") as typeof import("node:module");
      return isBuiltin(specifier) ? undefined : createRequire(from).resolve(specifier);
    }
    const place = url().fileURLToPath(new URL(specifier, url().pathToFileURL(from)));
    return isFile(place) ? place : sourceFileOf(place);
  } catch {
    return undefined; // not there, or not to be had by this name
  }
}
