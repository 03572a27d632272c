/**
 * Parsing a text that Babel gives up on. The text is cut where a line begins with something that can begin a statement, and each
 * piece is parsed by itself, so an error costs no more than the statement it is in. A broken statement is tried again without the
 * lines that break it, and then without its body.
 */
import type { Comment, Statement } from "@babel/types";
import { type ParsedText, type ParseProblem, tryParse } from "./parse.js";
import type { Language } from "./types.js";

/** A line without indentation that begins a statement, and not with a word that goes on with the one before. */
const statementStart = /^(?!(?:else|catch|finally|from|as|extends|implements|of|in|instanceof|satisfies)\b)[\p{ID_Start}$_@#"'`([/{*;]/gmu;
/** Pieces that a statement with unindented lines may take. */
const mergeLimit = 8;
/** Broken members of one class, or statements of one function, that are left out. */
const blankLimit = 4;

/** As {@link tryParse}, for any text. */
export function parseTolerantly(text: string, language: Language): ParsedText {
  const whole = tryParse(text, language);
  if ("body" in whole) return whole;

  const borders = [0, ...[...text.matchAll(statementStart)].map((match) => match.index).filter((index) => index > 0), text.length];
  const body: Statement[] = [];
  const comments: Comment[] = [];
  const problems: ParseProblem[] = [];
  for (let first = 0; first + 1 < borders.length; ) {
    const { parsed, end } = parsePiece(text, language, borders, first);
    body.push(...parsed.body);
    comments.push(...parsed.comments);
    problems.push(...parsed.problems);
    first = end;
  }
  return { body, directives: [], comments, problems: problems.length > 0 ? problems : [whole] };
}

interface Piece {
  readonly parsed: ParsedText;
  /** Index of the border at which the piece ends. */
  readonly end: number;
}

function parsePiece(text: string, language: Language, borders: readonly number[], first: number): Piece {
  const start = borders[first]!;
  const parseTo = (end: number): ParsedText | ParseProblem => tryParse(text.slice(start, borders[end]), language, start);
  const parsed = parseTo(first + 1);
  if ("body" in parsed) return { parsed, end: first + 1 };

  // Unindented code, and text in backticks, only lack their end: the next pieces have it.
  let problem = parsed;
  let end = first + 1;
  for (let merged = 0; merged < mergeLimit && end + 1 < borders.length; merged += 1) {
    const closing = { UnterminatedTemplate: "`", UnterminatedComment: "*/" }[problem.reason];
    if (closing === undefined && text.slice(problem.offset, borders[end]).trim() !== "") break;
    const closed = closing === undefined ? borders[end]! : text.indexOf(closing, borders[end]);
    if (closed < 0) break;
    do end += 1;
    while (borders[end]! <= closed);
    const more = parseTo(end);
    if ("body" in more) return { parsed: more, end };
    problem = more;
  }

  const piece = text.slice(start, borders[first + 1]);
  const parse = (changed: string): ParsedText | ParseProblem => tryParse(changed, language, start);
  const rescued = withoutBrokenLines(piece, parsed.offset - start, start, parse) ?? withoutBody(piece, parse);
  // What is missing at the end is told there, not below the empty lines.
  const placed = { ...parsed, offset: Math.min(parsed.offset, start + piece.trimEnd().length) };
  return {
    parsed: { body: rescued?.body ?? [], directives: [], comments: rescued?.comments ?? [], problems: [placed, ...(rescued?.problems ?? [])] },
    end: first + 1,
  };
}

type Parse = (changed: string) => ParsedText | ParseProblem;

/** Blanks the member of a class or object, or the statement of a function's body, in which the error is; again for the next error. */
function withoutBrokenLines(piece: string, offset: number, start: number, parse: Parse, blanks = blankLimit): ParsedText | undefined {
  const indentation = /\n([ \t]+)\S/.exec(piece)?.[1];
  if (indentation === undefined || blanks === 0) return undefined;
  const starts = [...piece.matchAll(/\n([ \t]+)(?=[^\s)\]}.,?:|&+])/g)].filter((match) => match[1] === indentation).map((match) => match.index + 1);
  const lastLine = piece.trimEnd().lastIndexOf("\n") + 1;
  const at = starts.findLastIndex((lineStart) => lineStart <= offset);
  // What is wrong may show only on the line after it.
  for (const index of [at, at - 1]) {
    const from = starts[index];
    if (from === undefined) continue;
    const changed = blank(piece, from, starts[index + 1] ?? lastLine);
    const parsed = parse(changed);
    if ("body" in parsed) return parsed;
    if (parsed.offset - start > offset) {
      const further = withoutBrokenLines(changed, parsed.offset - start, start, parse, blanks - 1);
      if (further) return further;
    }
  }
  return undefined;
}

/** Keeps the head of a function or class up to a `{` that ends a line, and closes it at the piece's end. */
function withoutBody(piece: string, parse: Parse): ParsedText | undefined {
  const last = piece.trimEnd().length - 1;
  for (const match of [...piece.matchAll(/\{[ \t]*(?:\/\/.*)?$/gm)].slice(0, 3)) {
    const from = match.index + 1;
    if (last < from) return undefined;
    const parsed = parse(`${blank(piece, from, last).slice(0, last)}}`);
    if ("body" in parsed) return parsed;
  }
  return undefined;
}

function blank(text: string, from: number, to: number): string {
  return text.slice(0, from) + text.slice(from, to).replace(/[^\r\n]/g, " ") + text.slice(to);
}
