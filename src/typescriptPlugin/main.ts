/** Entry of the plugin of TypeScript's server: what the editor tells of a cell is what is true of it in its notebook. */
import path from "node:path";
import { type CellNames, contextOf, type KnownCell, namesOf } from "./cellContext.js";
import type { Diagnostic, LanguageServiceHost, PluginCreateInfo, ResolvedModule, Snapshot, TypeScript } from "./tsserver.js";

/** What the extension tells: the cells of each open notebook, in order, by the fragments of their URIs. */
export interface PluginConfiguration {
  readonly notebooks?: Readonly<Record<string, readonly string[]>>;
}

/** A cell's file: `^/vscode-notebook-cell/ts-nul-authority/folder/book.nb.ts#W0sZmlsZQ==`, or that below the folder of the project. */
const cellFile = /(?:^|\/)\^\/vscode-notebook-cell\/[^/]+(\/.*)#([^#]*?)(?:\.tsx?)?$/;
/** `Cannot assign to 'a' because it is an import`: it is a variable of another cell. */
const assignsToImport = 2632;
const library = "concurrent-futures";

let configuration: PluginConfiguration = {};
const listeners = new Set<() => void>();

interface CellText {
  readonly version: string;
  readonly length: number;
  /** Of the last text that did parse. */
  readonly names: CellNames | undefined;
}

/** The host of a project, as it is for cells. */
class CellHost {
  readonly #ts: TypeScript;
  readonly #host: LanguageServiceHost;
  readonly #snapshot: LanguageServiceHost["getScriptSnapshot"];
  readonly #version: LanguageServiceHost["getScriptVersion"];
  readonly #cells = new Map<string, CellText>();

  constructor(ts: TypeScript, host: LanguageServiceHost) {
    this.#ts = ts;
    this.#host = host;
    this.#snapshot = host.getScriptSnapshot.bind(host);
    this.#version = host.getScriptVersion.bind(host);
    const settings = host.getCompilationSettings.bind(host);
    host.getScriptSnapshot = (fileName) => (isCell(fileName) ? this.#withContext(fileName) : this.#snapshot(fileName));
    host.getScriptVersion = (fileName) => (isCell(fileName) ? this.#contextVersion(fileName) : this.#version(fileName));
    host.getCompilationSettings = () => (host.getScriptFileNames().some(isCell) ? { ...settings(), ...this.#settings } : settings());
    const resolve = host.resolveModuleNameLiterals?.bind(host);
    if (resolve) {
      host.resolveModuleNameLiterals = (literals, containingFile, ...rest) =>
        isCell(containingFile)
          ? literals.map(({ text }) => this.#resolve(text, placeOf(containingFile)))
          : resolve(literals, containingFile, ...rest);
    }
  }

  /** Whether a message is about the cell's own text. */
  isOwn(fileName: string, { start = 0, code }: Diagnostic): boolean {
    return !isCell(fileName) || (start < (this.#textOf(fileName)?.length ?? 0) && code !== assignsToImport);
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
    return found(path.join(__dirname, "..", "..", "dist", "types", "index.d.mts"), ".d.mts");
  }

  #withContext(fileName: string): Snapshot | undefined {
    const snapshot = this.#snapshot(fileName);
    if (!snapshot) return undefined;
    const { before, behind } = this.#neighbours(fileName);
    return this.#ts.ScriptSnapshot.fromString(snapshot.getText(0, snapshot.getLength()) + contextOf(this.#textOf(fileName)?.names, before, behind));
  }

  /** Another one also when the names of other cells have changed. */
  #contextVersion(fileName: string): string {
    const { before, behind } = this.#neighbours(fileName);
    const names = [...before, { fileName: "", names: { all: [], exported: [] } }, ...behind].map(
      (cell) => `${cell.fileName} ${cell.names.all.join()}`,
    );
    return `${this.#version(fileName)} ${names.join(";")}`;
  }

  #neighbours(fileName: string): { before: KnownCell[]; behind: KnownCell[] } {
    const [, notebook = "", own = ""] = cellFile.exec(fileName) ?? [];
    const order = configuration.notebooks?.[notebook] ?? [];
    const place = order.indexOf(own);
    const files = this.#host.getScriptFileNames();
    const known = order.map((fragment) => {
      const other = files.find((file) => {
        const [, itsNotebook, itsFragment] = cellFile.exec(file) ?? [];
        return itsNotebook === notebook && itsFragment === fragment;
      });
      const names = other === undefined || other === fileName ? undefined : this.#textOf(other)?.names;
      return other !== undefined && names ? [{ fileName: other, names }] : [];
    });
    return { before: known.slice(0, Math.max(0, place)).flat(), behind: known.slice(place + 1).flat() };
  }

  #textOf(fileName: string): CellText | undefined {
    const version = this.#version(fileName);
    const known = this.#cells.get(fileName);
    if (known?.version === version) return known;
    const snapshot = this.#snapshot(fileName);
    if (!snapshot) return undefined;
    const text = snapshot.getText(0, snapshot.getLength());
    const made = { version, length: text.length, names: namesOf(text) ?? known?.names };
    this.#cells.set(fileName, made);
    return made;
  }
}

function isCell(fileName: string): boolean {
  return cellFile.test(fileName);
}

/** A file beside the notebook: from there the imports of its cells are found. */
function placeOf(fileName: string): string {
  return cellFile.exec(fileName)?.[1] ?? fileName;
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
      listeners.add(() => {
        info.project.markAsDirty?.();
        info.project.refreshDiagnostics();
      });
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
