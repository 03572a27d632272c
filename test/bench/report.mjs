// @ts-check
/** @import { Result, Row, Target } from "./harness.mjs" */

/**
 * @typedef {object} Summary One entry of the JSON output.
 * @property {number | null} ours
 * @property {number | null} raw
 * @property {Record<string, number | null>} peers Null for one that hung or threw.
 * @property {string} unit
 * @property {number | null} ratio Ours divided by what the target compares with; without a target by the best peer, or by raw where there is no peer.
 * @property {string | null} target
 * @property {boolean | null} met
 */

/**
 * @param {Result} result
 * @returns {[id: string, summary: Summary][]} One for each target; without any, one.
 */
export function summarize(result) {
  const targets = Object.entries(result.figure.targets ?? { "": undefined });
  return targets.map(([suffix, target]) => [result.figure.id + suffix, summaryOf(result, target)]);
}

/**
 * @param {Result} result
 * @param {Target | undefined} target
 * @returns {Summary}
 */
function summaryOf({ figure, rows }, target) {
  const medianOf = (/** @type {Row["role"]} */ role) => rows.find((row) => row.role === role)?.value ?? null;
  const peers = rows.filter((row) => row.role === "peer");
  const ours = medianOf("ours");
  const best = bestOf(figure.better, peers);
  const against = { peers: best, raw: medianOf("raw"), nothing: null }[target?.against ?? (peers.length > 0 ? "peers" : "raw")];
  const ratio = ours === null || against === null ? null : ours / against;
  const judged = target?.against === "nothing" ? ours : ratio;
  return {
    ours: round(ours),
    raw: round(medianOf("raw")),
    peers: Object.fromEntries(peers.map((row) => [row.name, round(row.value)])),
    unit: figure.unit,
    ratio: round(ratio),
    target: target ? describe(target, figure.unit) : null,
    met: target && judged !== null ? isMet(judged, target) : null,
  };
}

/**
 * @param {Target} target
 * @param {string} unit
 */
function describe({ against, is, value }, unit) {
  if (against === "nothing") return `${is} ${value} ${unit}`;
  return `${is} ${value} × ${against === "peers" ? "the best peer" : "raw"}`;
}

/**
 * @param {number} judged
 * @param {Target} target
 */
function isMet(judged, { is, value }) {
  return { "at least": judged >= value, "at most": judged <= value, above: judged > value, below: judged < value }[is];
}

/**
 * @param {Result} result
 * @returns {string} Whether each target is met, as lines of text; empty if there is none.
 */
export function verdicts(result) {
  if (!result.figure.targets) return "";
  const lines = summarize(result).map(([id, { ratio, target, met }]) => {
    const verdict = met === null ? "not known" : met ? "met" : "MISSED";
    return `  ${verdict}: ${id} is ${ratio === null ? "" : `${number(ratio)} times, `}to be ${target}`;
  });
  return `${lines.join("\n")}\n`;
}

/**
 * @param {Result} result
 * @returns {string} The result as lines of text.
 */
export function table({ figure, rounds, rows }) {
  const [first, ...others] = rows;
  if (first && others.length === 0) {
    const range = first.min === null || first.max === null ? first.failure : `${number(first.min)} – ${number(first.max)}, median of ${rounds}`;
    return `${figure.title}: ${first.value === null ? "no value" : `${number(first.value)} ${figure.unit}`} (${range})`;
  }
  const ours = rows.find((row) => row.role === "ours")?.value ?? null;
  const cells = rows.map((row) => {
    if (row.value === null || row.min === null || row.max === null) return [row.role, row.name, `no value: ${row.failure}`];
    const ratio = row.role === "ours" || ours === null ? "" : `ours is ${number(ours / row.value)} times that`;
    return [row.role, row.name, number(row.value), `${number(row.min)} – ${number(row.max)}`, ratio];
  });
  const width = (/** @type {number} */ column) =>
    Math.max(...cells.filter((row) => row.length > 3).map((row) => row[column]?.length ?? 0), column < 2 ? 9 : 0);
  const lines = cells.map(([role = "", name = "", value = "", range, ratio]) =>
    range === undefined
      ? `  ${role.padEnd(width(0))}  ${name.padEnd(width(1))}  ${value}`
      : `  ${role.padEnd(width(0))}  ${name.padEnd(width(1))}  ${value.padStart(width(2))}  ${range.padStart(width(3))}  ${ratio}`.trimEnd(),
  );
  return [`${figure.title}, ${figure.unit}, ${figure.better} is better (median of ${rounds}, min – max)`, ...lines].join("\n");
}

/**
 * @param {"higher" | "lower"} better
 * @param {readonly Row[]} rows
 * @returns {number | null} Null if none has a value.
 */
function bestOf(better, rows) {
  const values = rows.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length === 0) return null;
  return better === "higher" ? Math.max(...values) : Math.min(...values);
}

/**
 * Four digits say all that such a measurement knows.
 * @template {number | null} T
 * @param {T} value
 * @returns {T}
 */
function round(value) {
  return /** @type {T} */ (value === null ? null : Number(value.toPrecision(4)));
}

/** @param {number} value */
function number(value) {
  return value.toLocaleString("en-US", value >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
}
