import { Buffer } from "node:buffer";
import type { NumberPlot } from "../../protocol/values.js";
import type { Translate } from "../translate.js";
import { escapeMarkdown } from "./markdown.js";

/** Pixels. */
const width = 360;
const height = 60;
/** Characters of an image in a hover; a larger one is opened. */
const imageLimit = 60_000;

/** Numbers as a small line, with what it shows as its text. The colour is seen on light and dark. */
export function plotImage({ points, count, min, max }: NumberPlot, t: Translate): string {
  const span = max - min || 1;
  const place = (point: number, i: number): string => {
    const x = (i / Math.max(1, points.length - 1)) * (width - 4) + 2;
    const y = height - 3 - ((point - min) / span) * (height - 6);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  const line = points.map(place).join(" ");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><polyline points="${line}" fill="none" stroke="#3794ff" stroke-width="1.5" stroke-linejoin="round"/></svg>`;
  return image(t("A line of {0} numbers from {1} to {2}", count, short(min), short(max)), "image/svg+xml", Buffer.from(svg).toString("base64"));
}

/** The image among the forms of a value, if it has one that is small enough for a hover. */
export function imageOf(display: Readonly<Record<string, string>>): string | undefined {
  const alternative = display["text/plain"] ?? "";
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/svg+xml"]) {
    const content = display[type];
    if (content === undefined || content.length > imageLimit) continue;
    return image(alternative, type, type === "image/svg+xml" ? Buffer.from(content).toString("base64") : content);
  }
  return undefined;
}

function image(alternative: string, type: string, base64: string): string {
  return `![${escapeMarkdown(alternative)}](data:${type};base64,${base64.replace(/[^A-Za-z0-9+/=]/g, "")})`;
}

function short(number: number): string {
  return String(Number(number.toPrecision(6)));
}
