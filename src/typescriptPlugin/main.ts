/** Entry of the plugin of TypeScript's server: what the editor tells of a cell is what is true of it in its notebook. */
import path from "node:path";
import { contextOf } from "./cellContext.js";
import { Cells, isCell, notebookOf } from "./cells.js";
import type { Diagnostic, LanguageServiceHost, PluginCreateInfo, ResolvedModule, Snapshot, TypeScript } from "./tsserver.js";

/** What the extension tells: the cells of each open notebook, in order, by the fragments of their URIs. */
export interface PluginConfiguration {
  readonly notebooks?: Readonly<Record<string, readonly string[]>>;
}

/** `Cannot assign to 'a' because it is an import`: it is a variable of another cell. */
const assignsToImport = 2632;
const library = "concurrent-futures";

let configuration: PluginConfiguration = {};
const listeners = new Set<() => void>();

/** The host of a project, as it is for cells. */
class CellHost {
  readonly #ts: TypeScript;
  readonly #host: LanguageServiceHost;
  readonly #cells: Cells;
  readonly #snapshot: LanguageServiceHost["getScriptSnapshot"];
  #arrangedBy: PluginConfiguration | undefined;

  constructor(ts: TypeScript, host: LanguageServiceHost) {
    this.#ts = ts;
    this.#host = host;
    this.#snapshot = host.getScriptSnapshot.bind(host);
    const version = host.getScriptVersion.bind(host);
    const settings = host.getCompilationSettings.bind(host);
    const projectVersion = host.getProjectVersion?.bind(host);
    const resolve = host.resolveModuleNameLiterals?.bind(host);
    this.#cells = new Cells({ names: () => host.getScriptFileNames(), version, text: (fileName) => textOf(this.#snapshot(fileName)) });
    // Asked before anything else, whenever the program may be another one.
    host.getProjectVersion = () => {
      this.#cells.refresh(configuration.notebooks ?? {}, this.#arrangedBy !== configuration);
      this.#arrangedBy = configuration;
      return `${projectVersion?.() ?? ""} ${this.#cells.version}`;
    };
    host.getScriptSnapshot = (fileName) => (isCell(fileName) ? this.#withContext(fileName) : this.#snapshot(fileName));
    host.getScriptVersion = (fileName) => (isCell(fileName) ? `${version(fileName)} ${this.#cells.version}` : version(fileName));
    host.getCompilationSettings = () => (this.#cells.isEmpty ? settings() : { ...settings(), ...this.#settings });
    if (!resolve) return;
    host.resolveModuleNameLiterals = (literals, containingFile, ...rest) =>
      isCell(containingFile)
        ? literals.map(({ text }) => this.#resolve(text, notebookOf(containingFile)))
        : resolve(literals, containingFile, ...rest);
  }

  /** Whether a message is about the cell's own text. */
  isOwn(fileName: string, { start = 0, code }: Diagnostic): boolean {
    return !isCell(fileName) || (start < (this.#cells.textOf(fileName)?.length ?? 0) && code !== assignsToImport);
  }

  get #settings(): Record<string, unknown> {
    return {
      module: this.#ts.ModuleKind.ESNext,
      target: this.#ts.ScriptTarget.ESNext,
      moduleResolution: this.#ts.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      noEmit: true,
    };
  }

  /** @param place from where it is written. Not asked of the project: that keeps the answers for a file together, and a notebook has many cells. */
  #resolve(specifier: string, place: string): ResolvedModule {
    if (isCell(specifier)) return found(specifier, ".ts");
    const resolved = this.#ts.resolveModuleName(specifier, place, this.#host.getCompilationSettings(), this.#host);
    if (resolved.resolvedModule || (specifier !== library && !specifier.startsWith(`${library}/`))) return resolved;
    const types = specifier === `${library}/cluster` ? "cluster.d.mts" : "index.d.mts";
    return found(path.join(__dirname, "..", "..", "dist", "types", types), ".d.mts");
  }

  #withContext(fileName: string): Snapshot | undefined {
    const text = textOf(this.#snapshot(fileName));
    if (text === undefined) return undefined;
    return this.#ts.ScriptSnapshot.fromString(text + contextOf(this.#cells.namesOf(fileName), this.#cells.namesFromOthers(fileName)));
  }
}

function textOf(snapshot: Snapshot | undefined): string | undefined {
  return snapshot?.getText(0, snapshot.getLength());
}

function found(resolvedFileName: string, extension: string): ResolvedModule {
  return { resolvedModule: { resolvedFileName, extension, isExternalLibraryImport: false } };
}

/** What TypeScript's server calls: the module itself, when it is built. */
export function init({ typescript }: { readonly typescript: TypeScript }): {
  create(info: PluginCreateInfo): unknown;
  onConfigurationChanged(changed: PluginConfiguration): void;
} {
  return {
    create(info) {
      const host = new CellHost(typescript, info.languageServiceHost);
      const listener = (): void => {
        if (info.project.isClosed?.()) {
          listeners.delete(listener);
          return;
        }
        info.project.markAsDirty?.();
        info.project.refreshDiagnostics();
      };
      listeners.add(listener);
      const service = info.languageService;
      for (const name of ["getSemanticDiagnostics", "getSyntacticDiagnostics", "getSuggestionDiagnostics"] as const) {
        const ask = service[name].bind(service);
        service[name] = (fileName) => ask(fileName).filter((diagnostic) => host.isOwn(fileName, diagnostic));
      }
      return service;
    },
    onConfigurationChanged(changed) {
      configuration = changed;
      for (const listener of listeners) listener();
    },
  };
}
