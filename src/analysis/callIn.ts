import type { CallExpression, Node } from "@babel/types";
import { argumentsOf, calleeName } from "./calls.js";
import { parseTolerantly } from "./recover.js";
import { spanOf, unwrap, walk } from "./syntax.js";
import type { Span } from "./text.js";
import type { Language } from "./types.js";

/** A call as it stands in a text. */
export interface CallInfo {
  /** What is called, as {@link FunctionInfo.name} names functions: `fib`, `Shape.area`, `handlers["on-data"]`. */
  readonly functionName: string;
  /** What stands between its parentheses. */
  readonly argumentsText: string;
}

/**
 * The call that a selection is: `fib(40)`, with or without `await`, parentheses, a semicolon and white space around it, wherever it stands.
 * @param text the whole module.
 * @param selection offsets in it.
 * @returns `undefined` if the selection is anything else, or what it calls has no name of its own, as in `make()(1)`.
 */
export function callIn(text: string, language: Language, selection: Span): CallInfo | undefined {
  const spans = spansOf(text, selection);
  const isSelected = ({ start, end }: Node): boolean => spans.some((span) => span.start === start && span.end === end);
  let call: CallExpression | undefined;
  for (const statement of parseTolerantly(text, language).body)
    if (spanOf(statement).start <= selection.end && selection.start <= spanOf(statement).end)
      walk(statement, (node) => {
        if (isSelected(node)) call ??= callOf(node);
      });
  const functionName = call && calleeName(call);
  return call && functionName !== undefined ? { functionName, argumentsText: argumentsOf(text, call) } : undefined;
}

/** The selection without what stands around, and the same within each pair of parentheses around it. */
function spansOf(text: string, { start, end }: Span): Span[] {
  const rest = text.slice(start, end).replace(/[\s;]+$/, "");
  const span = { start: start + (rest.length - rest.trimStart().length), end: start + rest.length };
  const inner = /^\(.*\)$/s.test(text.slice(span.start, span.end)) ? spansOf(text, { start: span.start + 1, end: span.end - 1 }) : [];
  return [span, ...inner];
}

function callOf(node: Node): CallExpression | undefined {
  if (node.type === "CallExpression") return node;
  return node.type === "AwaitExpression" ? callOf(unwrap(node.argument)) : undefined;
}
