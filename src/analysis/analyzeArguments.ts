import type { ParserOptions } from "@babel/parser";
import type { ArrayExpression, Expression } from "@babel/types";
import { type ParseProblem, problemOf } from "./parse.js";
import { parser } from "./parser.js";
import { isReference } from "./references.js";
import { spanOf, walk } from "./syntax.js";
import type { ArgumentsAnalysis } from "./types.js";

const options: ParserOptions = { sourceType: "module", plugins: ["typescript"], createParenthesizedExpressions: true };
/** The text is parsed as the elements of an array, whose `[` comes first. */
const opening = "[";
const statementWords =
  /^(?:const|let|var|return|if|for|while|do|switch|try|throw|import|export|break|continue|enum|interface|type|namespace|debugger|with)\b/;

/**
 * Reads the arguments of a call: TypeScript expressions separated by commas, as they stand between a call's parentheses.
 * @param text empty, blank or a comment alone: no arguments. A comma at the end is fine.
 * @returns the arguments, or what is wrong with the text and where.
 */
export function analyzeArguments(text: string): ArgumentsAnalysis {
  // The line break ends a `//` comment.
  const wrapped = `${opening}${text}\n]`;
  let root: Expression;
  try {
    root = parser().parseExpression(wrapped, options);
  } catch (error) {
    return refusal(text, problemOf(error, wrapped, -opening.length));
  }
  if (root.type !== "ArrayExpression" || root.end !== wrapped.length) return refusal(text, { message: "", reason: "", offset: text.length });
  const elements = root.elements;
  const hole = elements.indexOf(null);
  if (hole >= 0) return { ok: false, message: "an argument is missing before this comma", offset: commaOf(text, root, hole) };

  const present = elements.filter((element) => element !== null);
  const texts = present.map((element) => text.slice(spanOf(element).start - opening.length, spanOf(element).end - opening.length));
  return { ok: true, texts, count: present.some(({ type }) => type === "SpreadElement") ? undefined : texts.length, names: namesIn(root) };
}

function namesIn(root: ArrayExpression): string[] {
  const names = new Set<string>();
  walk(root, (node, parent, key) => {
    if (node.type === "Identifier" && parent && isReference(node.name, parent, key)) names.add(node.name);
  });
  return [...names];
}

/** Offset of the comma that stands where argument `hole` should be. */
function commaOf(text: string, { elements }: ArrayExpression, hole: number): number {
  const before = elements.slice(0, hole).findLast((element) => element !== null);
  const skipped = before ? hole - elements.lastIndexOf(before, hole) : 0;
  const from = before ? spanOf(before).end - opening.length : 0;
  // Comments between the commas may hold commas of their own.
  const commas = [...text.slice(from).matchAll(/\/\*[\s\S]*?\*\/|\/\/.*|,/g)].filter(([token]) => token === ",");
  return from + (commas[skipped]?.index ?? 0);
}

function refusal(text: string, problem: ParseProblem): ArgumentsAnalysis {
  // After a `]` that ends the array, as in `1] + [2`, the rest was parsed as something else: the bracket is the problem, not that.
  const bracket = strayBracket(text, problem.offset);
  if (bracket !== undefined) return { ok: false, message: 'unexpected "]": it closes nothing here', offset: bracket };
  const offset = Math.min(Math.max(problem.offset, 0), text.length);
  return { ok: false, message: messageOf(text, offset, problem), offset };
}

/** Offset of the first `]` up to `end` that closes the array. */
function strayBracket(text: string, end: number): number | undefined {
  for (const { index } of text.slice(0, end + 1).matchAll(/\]/g)) {
    try {
      parser().parseExpression(`${opening}${text.slice(0, index)}]`, options);
      return index;
    } catch {
      // This one closes something else, or stands in a string.
    }
  }
  return undefined;
}

function messageOf(text: string, offset: number, { reason, message }: ParseProblem): string {
  const rest = text.slice(offset);
  switch (reason) {
    case "UnterminatedString":
      return "this string has no end";
    case "UnterminatedTemplate":
      return "this template string has no end";
    case "UnterminatedComment":
      return "this comment has no end";
    case "UnterminatedRegExp":
      return "this regular expression has no end";
    case "UnexpectedTypeAnnotation":
      return 'unexpected ":": a type can be given with "as" or "satisfies"';
  }
  if (statementWords.test(rest))
    return `unexpected "${statementWords.exec(rest)?.[0]}": arguments are expressions separated by commas, not statements`;
  if (reason !== "UnexpectedToken") return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, "");
  if (rest.trim() === "") return "the arguments end too early: something is missing here";
  const token = /^(?:[\p{ID_Continue}$]+|=>|\.\.\.|[^\s])/u.exec(rest)?.[0] ?? rest.charAt(0);
  if (token === ";") return 'unexpected ";": arguments are separated by commas';
  if (token === ")") return 'unexpected ")": it closes nothing here';
  return `unexpected "${token}"${/expected ","/.test(message) ? ": a comma is missing before it" : ""}`;
}
