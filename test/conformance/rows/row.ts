/**
 * `A`: the test applies as it is, in our names and with promises; `D`: it is adapted; `N`: it does not apply.
 * The verdicts are about CPython's test, not about us: a row with `A` or `D` has a test here for every pool that it names.
 */
export type Verdict = "A" | "D" | "N";

/** What a test runs on. Rows without one are about futures alone. */
export type Ground = "threads" | "processes";

/** One test of CPython's `Lib/test/test_concurrent_futures`. */
export interface Row {
  /** `<file>.<name>`: the first word of the titles of its tests here. */
  readonly id: string;
  readonly file: string;
  /** Without `test_`; with a second part where CPython has several tests of that name in one file. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly grounds: readonly Ground[];
  /** What the test asserts. */
  readonly asserts: string;
  /** `D`: how it is adapted; `N`: why it does not apply. */
  readonly note: string;
}

type RowOfFile = Omit<Row, "id" | "file">;

export const alone: readonly Ground[] = [];
export const threads: readonly Ground[] = ["threads"];
export const processes: readonly Ground[] = ["processes"];
export const both: readonly Ground[] = ["threads", "processes"];

export const applies = (name: string, grounds: readonly Ground[], asserts: string): RowOfFile => ({ name, verdict: "A", grounds, asserts, note: "" });

export const adapted = (name: string, grounds: readonly Ground[], asserts: string, note: string): RowOfFile => ({
  name,
  verdict: "D",
  grounds,
  asserts,
  note,
});

export const notApplicable = (name: string, asserts: string, note: string): RowOfFile => ({ name, verdict: "N", grounds: [], asserts, note });

/** The rows of one file of CPython's tests. */
export const rowsOf = (file: string, rows: readonly RowOfFile[]): Row[] => rows.map((row) => ({ id: `${file}.${row.name}`, file, ...row }));
