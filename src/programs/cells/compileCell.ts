import remapping from "@jridgewell/remapping";
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import * as esbuild from "esbuild";
import { type ParsedText, type ParseProblem, tryParse } from "../../analysis/parse.js";
import { spanOf } from "../../analysis/syntax.js";
import type { Language } from "../../analysis/types.js";
import { BuildError } from "../errors.js";
import { rewriteCell } from "./rewriteCell.js";
import type { CompiledCell, SessionNames } from "./types.js";

/** A cell to be compiled. */
export interface CellRequest {
  readonly text: string;
  readonly language: Language;
  /** What stands for the cell in stacks: a path, or a URL. */
  readonly source: string;
  /** Its first line there, counted from 1. Default 1. */
  readonly firstLine?: number;
  /** What the cells before have declared. */
  readonly known: SessionNames;
  /** Names that are there without any declaration. */
  readonly globals: ReadonlySet<string>;
  /** Of the `tsconfig.json` that counts. */
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
}

/** Options of TypeScript that change what a cell does. */
const heeded = "experimentalDecorators jsx jsxFactory jsxFragmentFactory jsxImportSource useDefineForClassFields target alwaysStrict strict".split(
  " ",
);

/**
 * Compiles a cell.
 * @throws BuildError when it has a syntax error, with its place in the cell.
 */
export async function compileCell(request: CellRequest): Promise<CompiledCell> {
  const { text, known, globals } = request;
  const lasting = withLastingResources(text, request.language);
  const { code, map } = (await asExpression(lasting, request)) ?? (await transform(lasting, request));
  const parsed = tryParse(code, "js");
  if (!("body" in parsed)) throw new Error(`esbuild wrote what cannot be parsed: ${parsed.message}`);
  const rewritten = rewriteCell(code, parsed, known, globals);
  const ours = rewritten.text.generateMap({ hires: "boundary" });
  const whole = remapping([ours as never, map as never], () => null);
  const { declared, imports, hasResult } = rewritten;
  // What esbuild adds for older Node.js has names that the cell itself does not.
  const named = declared.filter(({ name }) => text.includes(name));
  return { code: rewritten.text.toString(), map: JSON.stringify(moved(whole, request)), declared: named, imports, hasResult };
}

async function transform(text: string, request: CellRequest): Promise<{ code: string; map: string }> {
  try {
    const { code, map } = await esbuild.transform(text, {
      loader: request.language === "js" ? "jsx" : request.language,
      format: "esm",
      target: "node20",
      jsx: "automatic",
      charset: "utf8",
      sourcemap: true,
      sourcesContent: false,
      sourcefile: request.source,
      logLevel: "silent",
      // What a cell imports and does not use, the next one may.
      tsconfigRaw: { compilerOptions: { ...heededOf(request.compilerOptions), verbatimModuleSyntax: true } },
    });
    return { code, map };
  } catch (error) {
    throw problemsOf(error, request);
  }
}

/** `{ a: 1 }` is an object here, as in every console. */
async function asExpression(text: string, request: CellRequest): Promise<{ code: string; map: string } | undefined> {
  const [, before = "", inner] = /^(\s*)(\{[\s\S]*\})\s*;?\s*$/.exec(text) ?? [];
  if (inner === undefined) return undefined;
  try {
    return await transform(`${before}(${inner}\n)`, request);
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

/** What a cell declares with `using` lives as long as the session: the end of the cell is not the end of its scope. */
function withLastingResources(text: string, language: Language): string {
  if (!/^[ \t]*(?:export[ \t]+)?(?:await[ \t]+)?using\b/m.test(text)) return text;
  const parsed: ParsedText | ParseProblem = tryParse(text, language);
  if (!("body" in parsed)) return text;
  let changed = text;
  for (const statement of parsed.body) {
    if (statement.type !== "VariableDeclaration" || !/using$/.test(statement.kind)) continue;
    const { start } = spanOf(statement);
    const end = spanOf(statement.declarations[0]!).start;
    changed = `${changed.slice(0, start)}${"const".padEnd(end - start)}${changed.slice(end)}`;
  }
  return changed;
}

function heededOf(options: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => heeded.includes(name)));
}

function problemsOf(error: unknown, { source, firstLine = 1 }: CellRequest): unknown {
  const failure = error as Partial<esbuild.TransformFailure>;
  if (!Array.isArray(failure.errors)) return error;
  return new BuildError(
    failure.errors.map(({ text: message, location }) => {
      if (!location) return { message };
      const column = Buffer.from(location.lineText).subarray(0, location.column).toString().length + 1;
      return { message, file: source, line: location.line + firstLine - 1, column, lineText: location.lineText };
    }),
  );
}

/** The map with the cell's own place for a source, its lines counted from where it stands there. */
function moved(map: ReturnType<typeof remapping>, { source, firstLine = 1 }: CellRequest): object {
  const mappings =
    firstLine === 1 ? map.mappings : encode(decode(map.mappings as string).map((line) => line.map((segment) => down(segment, firstLine - 1))));
  return { version: 3, names: map.names, sources: [source], mappings };
}

function down(segment: SourceMapSegment, lines: number): SourceMapSegment {
  if (segment.length === 1) return segment;
  const [column, source, line, ...rest] = segment;
  return [column, source, line + lines, ...rest] as SourceMapSegment;
}
