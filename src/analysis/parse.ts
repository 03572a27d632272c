import type { ParserOptions } from "@babel/parser";
import type { Comment, Directive, Statement } from "@babel/types";
import { parser } from "./parser.js";
import type { Language } from "./types.js";

/** What stopped the parser, or what it could live with. */
export interface ParseProblem {
  readonly message: string;
  readonly offset: number;
  /** Babel's name for it: `UnterminatedTemplate`. */
  readonly reason: string;
}

export interface ParsedText {
  readonly body: readonly Statement[];
  /** Texts that stand before all statements: `"use strict"`. */
  readonly directives: readonly Directive[];
  /** In source order. */
  readonly comments: readonly Comment[];
  readonly problems: readonly ParseProblem[];
}

/** Compilers take parameter decorators with `experimentalDecorators`, which Babel takes only with a plugin that rejects `export @dec class`. */
const harmless = new Set(["UnsupportedParameterDecorator"]);

const options = {
  sourceType: "module",
  // CommonJS modules may be sloppy.
  strictMode: false,
  errorRecovery: true,
  attachComment: false,
  allowReturnOutsideFunction: true,
  allowUndeclaredExports: true,
} satisfies ParserOptions;
type Plugins = NonNullable<ParserOptions["plugins"]>;
const always: Plugins = [["decorators", {}], "decoratorAutoAccessors", "deprecatedImportAssert"];
const plugins: Readonly<Record<Language, Plugins>> = {
  ts: [...always, "typescript"],
  tsx: [...always, "typescript", "jsx"],
  js: [...always, "jsx"],
  jsx: [...always, "jsx"],
};

/**
 * Parses a module, or a part of it.
 * @param startOffset where `text` begins in the whole text; all offsets in the result count from the beginning of that.
 * @returns what was parsed, or the problem at which Babel gave up. A missing semicolon counts as that: Babel goes on there, but
 *   takes the `const` of the next line for a property after a half `console.`.
 */
export function tryParse(text: string, language: Language, startOffset = 0): ParsedText | ParseProblem {
  const place: ParserOptions = { startIndex: startOffset, startLine: 1, startColumn: 0 };
  try {
    const file = parser().parse(text, { ...options, ...place, plugins: plugins[language] });
    const problems = (file.errors ?? []).map((error) => problemOf(error, text, startOffset)).filter(({ reason }) => !harmless.has(reason));
    const fatal = problems.find(({ reason }) => reason === "MissingSemicolon");
    if (fatal) return fatal;
    return { body: file.program.body, directives: file.program.directives, comments: file.comments ?? [], problems };
  } catch (error) {
    return problemOf(error, text, startOffset);
  }
}

/**
 * What Babel throws, without the position that it puts behind its message. Anything else is thrown on.
 * @param text what was parsed.
 * @param startOffset added to the problem's offset in `text`.
 */
export function problemOf(error: unknown, text: string, startOffset: number): ParseProblem {
  if (!isParseError(error)) throw error;
  // Babel's own offset does not always count from `startIndex`; its line and column are always right.
  const offset = startOffset + lineStart(text, error.loc.line) + error.loc.column;
  return { message: error.message.replace(/\s*\(\d+:\d+\)$/, ""), offset, reason: String(error.reasonCode) };
}

/** Where a line begins as Babel counts them, from 1: U+2028 and U+2029 end one, too. */
function lineStart(text: string, line: number): number {
  if (line === 1) return 0;
  let current = 1;
  for (const lineBreak of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) {
    current += 1;
    if (current === line) return lineBreak.index + lineBreak[0].length;
  }
  return text.length;
}

function isParseError(error: unknown): error is SyntaxError & { loc: { line: number; column: number }; reasonCode: unknown } {
  return error instanceof SyntaxError && "loc" in error && "reasonCode" in error;
}
