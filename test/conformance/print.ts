/** The conformance table as text: rows, verdicts and what became of their tests in one run. */
import { aligned, markdown, type Results } from "../support/tableText.js";
import type { Row } from "./rows/row.js";
import { keysOf, table } from "./table.js";

export { resultsOf } from "../support/tableText.js";

interface Line {
  readonly row: Row;
  /** One a column; `-` where the row asks for no test. */
  readonly cells: readonly string[];
}

/** Headings, and what the keys of their tests end with. */
const columns = { alone: "", thread: " [threads]", process: " [processes]" };

/** The rows with their results. `missing`: the row asks for a test that was not run. */
function linesOf(results: Results): Line[] {
  return table.map((row) => {
    const outcome = (key: string): string => (keysOf(row).includes(key) ? (results.get(key)?.outcome ?? "missing") : "-");
    return { row, cells: Object.values(columns).map((ground) => outcome(row.id + ground)) };
  });
}

/** True if every test that the table asks for has passed. */
export function allPassed(results: Results): boolean {
  return linesOf(results).every(({ cells }) => cells.every((cell) => cell === "pass" || cell === "-"));
}

/** One line: rows by verdict, tests by outcome. */
export function countOf(results: Results): string {
  const verdicts = (verdict: string): number => table.filter((row) => row.verdict === verdict).length;
  const cells = linesOf(results).flatMap((line) => line.cells.filter((cell) => cell !== "-"));
  const count = (outcome: string): number => cells.filter((cell) => cell === outcome).length;
  return (
    `${table.length} rows: ${verdicts("A")} apply (A), ${verdicts("D")} are adapted (D), ${verdicts("N")} do not apply (N); ` +
    `${cells.length} tests: ${count("pass")} passed, ${count("fail")} failed, ${count("missing")} missing`
  );
}

/** For a terminal: aligned columns. Rows that do not apply are followed by their reason. */
export function asText(results: Results): string {
  const rows = [
    ["row", "verdict", ...Object.keys(columns)],
    ...linesOf(results).map(({ row, cells }) => [row.id, row.verdict, ...cells, ...(row.verdict === "N" ? [`N: ${row.note}`] : [])]),
  ];
  return [...aligned(rows), "", countOf(results)].join("\n");
}

/** As a table in markdown, with what each row asserts and how it is adapted. */
export function asMarkdown(results: Results): string {
  const rows = [
    ["row", "verdict", ...Object.keys(columns), "asserts", "adapted how, or why not"],
    ...linesOf(results).map(({ row, cells }) => [`\`${row.id}\``, row.verdict, ...cells, row.asserts, row.note]),
  ];
  return [...markdown(rows), "", countOf(results)].join("\n");
}
