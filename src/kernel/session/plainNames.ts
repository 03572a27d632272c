import { cellNames } from "../../programs/cells/names.js";

const scope = cellNames.scope.replaceAll("$", "\\$");
const called = new RegExp(`\\(0 ?, ${scope}\\.([\\p{ID_Continue}$]+)\\)`, "gu");
const imported = new RegExp(`(?:\\(0 ?, )?${scope}\\["import [^"]*"\\]\\["?([^"\\]]+)"?\\]\\)?`, "g");
const plain = new RegExp(`${scope}\\.`, "g");
/** Name of the function of ours that calls a cell: what stands below it in a stack is no business of the user's. */
export const cellCaller = "futures$cell";
/** Causes followed. */
const depthLimit = 8;

/**
 * V8 names variables of a notebook as the code of a cell does; an error that was thrown gets the names that the user has given them, and a stack that
 * ends with the cell.
 */
export function plainError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > depthLimit) return error;
  try {
    const message = plainText(error.message);
    const stack = error.stack && stackOfCell(error.stack.replace(error.message, () => message));
    if (message !== error.message) error.message = message;
    if (stack !== undefined && stack !== error.stack) error.stack = stack;
    plainError(error.cause, depth + 1);
    if (error instanceof AggregateError) for (const one of error.errors) plainError(one, depth + 1);
  } catch {
    // It is frozen, or the user's own values are in the place of texts: then it stays as it is.
  }
  return error;
}

export function plainText(text: string): string {
  return text.includes(cellNames.scope) ? text.replace(called, "$1").replace(imported, "$1").replace(plain, "") : text;
}

function stackOfCell(stack: string): string {
  const lines = stack.split("\n");
  const end = lines.findIndex((line) => /^\s+at /.test(line) && line.includes(cellCaller));
  if (end < 0) return stack;
  // The code of a cell is the default export of a module.
  return [...lines.slice(0, end - 1), (lines[end - 1] ?? "").replace(/at (?:async )?default \((.*)\)$/, "at $1")].join("\n");
}
