import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** @import { Curve, Point } from "./curves.mjs" */

const width = 760;
const height = 400;
const legendColumns = 3;

/** The same in every chart, and legible on the white that they bring along, whatever the page is. */
const colors = {
  ThreadPoolExecutor: "#1f6feb",
  ProcessPoolExecutor: "#8250df",
  "piscina, 8 tasks per worker": "#bc4c00",
  "jest-worker": "#1a7f37",
  workerpool: "#9a6700",
  poolifier: "#bf3989",
  ClusterExecutor: "#0550ae",
  BullMQ: "#cf222e",
  postMessage: "#57606a",
  "CPython ProcessPoolExecutor": "#cf222e",
};
const idealColor = "#8c959f";

/**
 * @param {Curve} curve
 * @param {readonly Point[]} points Series in the order in which they are to be named.
 * @param {string} machine
 * @returns {string} An SVG.
 */
export function draw({ title, x, y, logarithmicY, values, ideal }, points, machine) {
  const { document } = parseHTML("<html><body></body></html>");
  const series = [...new Set(points.map((point) => point.series))];
  const limit = ideal ? values.map((value) => ({ x: value, y: ideal.at(value) })) : [];
  const numbers = points.map((point) => point.y);
  const svg = Plot.plot({
    document,
    width,
    height,
    marginLeft: 64,
    marginRight: 36,
    marginTop: 72 + 16 * Math.ceil((series.length + limit.length / (limit.length || 1)) / legendColumns),
    marginBottom: 56,
    style: { background: "white", color: "#1f2328", fontSize: "12px", fontFamily: "system-ui, sans-serif" },
    x: {
      type: "log",
      base: values.every((value) => Number.isInteger(Math.log2(value))) ? 2 : 10, // or some ticks have no text
      domain: [values[0], values.at(-1)],
      ticks: [...values],
      tickFormat: short,
      label: x,
      labelAnchor: "center",
      labelArrow: "none",
    },
    y: {
      type: logarithmicY ? "log" : "linear",
      domain: logarithmicY ? [Math.min(...numbers) / 1.6, Math.max(...numbers) * 2] : [0, Math.max(...numbers) * 1.1],
      grid: true,
      ticks: logarithmicY ? 4 : 6,
      tickFormat: short,
      label: null,
    },
    color: { domain: series, range: series.map((name) => colors[name]) },
    marks: [
      Plot.lineY(limit, { x: "x", y: "y", stroke: idealColor, strokeDasharray: "4 4", clip: true }),
      Plot.lineY(points, { x: "x", y: "y", stroke: "series", strokeWidth: 2 }),
      Plot.dot(points, { x: "x", y: "y", fill: "series", r: 3.5 }),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${title}. ${machine}`);
  const head = `<rect width="${width}" height="${height}" fill="white"/>${heading(title, `${y}; ${machine}`)}${legend(series, ideal?.name)}`;
  return `${svg.outerHTML.replace(/<svg[^>]*>/, (opening) => opening + head)}\n`;
}

/**
 * @param {string} title
 * @param {string} caption
 */
function heading(title, caption) {
  return `<g text-anchor="start"><text x="16" y="26" font-size="16" font-weight="600">${escaped(title)}</text><text x="16" y="46" fill="#59636e">${escaped(caption)}</text></g>`;
}

/**
 * @param {readonly string[]} series
 * @param {string | undefined} ideal
 */
function legend(series, ideal) {
  const entries = series.map((name) => ({ name, color: colors[name], dash: "" }));
  if (ideal) entries.push({ name: ideal, color: idealColor, dash: "4 4" });
  const items = entries.map(({ name, color, dash }, n) => {
    const left = 16 + 246 * (n % legendColumns);
    const top = 68 + 16 * Math.floor(n / legendColumns);
    const line = `<line x1="${left}" x2="${left + 20}" y1="${top - 4}" y2="${top - 4}" stroke="${color}" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
    return `${line}<text x="${left + 26}" y="${top}">${escaped(name)}</text>`;
  });
  return `<g text-anchor="start">${items.join("")}</g>`;
}

/** @param {number} value */
function short(value) {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value % 1e3 === 0 && value > 0 ? `${value / 1e3}k` : `${value}`;
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
