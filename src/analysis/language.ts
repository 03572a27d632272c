import type { Language } from "./types.js";

const languages: Readonly<Record<string, Language>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
};

/**
 * The language of a file by its extension, whatever its case.
 * @param path a path or URL path, with `/` or `\`.
 * @returns `undefined` for any file that is not TypeScript or JavaScript, declaration files (`.d.ts`) among them.
 */
export function languageOf(path: string): Language | undefined {
  const name = path.toLowerCase();
  if (/\.d\.[cm]?ts$/.test(name)) return undefined;
  const extension = /\.[a-z]+$/.exec(name)?.[0];
  return extension === undefined ? undefined : languages[extension];
}
