import { cellNames } from "../../programs/cells/names.js";

const scope = cellNames.scope.replaceAll("$", "\\$");
const called = new RegExp(`\\(0 ?, ${scope}\\.([\\p{ID_Continue}$]+)\\)`, "gu");
const imported = new RegExp(`(?:\\(0 ?, )?${scope}\\["import [^"]*"\\]\\["?([^"\\]]+)"?\\]\\)?`, "g");
const plain = new RegExp(`${scope}\\.`, "g");

/** V8 names variables of a notebook as the code of a cell does; an error that was thrown gets the names that the user has given them. */
export function plainError(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes(cellNames.scope)) return error;
  const message = plainText(error.message);
  const stack = error.stack?.replace(error.message, () => message);
  error.message = message;
  if (stack !== undefined) error.stack = stack;
  return error;
}

export function plainText(text: string): string {
  return text.replace(called, "$1").replace(imported, "$1").replace(plain, "");
}
