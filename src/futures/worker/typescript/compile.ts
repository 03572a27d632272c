import { createRequire } from "node:module";
import path from "node:path";
import { advice } from "./advice.js";
import type { Compiler, CompilerPackage } from "./compiler.js";
import { esbuildPackage } from "./esbuild.js";
import { type Format, formatOf } from "./format.js";
import { configOf, type TsConfig } from "./tsconfig.js";
import { typescriptPackage } from "./typescriptApi.js";

/** A TypeScript file as JavaScript, with its source map at its end. */
export interface Compiled {
  readonly format: Format;
  readonly source: string;
}

/** True where Node itself can take the types away from a file. */
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

/**
 * Compiles a TypeScript file with what the user has installed; blocks.
 * @param as what it is to become, if that is not for the file to say.
 * @returns `undefined` if there is no compiler, and Node itself can take the types away.
 * @throws SyntaxError for text that is no TypeScript; TypeError if nothing can compile it; what reading tsconfig.json and package.json throws.
 */
export function compileSync(text: string, file: string, as?: Format): Compiled | undefined {
  const config = configOf(path.dirname(file));
  const compiler = compilerFor(file, text, config);
  if (!compiler) return undefined;
  const format = as ?? formatOf(file, text, config);
  return { format, source: compiler.compileSync({ text, file, format, config }) };
}

/** {@link compileSync} without blocking. */
export async function compile(text: string, file: string): Promise<Compiled | undefined> {
  const config = configOf(path.dirname(file));
  const compiler = compilerFor(file, text, config);
  if (!compiler) return undefined;
  const format = formatOf(file, text, config);
  return { format, source: await compiler.compile({ text, file, format, config }) };
}

const compilers = new Map<string, Compiler | undefined>();

/** Looks from the file's folder, then from the working directory: for esbuild, or else for TypeScript. */
function compilerFor(file: string, text: string, { options }: TsConfig): Compiler | undefined {
  // The metadata of types for decorators is the one thing that esbuild does not make.
  const metadata = options["emitDecoratorMetadata"] === true && text.includes("@");
  const key = `${path.dirname(file)} ${metadata}`;
  if (!compilers.has(key)) compilers.set(key, search(file, metadata ? [typescriptPackage, esbuildPackage] : [esbuildPackage, typescriptPackage]));
  const compiler = compilers.get(key);
  if (compiler || (stripsTypes && !file.endsWith(".tsx"))) return compiler;
  const reason = stripsTypes ? "Node's own type stripping takes no JSX" : `Node ${process.versions.node} cannot load it by itself`;
  const sought = `neither esbuild nor the API of typescript was found from its folder or from ${process.cwd()}`;
  throw new TypeError(`${file} is TypeScript, and ${sought}; ${reason}. ${advice}`);
}

/** By the place of their packages: one of each, however many folders it serves. */
const loaded = new Map<string, Compiler | undefined>();

function search(file: string, packages: readonly CompilerPackage[]): Compiler | undefined {
  const places = [file, path.join(process.cwd(), "here")].map((place) => createRequire(place));
  for (const { name, load } of packages) {
    for (const require of places) {
      const place = placeOf(name, require);
      if (place === undefined) continue;
      if (!loaded.has(place)) loaded.set(place, load(place, require));
      const compiler = loaded.get(place);
      if (compiler) return compiler;
    }
  }
  return undefined;
}

function placeOf(name: string, require: NodeJS.Require): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined; // not installed
  }
}
