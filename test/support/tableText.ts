/** What the printed tables of tests have in common: results by key, aligned columns, markdown. */

/** What became of a test. */
export interface Result {
  readonly outcome: "pass" | "fail";
  /** What the test says of itself, see {@link tell}. */
  readonly told?: Told;
}

export interface Told {
  /** What happened, for people. */
  readonly text: string;
  readonly ms: number;
}

/** Of each test by its key. A test that is not in here was not run. */
export type Results = ReadonlyMap<string, Result>;

/** The part of a test's title that names its row and its ground; the rest of it is for people. */
export const keyOf = (title: string): string => title.split(": ")[0] ?? title;

/** Leaves a word at a test that runs; `reporter.mjs` carries it to {@link resultsOf}. */
export function tell(test: Mocha.Runnable | undefined, told: Told): void {
  if (test) Object.assign(test, { told });
}

/** @param report what `reporter.mjs` has written: a line of JSON an event. */
export function resultsOf(report: string): Results {
  const results = new Map<string, Result>();
  for (const line of report.split("\n").filter(Boolean)) {
    const { event, title, told } = JSON.parse(line) as { event: string; title: string; told?: Told };
    if (event !== "pass" && event !== "fail") continue;
    results.set(keyOf(title.split(" > ").at(-1) ?? title), told ? { outcome: event, told } : { outcome: event });
  }
  return results;
}

/** For a terminal: one line a row. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** A table in markdown; the first row has the headings. */
export function markdown([headings = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [headings, headings.map(() => "---"), ...rows].map(line);
}
