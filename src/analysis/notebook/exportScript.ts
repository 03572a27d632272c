/** A notebook as a script that runs from top to bottom and prints what the cells show. */
import type { Statement } from "@babel/types";
import { bindingsOf } from "../bindings.js";
import { tryParse } from "../parse.js";
import { declarationOf, spanOf } from "../syntax.js";
import type { PlainCell } from "./plainNotebook.js";

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const helper = `/** What a cell of the notebook showed. */
function show(value: unknown): void {
  if (value !== undefined) console.log(value);
}
`;

/**
 * Writes the cells one after another: text as comments, what a cell shows as an argument of `show`. A name that a later cell declares again becomes a
 * `var`, which may be, so that functions of earlier cells see the later value as they do in the notebook.
 */
export function scriptOf(cells: readonly PlainCell[]): string {
  const code = cells.map((cell) => (cell.kind === "code" ? (parsedBody(cell.text) ?? []) : []));
  const counts = new Map<string, number>();
  for (const name of code.flatMap((body) => [...new Set(bindingsOf(body))])) counts.set(name, (counts.get(name) ?? 0) + 1);
  const repeated = new Set([...counts].filter(([, count]) => count > 1).map(([name]) => name));
  const imported = new Set<string>();
  const parts = cells.map(({ kind, text }, place) => {
    if (kind === "markdown") return text.replace(/^/gm, "// ").replace(/^\/\/ $/gm, "//");
    return applied(text, editsOf(text, code[place] ?? [], repeated, imported));
  });
  const needsHelper = parts.some((part) => /^show\(/m.test(part)) && !counts.has("show");
  return `${[...(needsHelper ? [helper.trimEnd()] : []), ...parts.filter((part) => part.trim() !== "")].join("\n\n")}\n`;
}

function parsedBody(text: string): readonly Statement[] | undefined {
  const parsed = tryParse(text, "ts");
  return "body" in parsed ? parsed.body : undefined;
}

function editsOf(text: string, body: readonly Statement[], repeated: ReadonlySet<string>, imported: Set<string>): Edit[] {
  const edits = body.flatMap((statement) => editsOfDeclaration(text, statement, repeated, imported));
  const last = body.at(-1);
  if (last?.type !== "ExpressionStatement") return edits;
  const { start } = spanOf(last);
  const end = text[spanOf(last).end - 1] === ";" ? spanOf(last).end - 1 : spanOf(last).end;
  return [...edits, { start, end: start, text: "show(" }, { start: end, end, text: ")" }];
}

function editsOfDeclaration(text: string, statement: Statement, repeated: ReadonlySet<string>, imported: Set<string>): Edit[] {
  const { start, end } = spanOf(statement);
  if (statement.type === "ImportDeclaration") {
    const own = text.slice(start, end);
    if (imported.has(own)) return [{ start, end, text: "" }];
    imported.add(own);
    return [];
  }
  const declaration = declarationOf(statement);
  if (!bindingsOf([statement]).some((name) => repeated.has(name))) return [];
  const from = spanOf(declaration).start;
  if (declaration.type === "VariableDeclaration") return [{ start, end: from + declaration.kind.length, text: "var" }];
  if ((declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") && declaration.id) {
    return [
      { start, end: from, text: `var ${declaration.id.name} = ` },
      { start: end, end, text: ";" },
    ];
  }
  return [];
}

function applied(text: string, edits: readonly Edit[]): string {
  let changed = text;
  for (const { start, end, text: inserted } of [...edits].sort((a, b) => b.start - a.start || b.end - a.end)) {
    changed = changed.slice(0, start) + inserted + changed.slice(end);
  }
  return changed;
}
