/**
 * The workspace's modules that a session has imported, each a module of its own: two cells that import one get the same one. A module that was
 * changed, and all that import it, get new names, so that a later import gets them as they are then; all others keep their state.
 */
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { analyzeModule } from "../../analysis/analyzeModule.js";
import { languageOf } from "../../analysis/language.js";
import { Bundler } from "../bundle/bundler.js";
import { commonJSNames } from "../bundle/entry.js";
import { displayNames, Overlay, realPathOf } from "../bundle/overlay.js";
import { configOf } from "../bundle/tsconfig.js";
import { ContentFiles } from "../contentFiles.js";
import { digest } from "../digest.js";
import { BuildError } from "../errors.js";

export interface ModuleGraphOptions {
  /** Where the modules go: a folder of the session's own. */
  readonly directory: string;
  /** `file:` URL of the built library, for modules whose folder has none. */
  readonly libraryUrl: string;
  /** Absolute path of the notebook: its imports are found from there. */
  readonly notebook: string;
}

interface Module {
  /** Part of its name; another when it was changed. */
  readonly version: number;
  /** What its files were when it was built, by path. */
  readonly stamps: ReadonlyMap<string, string>;
  /** Modules that it imports. */
  readonly imports: ReadonlySet<string>;
}

/** What esbuild makes of the lines that ask it where an import leads. */
const importLine = /^\s*(?:var |export const )?m(\d+) = \(\) => import\(("[^"]+")\)/gm;

/** Texts by absolute path that win over the disk. */
type Texts = ReadonlyMap<string, string>;

export class ModuleGraph {
  readonly #options: ModuleGraphOptions;
  readonly #files: ContentFiles;
  /** By real path. */
  readonly #modules = new Map<string, Module>();
  readonly #versions = new Map<string, number>();
  readonly #stamps = new Stamps();
  #hasGaps = false;

  /** Something was changed, and may be imported from another place: until {@link settle}. */
  get hasGaps(): boolean {
    return this.#hasGaps;
  }

  /** Whoever imports has all as it is now. */
  settle(): void {
    this.#hasGaps = false;
  }

  constructor(options: ModuleGraphOptions) {
    this.#options = options;
    this.#files = new ContentFiles(options.directory);
  }

  /**
   * Finds what the notebook imports, and builds what was not built yet.
   * @param specifiers as they are written.
   * @returns the URL of each; those of Node's own modules are `node:…`.
   * @throws BuildError when one is not to be had, or does not compile.
   */
  async resolve(specifiers: readonly string[], texts: Texts): Promise<ReadonlyMap<string, string>> {
    if (specifiers.length === 0) return new Map();
    const { notebook } = this.#options;
    const lines = specifiers.map((specifier, place) => `export const m${place} = () => import(${JSON.stringify(specifier)});`).join("\n");
    // A notebook may not be on the disk yet.
    const overlay = await Overlay.of(existsSync(notebook) ? texts : new Map([...texts, [notebook, lines]]));
    const { code, warnings } = await this.#bundle(notebook, lines, overlay, new Set());
    const urls = new Map<string, string>();
    for (const [, place, url] of code.matchAll(importLine)) urls.set(specifiers[Number(place)] as string, JSON.parse(url as string) as string);
    for (const specifier of specifiers) {
      if (!urls.has(specifier))
        throw new BuildError([{ message: warnings.find((text) => text.includes(specifier)) ?? `cannot import "${specifier}"` }]);
    }
    return urls;
  }

  /** Forgets what was changed since it was built. */
  async refresh(texts: Texts): Promise<void> {
    const overlay = await Overlay.of(texts);
    const changed = new Set<string>();
    for (const [file, { stamps }] of this.#modules) {
      for (const [input, stamp] of stamps) if ((await this.#stamps.of(input, overlay)) !== stamp) changed.add(file);
    }
    for (let more = changed.size > 0; more; ) {
      more = false;
      for (const [file, { imports }] of this.#modules) {
        if (changed.has(file) || ![...imports].some((imported) => changed.has(imported))) continue;
        changed.add(file);
        more = true;
      }
    }
    for (const file of changed) this.#modules.delete(file);
    if (changed.size > 0) this.#hasGaps = true;
  }

  /** Bundles a module without the modules that it imports, and then those. */
  async #bundle(file: string, text: string, overlay: Overlay, underWay: Set<string>): Promise<Awaited<ReturnType<Bundler["bundle"]>>> {
    const real = await realPathOf(file);
    const kind = file === this.#options.notebook ? "esm" : await kindOf(real, overlay);
    const imported = new Set<string>();
    const config = await configOf(real);
    const bundler = new Bundler({
      file: real,
      language: languageOf(real) ?? "ts",
      format: kind === "commonjs" ? "commonjs" : "esm",
      main: false,
      stoppable: true,
      libraryUrl: this.#options.libraryUrl,
      tsconfig: config && (!config.isNearest || overlay.hasNewFiles) ? config.path : undefined,
      hasNewFiles: overlay.hasNewFiles,
      display: displayNames(file, real),
      separate: async (target) => {
        // What a CommonJS module requires goes into it, and what it is imported by: it is run once for each.
        const itsKind = await kindOf(target, overlay);
        if (itsKind === undefined || (itsKind !== "esm" && file !== this.#options.notebook)) return undefined;
        imported.add(target);
        return this.#urlOf(target);
      },
    });
    try {
      const bundle = await bundler.bundle({ text: contentsOf(text, kind), overlay });
      if (file !== this.#options.notebook) await this.#keep(real, bundle, imported, overlay);
      for (const target of imported) {
        if (this.#modules.has(target) || underWay.has(target)) continue;
        underWay.add(target);
        await this.#bundle(target, await textOf(target, overlay), overlay, underWay);
      }
      return bundle;
    } finally {
      await bundler.dispose();
    }
  }

  async #keep(
    file: string,
    { code, map, inputs }: Awaited<ReturnType<Bundler["bundle"]>>,
    imports: ReadonlySet<string>,
    overlay: Overlay,
  ): Promise<void> {
    const version = this.#versionOf(file);
    const name = path.basename(new URL(this.#urlOf(file)).pathname);
    await this.#files.write(`${name}.map`, map);
    await this.#files.write(name, `${code}//# sourceMappingURL=${name}.map\n`);
    const stamps = new Map<string, string>();
    for (const input of new Set([file, ...inputs])) stamps.set(input, await this.#stamps.of(input, overlay));
    this.#modules.set(file, { version, stamps, imports });
    this.#versions.set(file, version);
  }

  #urlOf(file: string): string {
    return pathToFileURL(this.#files.pathOf(`${digest(file)}-${this.#versionOf(file)}.mjs`)).href;
  }

  /** One more than it had before it was changed. */
  #versionOf(file: string): number {
    return this.#modules.get(file)?.version ?? (this.#versions.get(file) ?? 0) + 1;
  }
}

type Kind = "esm" | "commonjs" | "json";

/** What a file of ours is built as; `undefined`: it is none that can be a module of its own. */
async function kindOf(file: string, overlay: Overlay): Promise<Kind | undefined> {
  if (file.endsWith(".json")) return "json";
  const language = languageOf(file);
  return language && analyzeModule(await textOf(file, overlay), language).format;
}

function contentsOf(text: string, kind: Kind | undefined): string {
  if (kind === "json") return `export default ${text};`;
  // As `entryOf` does: the names are put where the entry before it finds them.
  return kind === "commonjs" ? text + commonJSNames : text;
}

async function textOf(file: string, overlay: Overlay): Promise<string> {
  return overlay.textOf(file) ?? (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
}

/** The content of files, so that one that is saved, or written anew as it was, is not another. */
class Stamps {
  readonly #known = new Map<string, { readonly time: number; readonly size: number; readonly stamp: string }>();

  async of(file: string, overlay: Overlay): Promise<string> {
    const text = overlay.textOf(file);
    if (text !== undefined) return digest(text);
    try {
      const { mtimeMs: time, size } = await stat(file);
      const known = this.#known.get(file);
      if (known?.time === time && known.size === size) return known.stamp;
      const stamp = digest(await textOf(file, overlay));
      this.#known.set(file, { time, size, stamp });
      return stamp;
    } catch {
      return "gone";
    }
  }
}
