// @ts-check
// Measures what the charts of the README show, and draws them: npm run bench -- --charts. With --redraw it draws what was measured last.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import { curves } from "./curves.mjs";
import { draw } from "./draw.mjs";

/** @import { Plan } from "../harness.mjs" */
/** @import { Curve, Point } from "./curves.mjs" */

const folder = new URL("../../../media/bench/", import.meta.url);
const stored = new URL("charts.json", folder);

/**
 * @param {Plan} plan
 * @param {(text: string) => void} say
 * @param {readonly string[]} prefixes Only charts whose names begin so are measured, the others stay; none: all.
 * @throws {Error} If ours or raw failed, or anybody gave a wrong result.
 */
export async function measureCharts(plan, say, prefixes = []) {
  const machine = `${os.availableParallelism()} cores, Node ${process.version}, ${process.platform} ${process.arch}`;
  /** @type {Record<string, readonly Point[]>} */
  const charts = existsSync(stored) ? JSON.parse(readFileSync(stored, "utf8")).charts : {};
  for (const curve of curves) {
    const isWanted = prefixes.length === 0 || prefixes.some((prefix) => curve.id.startsWith(prefix));
    if (isWanted && curve.isPossible?.() !== false) charts[curve.id] = await pointsOf(curve, plan, say);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(stored, `${JSON.stringify({ machine, charts }, null, 1)}\n`);
  drawCharts();
}

/** Draws what `media/bench/charts.json` holds. */
export function drawCharts() {
  const { machine, charts } = JSON.parse(readFileSync(stored, "utf8"));
  for (const curve of curves.filter(({ id }) => charts[id]))
    writeFileSync(new URL(`${curve.id}.svg`, folder), draw(curve, charts[curve.id], machine));
}

/**
 * @param {Curve} curve
 * @param {Plan} plan
 * @param {(text: string) => void} say
 */
async function pointsOf(curve, plan, say) {
  /** @type {Point[]} */
  const points = [];
  for (const x of curve.values) {
    say(`${curve.title}: ${x}`);
    const [result] = await curve.measure(x, plan);
    for (const { name, role, value, failure } of result?.rows ?? []) {
      if (failure && (role !== "peer" || failure.startsWith("WrongResult"))) throw new Error(`${curve.title}, ${x}: ${name}: ${failure}`);
      if (value !== null) points.push({ series: name, x, y: Number(value.toPrecision(4)) });
    }
  }
  return points;
}
