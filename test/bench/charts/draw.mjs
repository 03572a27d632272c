import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** @import { Curve, Point } from "./curves.mjs" */

/** Legible on the white that they bring along, whatever the page is. */
const colors = ["#1f6feb", "#8250df", "#bc4c00", "#1a7f37", "#6e7781", "#cf222e"];

/**
 * @param {Curve} curve
 * @param {readonly Point[]} points Series in the order in which they are to be named.
 * @param {string} caption The machine.
 * @returns {string} An SVG.
 */
export function draw({ id, title, x, y, logarithmicY, values, ideal }, points, caption) {
  const { document } = parseHTML("<html><body></body></html>");
  const series = [...new Set(points.map((point) => point.series))];
  const limit = ideal ? values.map((value) => ({ x: value, y: ideal.at(value) })) : [];
  const top = Math.max(...points.map((point) => point.y)) * (logarithmicY ? 2 : 1.1);
  const least = Math.min(...points.map((point) => point.y)) / (logarithmicY ? 1.6 : Number.POSITIVE_INFINITY);
  const plot = Plot.plot({
    document,
    width: 760,
    height: 400,
    marginLeft: 64,
    marginRight: 24,
    marginTop: 84 + 16 * Math.ceil((series.length + (ideal ? 1 : 0)) / 3),
    marginBottom: 62,
    style: { background: "white", color: "#1f2328", fontSize: "12px", fontFamily: "system-ui, sans-serif" },
    x: {
      type: "log",
      domain: [values[0], values.at(-1)],
      ticks: [...values],
      tickFormat: short,
      label: x,
      labelAnchor: "center",
      labelArrow: "none",
    },
    y: {
      type: logarithmicY ? "log" : "linear",
      domain: [least, top],
      grid: true,
      tickFormat: tick,
      label: y,
      labelArrow: "none",
      ticks: logarithmicY ? 4 : 6,
    },
    color: { domain: series, range: colors },
    clip: true,
    marks: [
      Plot.lineY(limit, { x: "x", y: "y", stroke: "#6e7781", strokeDasharray: "4 4" }),
      Plot.lineY(points, { x: "x", y: "y", stroke: "series", strokeWidth: 2 }),
      Plot.dot(points, { x: "x", y: "y", fill: "series", r: 3.5 }),
    ],
  });
  const svg = plot.tagName.toLowerCase() === "svg" ? plot : plot.querySelector("svg");
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${title}. ${caption}`);
  svg.setAttribute("id", id);
  return `${svg.outerHTML}\n`.replace(
    /(<svg[^>]*>)/,
    (opening) => `${opening}${background()}${heading(title, caption)}${legend(series, ideal?.name)}`,
  );
}

function background() {
  return '<rect width="760" height="400" fill="white"/>';
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
  const entries = [
    ...series.map((name, n) => ({ name, color: colors[n], dash: "" })),
    ...(ideal ? [{ name: ideal, color: "#6e7781", dash: "4 4" }] : []),
  ];
  const items = entries.map(({ name, color, dash }, n) => {
    const left = 16 + 246 * (n % 3);
    const top = 68 + 16 * Math.floor(n / 3);
    return `<line x1="${left}" x2="${left + 20}" y1="${top - 4}" y2="${top - 4}" stroke="${color}" stroke-width="2.5" stroke-dasharray="${dash}"/><text x="${left + 26}" y="${top}">${escaped(name)}</text>`;
  });
  return `<g text-anchor="start">${items.join("")}</g>`;
}

/** @param {number} value */
function short(value) {
  return value >= 1e6 ? `${value / 1e6}M` : value >= 1e4 ? `${value / 1e3}k` : `${value}`;
}

/** @param {number} value */
function tick(value) {
  return /^[125]/.test(String(value).replace(/^0\.0*/, "")) ? (value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : `${value}`) : "";
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
