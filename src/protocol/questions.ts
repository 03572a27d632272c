/** What the extension asks of values that only the kernel has, and what it answers. One question, one answer, matched by the question's number. */

/** A step from a value to a part of it: its entry in that place, or a stretch of its entries where they are many. */
export type ValueStep = { readonly entry: number } | { readonly from: number; readonly to: number };

/** One line of a value's tree. */
export interface ValueNode {
  /** `name`, `[3]`, `[0 … 99]`; empty for the items of a set. */
  readonly label: string;
  /** One line; empty for a stretch. */
  readonly preview: string;
  readonly type: string;
  readonly expandable: boolean;
  /** The way to it from the node above. */
  readonly step: ValueStep;
}

/** Which rows of a table are wanted, in which order. */
export interface TableSelection {
  /** By the values of a column; absent: as they are. */
  readonly sort?: { readonly column: number; readonly descending: boolean };
  /** Rows that have this text in some cell, whatever its case; empty: all. */
  readonly filter: string;
  /** Of a map: only inputs that failed. */
  readonly failedOnly: boolean;
}

export interface TableRow {
  /** Of the input or item, counted from 0. */
  readonly index: number;
  /** By columns, each one line. */
  readonly cells: readonly string[];
  readonly failed: boolean;
}

export interface TablePage {
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** Rows in all, those that are selected, and those that failed. */
  readonly total: number;
  readonly selected: number;
  readonly failed: number;
}

export type Question =
  | { readonly kind: "children"; readonly path: readonly ValueStep[] }
  /** The value as a text, much longer than its description has it. */
  | { readonly kind: "text" }
  /** The whole value as JSON. */
  | { readonly kind: "json" }
  | { readonly kind: "page"; readonly selection: TableSelection; readonly offset: number; readonly count: number }
  /** The selected rows as a text. */
  | { readonly kind: "export"; readonly selection: TableSelection; readonly format: "json" | "csv" };

/** A variable of a notebook. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  /** One line. */
  readonly preview: string;
  readonly expandable: boolean;
}

/** Where an import of a module leads. */
export interface ImportDescription {
  /** As it is written. */
  readonly specifier: string;
  /** Absolute path; of what stays an import, its URL or the name of a built-in module. */
  readonly target: string;
  /** Part of the program that runs; else Node finds it when the program is loaded. */
  readonly isBundled: boolean;
}

export type Answer =
  /** `tsconfig`: absolute path of the one that counts for the module. */
  | { readonly kind: "resolution"; readonly tsconfig?: string; readonly imports: readonly ImportDescription[] }
  | { readonly kind: "children"; readonly nodes: readonly ValueNode[] }
  /** `truncated`: it is not all. */
  | { readonly kind: "text"; readonly text: string; readonly truncated?: boolean }
  | { readonly kind: "page"; readonly page: TablePage }
  | { readonly kind: "variables"; readonly variables: readonly Variable[] }
  /** `gone`: the kernel does not have the value any more; else a sentence. */
  | { readonly kind: "problem"; readonly reason: string };
