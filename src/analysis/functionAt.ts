import type { FunctionInfo, ModuleAnalysis, Position, Range } from "./types.js";

/**
 * The function in which the cursor stands.
 * @returns the innermost function whose {@link FunctionInfo.fullRange} contains the position, its two ends included; `undefined` if there is none.
 */
export function functionAt(analysis: Pick<ModuleAnalysis, "functions">, position: Position): FunctionInfo | undefined {
  const around = analysis.functions.filter(({ fullRange }) => contains(fullRange, position));
  // Where one ends at the character at which the next begins, the next is meant.
  return around.reduce<FunctionInfo | undefined>(
    (best, info) => (best && compare(info.fullRange.start, best.fullRange.start) < 0 ? best : info),
    undefined,
  );
}

function contains(range: Range, position: Position): boolean {
  return compare(range.start, position) <= 0 && compare(position, range.end) <= 0;
}

function compare(a: Position, b: Position): number {
  return a.line - b.line || a.character - b.character;
}
