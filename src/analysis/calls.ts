import type { CallExpression, Expression, MemberExpression } from "@babel/types";
import { spanOf, unwrap } from "./syntax.js";

/** What a call calls, as {@link FunctionInfo.name} names functions; `undefined` if that has no name of its own. */
export function calleeName({ callee }: CallExpression): string | undefined {
  return nameOf(callee);
}

function nameOf(callee: CallExpression["callee"]): string | undefined {
  const node = unwrap(callee as Expression);
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression") return undefined;
  const owner = nameOf(node.object);
  return owner === undefined ? undefined : memberName(owner, node);
}

function memberName(owner: string, { computed, property }: MemberExpression): string | undefined {
  const key = property.type === "Identifier" && !computed ? property.name : property.type === "StringLiteral" ? property.value : undefined;
  if (key === undefined) return undefined;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `${owner}.${key}` : `${owner}[${JSON.stringify(key)}]`;
}

/** What stands between the parentheses of a call. @param text in which it stands. */
export function argumentsOf(text: string, call: CallExpression): string {
  const types = call.typeParameters ?? call.typeArguments;
  const callee = types ? spanOf(types).end : spanOf(call.callee).end;
  // A comment or a parenthesis around the callee may stand before the one that opens the arguments.
  const first = call.arguments[0];
  const before = text.slice(callee, first ? spanOf(first).start : spanOf(call).end);
  const comments = before.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => " ".repeat(comment.length));
  return text.slice(callee + comments.indexOf("(") + 1, spanOf(call).end - 1).trim();
}
