/**
 * `import.meta.url`, `__dirname` and their like are those of the source file, not of the bundle. esbuild replaces each by a member of one name;
 * this module makes that name known in the files that use them: at the end of an ES module, as an import, which is hoisted; at the start of a
 * CommonJS module, as a variable on its first line.
 */
import { createHash } from "node:crypto";
import path from "node:path";
import { pathToFileURL } from "node:url";

const name = "futures$source";
const uses = /\bimport\.meta\b|\b__dirname\b|\b__filename\b/;

/** For esbuild's option `define`. */
export const sourceDefines: Readonly<Record<string, string>> = {
  "import.meta.url": `${name}.url`,
  "import.meta.filename": `${name}.filename`,
  "import.meta.dirname": `${name}.dirname`,
  "import.meta.main": `${name}.main`,
  "import.meta.resolve": `${name}.resolve`,
  __filename: `${name}.filename`,
  __dirname: `${name}.dirname`,
};

/** Imports of this scheme are modules of {@link sourceModule}. */
export const sourceScheme = "futures-source:";

/** True if the text has to be changed by {@link identified}. */
export function needsIdentity(text: string): boolean {
  return uses.test(text);
}

/** The text with its identity made known. */
export function identified(text: string, file: string, format: "esm" | "commonjs", isMain: boolean): string {
  if (format === "esm") return `${text}\nimport * as ${name} from ${JSON.stringify(`${sourceScheme}${file}`)};\n`;
  const { url, filename, dirname, main } = identityOf(file, isMain);
  const [shebang, rest] = text.startsWith("#!") ? [text.slice(0, text.indexOf("\n") + 1), text.slice(text.indexOf("\n") + 1)] : ["", text];
  return `${shebang}var ${name} = ${JSON.stringify({ url, filename, dirname, main })};${rest}`;
}

/** The module that an ES module imports to know where it is from. */
export function sourceModule(file: string, isMain: boolean): string {
  const { url, filename, dirname, main } = identityOf(file, isMain);
  const lines = Object.entries({ url, filename, dirname, main }).map(([key, value]) => `export const ${key} = ${JSON.stringify(value)};`);
  return [
    `import { createRequire } from "node:module";`,
    `import { pathToFileURL } from "node:url";`,
    ...lines,
    `const paths = createRequire(url);`,
    `export const resolve = (specifier) => {`,
    `  if (/^[a-z][a-z+.-]+:/i.test(specifier)) return specifier;`,
    `  if (/^\\.{0,2}\\//.test(specifier)) return new URL(specifier, url).href;`,
    `  const found = paths.resolve(specifier);`,
    `  return found.startsWith("/") || /^[a-z]:/i.test(found) ? pathToFileURL(found).href : "node:" + found.replace(/^node:/, "");`,
    `};`,
  ].join("\n");
}

function identityOf(file: string, isMain: boolean): { url: string; filename: string; dirname: string; main: boolean } {
  return { url: pathToFileURL(file).href, filename: file, dirname: path.dirname(file), main: isMain };
}

/** Hex digest, 32 characters: the name of something by its content. */
export function digest(...parts: string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 32);
}
