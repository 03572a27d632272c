import type { Range } from "../../analysis/types.js";

/** One replacement in a document: lines counted from 0, as before the change. */
export interface LineChange {
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly endCharacter: number;
  /** Line breaks in the inserted text. */
  readonly insertedBreaks: number;
}

/** The same from the editor's form of a replacement. */
export function lineChange({ range, text }: { readonly range: Range; readonly text: string }): LineChange {
  return {
    startLine: range.start.line,
    startCharacter: range.start.character,
    endLine: range.end.line,
    endCharacter: range.end.character,
    insertedBreaks: text.split(/\r\n|\n|\r/).length - 1,
  };
}

/** Changes kept per document; older positions are then unknown. */
const logLimit = 10_000;

interface Entry {
  readonly tick: number;
  readonly change: LineChange;
}

/**
 * Finds lines again after edits. The line that a task throws at is learnt only when the task ends, told in lines of the moment
 * of its submission; so the edits since must be known. Only edits that move lines are kept.
 */
export class EditTracker {
  readonly #log = new Map<string, Entry[]>();
  readonly #forgotten = new Map<string, number>();
  #tick = 0;

  /** The present moment, to ask from later. */
  now(): number {
    return this.#tick;
  }

  /**
   * Takes over one edit of a document.
   *
   * @param uri The document.
   * @param changes The replacements of the edit, all in positions before it.
   */
  record(uri: string, changes: readonly LineChange[]): void {
    // From the end of the document on, so that no change moves another.
    const moving = changes
      .filter((change) => change.endLine !== change.startLine || change.insertedBreaks > 0)
      .sort((a, b) => b.startLine - a.startLine);
    if (moving.length === 0) return;
    this.#tick += 1;
    const log = this.#log.get(uri) ?? [];
    this.#log.set(uri, log);
    for (const change of moving) log.push({ tick: this.#tick, change });
    if (log.length > logLimit) this.#forget(uri, log[log.length - logLimit]?.tick ?? this.#tick);
  }

  /**
   * Where a line is now.
   *
   * @param uri The document.
   * @param line Counted from 0.
   * @param since {@link now} of the moment that `line` is told of.
   * @returns The line, or `undefined` if it was deleted or the edits since are no longer known.
   */
  lineNow(uri: string, line: number, since: number): number | undefined {
    if (since < (this.#forgotten.get(uri) ?? 0)) return undefined;
    let moved: number | undefined = line;
    for (const entry of this.#log.get(uri) ?? []) {
      if (entry.tick <= since) continue;
      moved = movedLine(moved, entry.change);
      if (moved === undefined) return undefined;
    }
    return moved;
  }

  /** Drops the edits that nobody asks from any more: those up to `tick`. */
  forgetUntil(tick: number): void {
    for (const uri of [...this.#log.keys()]) this.#forget(uri, tick);
  }

  #forget(uri: string, tick: number): void {
    const kept = (this.#log.get(uri) ?? []).filter((entry) => entry.tick > tick);
    if (kept.length > 0) this.#log.set(uri, kept);
    else this.#log.delete(uri);
    this.#forgotten.set(uri, Math.max(tick, this.#forgotten.get(uri) ?? 0));
  }
}

/** Where a line is after one change, or `undefined` if the change deleted it. */
export function movedLine(line: number, change: LineChange): number | undefined {
  if (line < change.startLine) return line;
  if (line > change.endLine) return line + change.insertedBreaks - (change.endLine - change.startLine);
  const isInsertion = change.startLine === change.endLine && change.startCharacter === change.endCharacter;
  if (line === change.startLine && !(isInsertion && change.startCharacter === 0)) {
    // A deletion from its first character over its end takes the line away; from further on, its head stays.
    return change.startCharacter === 0 && change.endLine > change.startLine ? undefined : line;
  }
  // The tail of the last line is what stands after the inserted text.
  return line === change.endLine ? change.startLine + change.insertedBreaks : undefined;
}
