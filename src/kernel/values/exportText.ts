import { inspect } from "node:util";
import { cellText, type RowSource } from "./table.js";

/** The value as JSON, as far as JSON goes: what it has no form for is told as a text. Never throws for a cycle or a bigint. */
export function jsonOf(value: unknown): string {
  const above: object[] = [];
  const text = JSON.stringify(
    value,
    function (this: unknown, _key, item: unknown) {
      // `this` is the object that has the item: what does not lead to it is not above it.
      while (above.length > 0 && above.at(-1) !== this) above.pop();
      const plain = plainOf(item);
      if (typeof plain !== "object" || plain === null) return plain;
      if (above.includes(plain)) return "[circular]";
      above.push(plain);
      return plain;
    },
    2,
  );
  return text ?? "null";
}

function plainOf(item: unknown): unknown {
  if (typeof item === "bigint") return item.toString();
  if (typeof item === "number" && !Number.isFinite(item)) return String(item);
  if (item instanceof Map) return [...item.keys()].every((key) => typeof key === "string") ? Object.fromEntries(item) : [...item];
  if (item instanceof Set) return [...item];
  if (ArrayBuffer.isView(item) && "length" in item) return Array.from(item as unknown as ArrayLike<unknown>);
  if (item instanceof ArrayBuffer) return Array.from(new Uint8Array(item));
  if (item instanceof Error) return { name: item.name, message: item.message };
  if (item instanceof RegExp) return inspect(item);
  return item;
}

/** @param places of the rows, in order. */
export function rowsAsJson({ columns, cells }: RowSource, places: Iterable<number>): string {
  const rows = Array.from(places, (index) => Object.fromEntries(cells(index).flatMap((cell, i) => (cell === undefined ? [] : [[columns[i], cell]]))));
  return jsonOf(rows);
}

/** As RFC 4180 has it. A cell that a spreadsheet would take for a formula is one here too: it is the user's own data. */
export function rowsAsCsv({ columns, cells }: RowSource, places: Iterable<number>): string {
  const line = (texts: readonly string[]): string => texts.map(quoted).join(",");
  return [line(columns), ...Array.from(places, (index) => line(cells(index).map(csvText)))].join("\r\n").concat("\r\n");
}

function csvText(cell: unknown): string {
  if (typeof cell === "string") return cell;
  return typeof cell === "object" && cell !== null && !(cell instanceof Date) ? JSON.stringify(JSON.parse(jsonOf(cell))) : cellText(cell);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
