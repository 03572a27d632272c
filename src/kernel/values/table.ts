import type { TablePage, TableSelection } from "../../protocol/questions.js";
import { previewOf } from "./bounded.js";

/** Columns shown; what has more keys is shown in part. */
const mostColumns = 50;
/** Rows whose keys make the columns. */
const surveyed = 1_000;
/** Items that must be records before an array counts as a table. */
const probed = 100;

/** One row: what stands in its cells. */
export interface RowSource {
  readonly columns: readonly string[];
  readonly length: number;
  /** Another one when rows have changed; absent: they never do. */
  readonly version?: number;
  /** By columns. */
  cells(index: number): readonly unknown[];
  failed(index: number): boolean;
}

/** Rows in the order and selection that was last asked for, which the next page is likely to ask for again. */
export class Table {
  readonly source: RowSource;
  #key = "";
  #order: Uint32Array | undefined;

  constructor(source: RowSource) {
    this.source = source;
  }

  /** Places of the selected rows, in order. */
  select(selection: TableSelection): Uint32Array {
    const key = `${JSON.stringify(selection)} ${this.source.version ?? 0}`;
    if (key !== this.#key || !this.#order) this.#order = this.#selected(selection);
    this.#key = key;
    return this.#order;
  }

  /** @param offset of the first row among those selected. */
  page(selection: TableSelection, offset: number, count: number): TablePage {
    const order = this.select(selection);
    const { source } = this;
    const { length, columns } = source;
    const rows = [...order.subarray(Math.max(0, offset), offset + count)].map((index) => ({
      index,
      cells: source.cells(index).map(cellText),
      failed: source.failed(index),
    }));
    let failed = 0;
    for (let index = 0; index < length; index += 1) if (source.failed(index)) failed += 1;
    return { columns, rows, total: length, selected: order.length, failed };
  }

  #selected({ sort, filter, failedOnly }: TableSelection): Uint32Array {
    const { source } = this;
    const wanted = filter.trim().toLowerCase();
    const has = (index: number): boolean => source.cells(index).some((cell) => cellText(cell).toLowerCase().includes(wanted));
    const places: number[] = [];
    for (let index = 0; index < source.length; index += 1)
      if ((!failedOnly || source.failed(index)) && (wanted === "" || has(index))) places.push(index);
    if (sort && sort.column < source.columns.length) {
      const keys = new Map(places.map((index) => [index, sortKey(source.cells(index)[sort.column])]));
      const sign = sort.descending ? -1 : 1;
      const isMissing = (place: number): number => Number(keys.get(place) === "");
      places.sort((a, b) => isMissing(a) - isMissing(b) || sign * compare(keys.get(a), keys.get(b)) || a - b);
    }
    return Uint32Array.from(places);
  }
}

/** @returns nothing if the value is no array of records. */
export function recordsOf(value: unknown): RowSource | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (!value.slice(0, probed).every(isRecord)) return undefined;
  const columns = columnsOf(value);
  if (columns.length === 0) return undefined;
  const cells = (index: number): unknown[] => {
    const item: unknown = value[index];
    return columns.map((column, i) => (isRecord(item) ? item[column] : i === 0 ? item : undefined));
  };
  return { columns, length: value.length, cells, failed: () => false };
}

/** Keys of the first records, in the order in which they come up. */
export function columnsOf(items: readonly unknown[]): string[] {
  const columns = new Set<string>();
  for (const item of items.slice(0, surveyed)) {
    if (!isRecord(item)) continue;
    for (const column of Object.keys(item)) if (columns.size < mostColumns) columns.add(column);
  }
  return [...columns];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A text as it is, anything else as its preview; nothing for `undefined`. */
export function cellText(value: unknown): string {
  if (typeof value === "string") return value.length <= 200 ? value.replace(/\s*[\r\n]+\s*/g, " ↵ ") : `${value.slice(0, 199)}…`;
  return value === undefined ? "" : previewOf(value);
}

function sortKey(value: unknown): unknown {
  return typeof value === "number" || typeof value === "bigint" ? value : value instanceof Date ? value.getTime() : cellText(value);
}

/** Numbers before texts, as a person would look for them. */
function compare(a: unknown, b: unknown): number {
  const numbers = [a, b].map((key) => typeof key !== "string");
  if (numbers[0] && numbers[1]) return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
  if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1;
  return (a as string).localeCompare(b as string, "en", { numeric: true });
}
