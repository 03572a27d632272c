/** What the collectors need of Babel's tree: nodes with offsets that are always there, and a walk over all of them. */
import type { Comment, Expression, Node, Statement } from "@babel/types";
import type { Span } from "./text.js";

/** Where a node stands. Babel sets both offsets on everything it parses. */
export function spanOf(node: Node | Comment): Span {
  return { start: node.start!, end: node.end! };
}

/** The expression inside of parentheses, `as`, `satisfies`, `!` and type assertions. */
export function unwrap(node: Expression): Expression {
  switch (node.type) {
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** The declaration inside of an `export`, or the statement itself. */
export function declarationOf(statement: Statement): Statement {
  return statement.type === "ExportNamedDeclaration" && statement.declaration ? statement.declaration : statement;
}

const valueNodesOfTypeScript = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSExportAssignment",
  "TSParameterProperty",
]);

/**
 * Calls `visit` for a node and all below it that can have an effect at run time, parents first: types, interfaces, ambient and
 * overload declarations are left out.
 * @param visit gets the parent and the parent's property that holds the node.
 */
export function walk(node: Node, visit: (node: Node, parent: Node | undefined, key: string) => void, parent?: Node, key = ""): void {
  if (node.type.startsWith("TS") && !valueNodesOfTypeScript.has(node.type)) return;
  if ("declare" in node && node.declare) return;
  if ("exportKind" in node && node.exportKind === "type") return;
  visit(node, parent, key);
  for (const [name, value] of Object.entries(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, visit, node, name);
    } else if (isNode(value)) {
      walk(value, visit, node, name);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value && typeof value.type === "string";
}
