import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ImportKind, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import type { Overlay } from "./overlay.js";
import { isInstalled, isJavaScript, isLibrary, library, ModuleFormats, missingText, packageName, staysOutside } from "./packages.js";
import { virtual, virtualAddress } from "./virtual.js";

/** Marks our own question to esbuild's resolver. */
const asked = Symbol("asked");
const endings = [".tsx", ".ts", ".jsx", ".js", ".mts", ".cts", ".mjs", ".cjs", ".json"];

/** What the plugin has to know beside what esbuild asks it. */
export interface ResolveOptions {
  /** `file:` URL of the library for modules whose folder has none. */
  readonly libraryUrl: string;
  readonly overlay: () => Overlay;
  /** Whether the overlay may have files that are not on the disk. */
  readonly hasNewFiles: boolean;
  /** The URL of a file's own module, if it is to stay one instead of going into the bundle. */
  readonly separate?: (file: string) => Promise<string | undefined>;
}

/**
 * Packages stay imports: found now, from the file that wrote them, and named by their place, so that the bundle can lie anywhere. Files of the
 * workspace, and packages that are TypeScript, go into the bundle. Wherever esbuild can find a file by itself it must: a path that a plugin
 * gives it comes without the settings of its tsconfig.json and package.json.
 */
export function resolvePlugin(options: ResolveOptions): Plugin {
  return {
    name: "futures-resolve",
    setup(build) {
      const packages = new PackageResolver(build, options);
      build.onStart(() => packages.forget());
      build.onResolve({ filter: virtualAddress }, ({ path: address }) => {
        const [, namespace = "", argument = ""] = virtualAddress.exec(address) ?? [];
        return { path: argument, namespace };
      });
      build.onResolve({ filter: /^[./].*\.node$/ }, ({ path: specifier, resolveDir }) => ({
        path: path.resolve(resolveDir, specifier),
        namespace: virtual.required,
      }));
      if (options.separate) {
        build.onResolve({ filter: /^\.{0,2}(?:\/|$)|^[a-zA-Z]:[\\/]/ }, (args) => separateFile(build, args, options));
      }
      // Only then: every answer of ours costs a message to esbuild and back.
      if (options.hasNewFiles) build.onResolve({ filter: /^\.{0,2}(?:\/|$)|^[a-zA-Z]:[\\/]/ }, (args) => newFile(build, args, options.overlay()));
      build.onResolve({ filter: /^(?:[^./]|\.[^./]|\.\.[^/])/ }, (args) => packages.resolve(args));
    },
  };
}

/** A file that is not on the disk yet, or is imported from one; esbuild finds all others. */
async function newFile(build: PluginBuild, args: OnResolveArgs, overlay: Overlay): Promise<OnResolveResult | undefined> {
  if (args.pluginData === asked) return undefined;
  const { path: specifier, resolveDir, kind } = args;

  const target = path.resolve(resolveDir, specifier);
  if (kind === "entry-point") return existsSync(target) ? undefined : { path: target };
  const typed = target.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
  const candidates = [target, ...(typed === target ? [] : [typed, typed.replace(/\.ts$/, ".tsx")]), ...endings.map((ending) => target + ending)];
  const indexes = endings.map((ending) => path.join(target, `index${ending}`));
  const first = [...candidates, ...indexes].find(
    (candidate) => overlay.textOf(candidate) !== undefined || (candidate !== target && existsSync(candidate)),
  );
  if (first !== undefined && !existsSync(first)) return { path: first };
  if (existsSync(resolveDir)) return undefined;
  // In a folder that is not on the disk esbuild looks for nothing.
  const found = await build.resolve(target, { kind, importer: args.importer, resolveDir: existing(resolveDir), pluginData: asked });
  return found.errors.length === 0 ? { path: found.path } : undefined;
}

/** An import of a file that stays a module of its own; esbuild goes on with all others. */
async function separateFile(build: PluginBuild, args: OnResolveArgs, options: ResolveOptions): Promise<OnResolveResult | undefined> {
  if (args.pluginData === asked || !/^(?:import-statement|dynamic-import)$/.test(args.kind)) return undefined;
  const { path: specifier, kind, importer, resolveDir } = args;
  const added = options.hasNewFiles ? await newFile(build, args, options.overlay()) : undefined;
  const found = added ?? (await build.resolve(specifier, { kind, importer, resolveDir: existing(resolveDir), pluginData: asked }));
  if (!found.path || ("namespace" in found && found.namespace !== "file")) return undefined;
  const url = await options.separate?.(found.path);
  return url === undefined ? undefined : { path: url, external: true };
}

class PackageResolver {
  readonly #build: PluginBuild;
  readonly #options: ResolveOptions;
  #formats = new ModuleFormats();
  #results = new Map<string, Promise<OnResolveResult | undefined>>();

  constructor(build: PluginBuild, options: ResolveOptions) {
    this.#build = build;
    this.#options = options;
  }

  /** What was found is asked again in the next build: packages come and go. */
  forget(): void {
    this.#formats = new ModuleFormats();
    this.#results = new Map();
  }

  resolve(args: OnResolveArgs): Promise<OnResolveResult | undefined> | OnResolveResult | undefined {
    if (args.pluginData === asked || args.kind === "entry-point") return undefined;
    const { path: specifier, kind } = args;
    if (isBuiltin(specifier)) {
      const name = specifier.startsWith("node:") ? specifier : `node:${specifier}`;
      return kind === "require-call" ? { path: name, namespace: virtual.required } : { path: name, external: true };
    }
    if (specifier.startsWith("file:")) return { path: fileURLToPath(specifier) };
    if (/^(?:data|https?):/.test(specifier)) return undefined;
    const key = `${args.resolveDir}\0${kind}\0${specifier}`;
    let result = this.#results.get(key);
    if (!result) {
      result = this.#find(args);
      this.#results.set(key, result);
    }
    return result;
  }

  async #find({ path: specifier, kind, importer, resolveDir }: OnResolveArgs): Promise<OnResolveResult | undefined> {
    const found = await this.#build.resolve(specifier, { kind, importer, resolveDir: existing(resolveDir), pluginData: asked });
    const isFound = found.errors.length === 0;
    // The library's own source is found through a tsconfig.json in its repository; what runs is what was built of it.
    if (isLibrary(specifier) && !(isFound && isJavaScript(found.path))) {
      if (specifier === library) return this.#outside(this.#builtFile(this.#options.libraryUrl, kind), kind);
      // Of a library that is installed but has no such part ours would be no part.
      const isCluster = specifier === `${library}/cluster`;
      if (isCluster && !isInstalled(library, resolveDir)) return this.#outside(this.#builtFile("../cluster/index.js", kind), kind);
    }
    if (!isFound) return this.#missing(specifier, kind, resolveDir);
    if (found.external || found.namespace !== "file") return found;
    if (isLibrary(specifier) || staysOutside(found.path)) return this.#outside(found.path, kind);
    const url = kind === "require-call" ? undefined : await this.#options.separate?.(found.path);
    return url === undefined ? undefined : { path: url, external: true };
  }

  /** Node loads the file itself: by its URL if it is an ES module or the import is dynamic, else by `require`. */
  async #outside(target: string, kind: ImportKind): Promise<OnResolveResult> {
    const native = !target.endsWith(".node") && kind !== "require-call" && (kind === "dynamic-import" || (await this.#formats.isESModule(target)));
    return native ? { path: pathToFileURL(target).href, external: true } : { path: target, namespace: virtual.required };
  }

  /** @param place from the library. */
  #builtFile(place: string, kind: ImportKind): string {
    const built = fileURLToPath(new URL(place, this.#options.libraryUrl));
    return kind === "require-call" ? built.replace(/\.js$/, ".cjs") : built;
  }

  #missing(specifier: string, kind: ImportKind, folder: string): OnResolveResult | undefined {
    // esbuild says best what is wrong with a package that is there.
    const isThere = specifier.startsWith("#") || isInstalled(packageName(specifier), folder);
    if (kind === "import-statement") return isThere ? undefined : { errors: [{ text: missingText(specifier) }] };
    // A module may be ready to live without it.
    return { path: specifier, namespace: virtual.missing, warnings: [{ text: missingText(specifier) }] };
  }
}

/** esbuild looks for packages from an existing folder only. */
function existing(folder: string): string {
  const parent = path.dirname(folder);
  return existsSync(folder) || parent === folder ? folder : existing(parent);
}
