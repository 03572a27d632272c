import type { Comment } from "@babel/types";

export interface JSDoc {
  /** Offset of the comment's first character. */
  readonly start: number;
  /** Without the comment marks. */
  readonly text: string;
}

/** Finds the JSDoc comments of declarations in one text. */
export class JSDocFinder {
  readonly #text: string;
  /** In source order. */
  readonly #comments: readonly Comment[];

  constructor(text: string, comments: readonly Comment[]) {
    this.#text = text;
    this.#comments = comments;
  }

  /** The JSDoc that ends above `offset` with nothing but white space and other comments between. */
  above(offset: number): JSDoc | undefined {
    let next = offset;
    for (let index = this.#lastBefore(offset); index >= 0; index -= 1) {
      const comment = this.#comments[index]!;
      if (this.#text.slice(comment.end!, next).trim() !== "") return undefined;
      if (comment.type === "CommentBlock" && comment.value.startsWith("*"))
        return { start: comment.start!, text: withoutMarks(comment.value.slice(1)) };
      next = comment.start!;
    }
    return undefined;
  }

  /** Index of the last comment that ends at or before `offset`; -1 if there is none. */
  #lastBefore(offset: number): number {
    let low = -1;
    let high = this.#comments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#comments[middle]!.end! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function withoutMarks(comment: string): string {
  return comment
    .split(/\r\n|\n|\r/)
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}
