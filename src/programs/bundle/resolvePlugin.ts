import { isBuiltin } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { ImportKind, OnResolveArgs, OnResolveResult, Plugin, PluginBuild, ResolveResult } from "esbuild";
import { sourceScheme } from "./sourceIdentity.js";

const library = "concurrent-futures";
/** Marks our own question to esbuild's resolver. */
const asked = Symbol("asked");
const modules = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];

export interface ResolveOptions {
  /** `file:` URL of the library for modules whose folder has none. */
  readonly libraryUrl: string;
  readonly overlay: () => ReadonlyMap<string, string>;
}

/**
 * Packages stay imports: found now, from the file that wrote them, and named by their place, so that the bundle can lie anywhere. Files of the
 * workspace, and packages that are TypeScript, go into the bundle.
 */
export function resolvePlugin(options: ResolveOptions): Plugin {
  return {
    name: "resolve",
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => resolve(build, args, options));
    },
  };
}

async function resolve(build: PluginBuild, args: OnResolveArgs, options: ResolveOptions): Promise<OnResolveResult | undefined> {
  if (args.pluginData === asked) return undefined;
  if (args.kind === "entry-point") return { path: args.path };
  if (args.path.startsWith(sourceScheme)) return { path: args.path.slice(sourceScheme.length), namespace: sourceScheme };
  if (isBuiltin(args.path)) return { path: args.path.startsWith("node:") ? args.path : `node:${args.path}`, external: true };
  if (/^(data|https?):/.test(args.path)) return { path: args.path, external: true };
  const unsaved = inOverlay(args, options.overlay());
  if (unsaved) return { path: unsaved };
  const found = await build.resolve(args.path, { kind: args.kind, importer: args.importer, resolveDir: args.resolveDir, pluginData: asked });
  if (isLibrary(args.path)) return { path: addressOf(found.errors.length > 0 ? options.libraryUrl : found.path, args.kind), external: true };
  if (found.errors.length > 0) return { errors: [{ text: unresolved(args.path) }], warnings: found.warnings };
  if (found.external || found.namespace !== "file") return found;
  return staysImport(found)
    ? { path: addressOf(found.path, args.kind), external: true }
    : { path: found.path, sideEffects: found.sideEffects, suffix: found.suffix };
}

function isLibrary(specifier: string): boolean {
  return specifier === library || specifier.startsWith(`${library}/`);
}

function staysImport({ path: file }: ResolveResult): boolean {
  return file.endsWith(".node") || (/[\\/]node_modules[\\/]/.test(file) && /\.[cm]?js$/.test(file));
}

/** `import` takes URLs, `require` takes paths. */
function addressOf(place: string, kind: ImportKind): string {
  const isUrl = place.startsWith("file:");
  if (kind === "require-call" || kind === "require-resolve") return isUrl ? decodeURIComponent(new URL(place).pathname) : place;
  return isUrl ? place : pathToFileURL(place).href;
}

/** A file that is not on the disk yet is found by the names that a resolver would try. */
function inOverlay({ path: specifier, resolveDir }: OnResolveArgs, overlay: ReadonlyMap<string, string>): string | undefined {
  if (overlay.size === 0 || !/^\.{0,2}\//.test(specifier)) return undefined;
  const target = path.resolve(resolveDir, specifier);
  const bare = target.replace(/\.([cm]?)jsx?$/, "");
  const candidates = [target, ...modules.flatMap((ending) => [target + ending, bare + ending, path.join(target, `index${ending}`)])];
  return candidates.find((candidate) => overlay.has(candidate));
}

function unresolved(specifier: string): string {
  if (/^\.{0,2}\//.test(specifier)) return `Cannot find the file "${specifier}"`;
  const parts = specifier.split("/");
  const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
  return `Cannot find the package "${specifier}": install it with "npm install ${name}" in the folder of this file, or check the paths of its tsconfig.json`;
}
