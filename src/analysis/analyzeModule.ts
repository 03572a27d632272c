import type { Statement } from "@babel/types";
import { bindingsOf } from "./bindings.js";
import { FunctionCollector } from "./functions.js";
import { JSDocFinder } from "./jsDoc.js";
import { parseTolerantly } from "./recover.js";
import { walk } from "./syntax.js";
import { SourceText } from "./text.js";
import type { Language, ModuleAnalysis } from "./types.js";

/**
 * Reads a module: what can be submitted, what is bound, what is wrong. Never throws for any text.
 * @param text the whole module.
 * @param language as {@link languageOf} tells it.
 * @returns plain data; with syntax errors, what could still be recognised, and the problems.
 */
export function analyzeModule(text: string, language: Language): ModuleAnalysis {
  const parsed = parseTolerantly(text, language);
  const source = new SourceText(text);
  const format = formatOf(text, parsed.body);
  return {
    functions: new FunctionCollector(source, new JSDocFinder(text, parsed.comments), format).collect(parsed.body),
    bindings: bindingsOf(parsed.body),
    format,
    problems: parsed.problems.map(({ message, offset }) => ({ message, position: source.position(offset) })),
  };
}

function formatOf(text: string, body: readonly Statement[]): ModuleAnalysis["format"] {
  if (body.some(({ type }) => type === "TSExportAssignment")) return "commonjs";
  if (body.some(({ type }) => type.startsWith("Export"))) return "esm";
  return usesCommonJS(text, body) ? "commonjs" : "esm";
}

/** True for `module.exports`, `exports` and `require.main`. */
function usesCommonJS(text: string, body: readonly Statement[]): boolean {
  if (!/\bexports\b|\brequire\.main\b/.test(text)) return false;
  let found = false;
  const isName = (node: { type: string; name?: unknown }, name: string): boolean => node.type === "Identifier" && node.name === name;
  for (const statement of body) {
    walk(statement, (node, parent, key) => {
      if (node.type === "MemberExpression" && isName(node.object, "module") && isName(node.property, "exports")) found = true;
      if (node.type === "MemberExpression" && isName(node.object, "require") && isName(node.property, "main")) found = true;
      if (isName(node, "exports") && key !== "key" && !(key === "property" && parent?.type === "MemberExpression")) found = true;
    });
  }
  return found;
}
