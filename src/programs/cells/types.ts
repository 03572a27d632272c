/** How a name of a session came to be. */
export type NameKind = "const" | "let" | "var" | "function" | "class" | "import";

/** A name that stands for an export of a module. */
export interface ImportedName {
  /** The module's specifier, as it is written. */
  readonly module: string;
  /** Name of the export; `*`: all of them. */
  readonly name: string;
}

/** A name that a cell gives a session. */
export interface DeclaredName {
  readonly name: string;
  readonly kind: NameKind;
  /** Of an import. */
  readonly from?: ImportedName;
}

/** What a cell imports: it has to be in the scope, as {@link moduleName} of it, before the cell is called. */
export interface CellImport {
  readonly module: string;
  /** Of `with { type: "json" }`. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A cell as a module: its default export is an async function of the session's scope, see `kernel/session/scope.ts`. */
export interface CompiledCell {
  readonly code: string;
  /** Source map as JSON, to the cell's text. */
  readonly map: string;
  readonly declared: readonly DeclaredName[];
  readonly imports: readonly CellImport[];
  /** Whether the last statement is an expression: the cell's result. */
  readonly hasResult: boolean;
}

/** What the cells before have declared. */
export type SessionNames = ReadonlyMap<string, DeclaredName>;
