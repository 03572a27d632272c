import { pathToFileURL } from "node:url";
import { compilerOptionsOf } from "../../programs/bundle/tsconfig.js";
import { compileCell } from "../../programs/cells/compileCell.js";
import { ModuleGraph } from "../../programs/cells/moduleGraph.js";
import type { CompiledCell, DeclaredName } from "../../programs/cells/types.js";
import { ContentFiles } from "../../programs/contentFiles.js";
import { digest } from "../../programs/digest.js";
import { BuildError } from "../../programs/errors.js";
import type { RunCellMessage } from "../../protocol/cells.js";
import type { CellRun } from "./types.js";

/** Compiled cells that are kept to be run again. */
const keptCells = 500;

const globals = new Set(Object.getOwnPropertyNames(globalThis));

/** A cell as a module. */
interface Compiled {
  readonly cell: CompiledCell;
  readonly url: string;
}

/** A cell as it is sent to the session. */
export interface BuiltCell extends Pick<RunCellMessage, "url" | "imports" | "changed"> {
  readonly declared: readonly DeclaredName[];
  /** For the user. */
  readonly warning?: string;
}

export interface CellBuilderOptions {
  readonly notebook: string;
  readonly libraryUrl: string;
  /** The session's own. */
  readonly directory: string;
}

/** Makes modules of cells, in the order in which a session runs them: what the ones before have declared and imported counts. */
export class CellBuilder {
  readonly #options: CellBuilderOptions;
  readonly #files: ContentFiles;
  readonly #graph: ModuleGraph;
  readonly #names = new Map<string, DeclaredName>();
  /** What cells have imported, and where the session has it from. */
  readonly #imported = new Map<string, string>();
  /** By all that they were compiled from; the oldest first. */
  readonly #compiled = new Map<string, Compiled>();
  #texts: CellRun["texts"] = new Map();

  constructor(options: CellBuilderOptions) {
    this.#options = options;
    this.#files = new ContentFiles(options.directory);
    this.#graph = new ModuleGraph(options);
  }

  /** @throws BuildError when the cell, or what it imports, does not compile or is not to be had. */
  async build(cell: CellRun): Promise<BuiltCell> {
    this.#texts = cell.texts;
    const { changed, warning } = await this.#changedImports(cell.texts);
    const { cell: compiled, url } = await this.#compile(cell);
    const specifiers = compiled.imports.map(({ module }) => module);
    const urls = await this.#graph.resolve(specifiers, cell.texts);
    const imports = compiled.imports.map(({ module, attributes }) => {
      return { specifier: module, url: urls.get(module) as string, ...(attributes && { attributes }) };
    });
    return { url, imports, changed, declared: compiled.declared, ...(warning !== undefined && { warning }) };
  }

  /** The cell is run: from now on its names are those of the session. */
  commit({ declared, imports, changed, warning }: BuiltCell): void {
    if (warning === undefined) this.#graph.settle();
    for (const name of declared) this.#names.set(name.name, name);
    for (const { specifier, url } of imports) this.#imported.set(specifier, url);
    for (const [specifier, url] of Object.entries(changed)) this.#imported.set(specifier, url);
  }

  /** Where an import leads that a cell makes while it runs. @throws BuildError */
  async resolve(specifier: string): Promise<string> {
    const url = (await this.#graph.resolve([specifier], this.#texts)).get(specifier) ?? specifier;
    this.#imported.set(specifier, url);
    return url;
  }

  /** What was compiled from the same text among the same names is still there. */
  async #compile({ text, language, source, firstLine = 1 }: CellRun): Promise<Compiled> {
    const compilerOptions = await compilerOptionsOf(this.#options.notebook);
    const key = digest(text, language, source, String(firstLine), JSON.stringify(compilerOptions), JSON.stringify([...this.#names.values()]));
    const known = this.#compiled.get(key);
    if (known) return known;
    const cell = await compileCell({ text, language, source, firstLine, known: this.#names, globals, compilerOptions });
    const compiled = { cell, url: await this.#write(cell) };
    this.#compiled.set(key, compiled);
    for (const [oldest] of this.#compiled) if (this.#compiled.size > keptCells) this.#compiled.delete(oldest);
    return compiled;
  }

  /** What earlier cells have imported and is not what it was. While it does not compile, the session has what it was. */
  async #changedImports(texts: CellRun["texts"]): Promise<{ changed: Record<string, string>; warning?: string }> {
    await this.#graph.refresh(texts);
    if (!this.#graph.hasGaps) return { changed: {} };
    try {
      const urls = await this.#graph.resolve([...this.#imported.keys()], texts);
      return { changed: Object.fromEntries([...urls].filter(([specifier, url]) => this.#imported.get(specifier) !== url)) };
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      return { changed: {}, warning: `An imported file was changed and does not compile; what it was before is used. ${error.message}\n` };
    }
  }

  async #write({ code, map }: CompiledCell): Promise<string> {
    const name = `${digest(code, map)}.cell.mjs`;
    await this.#files.write(`${name}.map`, map);
    await this.#files.write(name, `${code}//# sourceMappingURL=${name}.map\n`);
    return pathToFileURL(this.#files.pathOf(name)).href;
  }
}
