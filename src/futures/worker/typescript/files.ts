import { fs } from "./builtins.js";

/** Whether Node knows a file as JavaScript or has to be helped. `.d.ts` files are types alone, and nobody imports them at run time. */
export function isTypeScript(file: string): boolean {
  return /\.(?:[cm]?ts|tsx)$/.test(file);
}

/** Packages are published as JavaScript: what is in `node_modules` is left to Node. A linked package of a monorepo is where its link points. */
export function isInNodeModules(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file);
}

export function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** JavaScript extensions, as TypeScript wants them in an import, and those of the sources that they stand for. */
const sourcesOf: Readonly<Record<string, readonly string[]>> = { ".js": [".ts", ".tsx"], ".jsx": [".tsx"], ".mjs": [".mts"], ".cjs": [".cts"] };

/** Tried in this order where an import names no extension, as bundlers do. */
const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"] as const;

/**
 * The file that TypeScript means by a path that is not there as it is: `x.js` is the source `x.ts`, `x` has its extension left out,
 * or is a folder with an index.
 * @returns `undefined` if there is none either.
 */
export function sourceFileOf(missing: string): string | undefined {
  const [, stem = "", extension = ""] = /^(.*)(\.[cm]?jsx?)$/s.exec(missing) ?? [];
  const sources = (sourcesOf[extension] ?? []).map((source) => stem + source);
  const completed = extensions.map((added) => missing + added);
  const indexes = extensions.map((added) => `${missing.replace(/[\\/]$/, "")}/index${added}`);
  return [...sources, ...completed, ...indexes].find(isFile);
}
