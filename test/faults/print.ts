/** The fault matrix as text: each fault with what it settled with on each pool in one run, and the verdict. */
import { aligned, markdown, type Results } from "../support/tableText.js";
import { type Fault, type Ground, grounds, keyFor, keysOf, table } from "./table.js";

export { resultsOf } from "../support/tableText.js";

/** Characters of what a fault settled with. */
const width = 60;

/** True if every test that the matrix asks for has passed. */
export function allPassed(results: Results): boolean {
  return table.every((row) => survived(row, results));
}

const survived = (row: Fault, results: Results): boolean => keysOf(row).every((key) => results.get(key)?.outcome === "pass");

/** One line: faults by verdict, tests by outcome. */
export function countOf(results: Results): string {
  const keys = table.flatMap(keysOf);
  const count = (outcome: "pass" | "fail" | undefined): number => keys.filter((key) => results.get(key)?.outcome === outcome).length;
  const good = table.filter((row) => survived(row, results)).length;
  return (
    `${table.length} faults: ${good} survived, ${table.length - good} not; ` +
    `${keys.length} tests: ${count("pass")} passed, ${count("fail")} failed, ${count(undefined)} missing`
  );
}

function rowsOf(results: Results): string[][] {
  return [
    ["fault", ...grounds, "verdict"],
    ...table.map((row) => [
      row.fault,
      ...grounds.map((ground) => cellOf(row, ground, results)),
      survived(row, results) ? "survived" : wrongOf(row, results),
    ]),
  ];
}

function cellOf(row: Fault, ground: Ground, results: Results): string {
  if (!row.grounds.includes(ground)) return "-";
  const result = results.get(keyFor(row, ground));
  if (result?.outcome !== "pass" || !result.told) return result ? "failed" : "missing";
  const text = result.told.text.replace(/\s+/g, " ");
  return `${text.length > width ? `${text.slice(0, width - 1)}…` : text} (${result.told.ms.toFixed(0)} ms)`;
}

function wrongOf(row: Fault, results: Results): string {
  const wrong = keysOf(row).filter((key) => results.get(key)?.outcome !== "pass");
  return `NOT SURVIVED: ${wrong.join(", ")}`;
}

/** For a terminal: aligned columns. */
export function asText(results: Results): string {
  return [...aligned(rowsOf(results)), "", countOf(results)].join("\n");
}

export function asMarkdown(results: Results): string {
  return [...markdown(rowsOf(results)), "", countOf(results)].join("\n");
}
