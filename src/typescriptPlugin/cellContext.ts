/**
 * What TypeScript is told of a cell beside its text, all of it behind the text so that nothing moves: that the cell is a module (so `await` stands at
 * its top level and names of other cells are no duplicates), what it gives to other cells, and what it has from them.
 */
import type { Statement } from "@babel/types";
import { bindingsOf } from "../analysis/bindings.js";
import { tryParse } from "../analysis/parse.js";
import { declarationOf } from "../analysis/syntax.js";

/** Names of a cell's top level. */
export interface CellNames {
  readonly all: readonly string[];
  /** Exported by the text itself. */
  readonly exported: readonly string[];
}

/** What every cell has: see `kernel/session/display.ts`. */
const everywhere: Readonly<Record<string, string>> = {
  display:
    "declare const display: { (value: unknown): Promise<void>; html(markup: string): void; markdown(text: string): void; svg(markup: string): void; png(bytes: Uint8Array): void; jpeg(bytes: Uint8Array): void; json(value: unknown): void; vegaLite(spec: unknown): void; bundle(bundle: Record<string, unknown>): void };",
  clear: "declare function clear(): void;",
  progress: "declare function progress(value: number, total?: number): void;",
};

const noNames: CellNames = { all: [], exported: [] };

/** The names of a text; those of one that does not parse are not known. */
export function namesOf(text: string): CellNames | undefined {
  const parsed = tryParse(text, "ts");
  if (!("body" in parsed)) return undefined;
  const types = parsed.body.flatMap(typesOf);
  return {
    all: [...new Set([...bindingsOf(parsed.body), ...types])],
    exported: parsed.body.flatMap((statement) => (statement.type === "ExportNamedDeclaration" ? exportedBy(statement) : [])),
  };
}

/**
 * What stands behind the text of a cell.
 * @param wanted names that it has from other cells, by the files of those.
 */
export function contextOf(own: CellNames | undefined, wanted: ReadonlyMap<string, readonly string[]>): string {
  const { all, exported } = own ?? noNames;
  const taken = new Set([...all, ...[...wanted.values()].flat()]);
  const imports = [...wanted].map(([fileName, names]) => `import { ${names.join(", ")} } from ${JSON.stringify(fileName)};`);
  const gives = all.filter((name) => !exported.includes(name));
  const given = Object.entries(everywhere).flatMap(([name, text]) => (taken.has(name) ? [] : [text]));
  return ["\n;", ...imports, `export { ${gives.join(", ")} };`, ...given].join("\n");
}

function typesOf(statement: Statement): string[] {
  const declaration = declarationOf(statement);
  if (declaration.type === "TSInterfaceDeclaration" || declaration.type === "TSTypeAliasDeclaration") return [declaration.id.name];
  if (declaration.type !== "ImportDeclaration") return [];
  return declaration.specifiers.map(({ local }) => local.name);
}

function exportedBy(statement: Extract<Statement, { type: "ExportNamedDeclaration" }>): string[] {
  const named = statement.specifiers.flatMap(({ exported }) => ("name" in exported ? [exported.name] : []));
  return statement.declaration ? [...bindingsOf([statement]), ...typesOf(statement), ...named] : named;
}
