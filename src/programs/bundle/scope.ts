/**
 * `import.meta`, `__dirname`, `__filename` and `require` are those of the source file, not of the bundle. A file that uses them gets an import
 * behind its text, where it moves nothing, of a virtual module that knows the file's place. The first three are replaced by esbuild's `define`,
 * which respects a file's own variables of these names. `require(…)` and `import(…)` of what is known only at run time are replaced here, by
 * names of the same length, so that every column stays. Classes get the names back that bundling takes from them: values show them.
 */
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { ModuleReferences } from "../../analysis/references.js";
import { virtual } from "./virtual.js";

/** For esbuild's option `define`. */
export const scopeDefines: Readonly<Record<string, string>> = {
  "import.meta": "futures$importMeta",
  __dirname: "futures$dirname",
  __filename: "futures$filename",
};

const mentions: readonly (readonly [name: string, mention: RegExp])[] = [
  ["futures$importMeta", /\bimport\s*\.\s*meta\b/],
  ["futures$dirname", /\b__dirname\b/],
  ["futures$filename", /\b__filename\b/],
];
const needsTree = /^\s*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\s|\brequire\b|\bimport\s*\(|\bimport\s*\.\s*meta\s*\.\s*resolve\b/m;

const nothing = { requires: [], dynamicImports: [], resolved: [], classes: [] };

/**
 * Gives a text what it uses of its place.
 * @param isMain whether the file is the program that is run.
 * @param references reads the text's references; called only if the text looks like having some.
 * @returns the changed text, and the packages that it asks the places of.
 */
export function withScope(
  text: string,
  file: string,
  isMain: boolean,
  references: () => ModuleReferences,
): { text: string; resolved: readonly string[] } {
  const imports = mentions.filter(([, mention]) => mention.test(text)).map(([name]) => name);
  const { requires, dynamicImports, resolved, classes } = needsTree.test(text) ? references() : nothing;
  let changed = text;
  const replace = (word: "require" | "import", offsets: readonly number[]): string | undefined => {
    if (offsets.length === 0) return undefined;
    const substitute = unusedName(text, word.length);
    for (const offset of offsets) changed = changed.slice(0, offset) + substitute + changed.slice(offset + word.length);
    imports.push(`futures$${word} as ${substitute}`);
    return substitute;
  };
  const require = replace("require", requires);
  replace("import", dynamicImports);
  // `require.main === module`: the one change that moves columns, those of the first line of a CommonJS program.
  if (isMain && require && /\brequire\s*\.\s*main\b/.test(text)) {
    changed = changed.replace(/^(?:#!.*\n)?/, (shebang) => `${shebang}${require}.main = module; `);
  }
  // esbuild makes `var A = class _A` of a class that names itself, and `A2` of a second one.
  for (const name of classes) changed += `\nReflect.defineProperty(${name}, "name", { value: "${name}", configurable: true });`;
  if (imports.length > 0) changed += `\nimport { ${imports.join(", ")} } from ${JSON.stringify(`${virtual.scope}:${file}`)};\n`;
  return { text: changed, resolved };
}

/** A name that the text does not use. */
function unusedName(text: string, length: number): string {
  for (let number = 0; ; number += 1) {
    const name = `$${number.toString(36).padStart(length - 1, "_")}`;
    if (!text.includes(name)) return name;
  }
}

/**
 * The virtual module of a file's place.
 * @param resolved where the packages are that the file asks for, as URLs.
 */
export function scopeModule(file: string, isMain: boolean, resolved: Readonly<Record<string, string>>): string {
  return `import { createRequire, isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";
const url = ${JSON.stringify(pathToFileURL(file).href)};
const resolved = ${JSON.stringify(resolved)};
export const futures$filename = ${JSON.stringify(file)};
export const futures$dirname = ${JSON.stringify(path.dirname(file))};
export const futures$require = /* @__PURE__ */ createRequire(url);
function resolve(specifier) {
  if (/^(?:\\.{1,2}(?:\\/|$)|\\/)/.test(specifier)) return new URL(specifier, url).href;
  if (Object.hasOwn(resolved, specifier)) return resolved[specifier];
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : "node:" + specifier;
  if (/^[a-z][a-z+.-]+:/i.test(specifier)) return specifier;
  return pathToFileURL(futures$require.resolve(specifier)).href;
}
export const futures$importMeta = { dirname: futures$dirname, filename: futures$filename, main: ${isMain}, resolve: (specifier) => resolve(String(specifier)), url };
export const futures$import = async (specifier, options) => import(resolve(String(specifier)), options);
`;
}
