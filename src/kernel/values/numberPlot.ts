import type { NumberPlot } from "../../protocol/values.js";

/** Fewer numbers are read sooner than a line. */
const fewest = 8;
const mostPoints = 64;
/** Numbers looked at. */
const mostNumbers = 1_000_000;

/** @returns nothing if the value is no array of enough finite numbers. */
export function plotOf(value: unknown): NumberPlot | undefined {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
  if (!isList) return undefined;
  const numbers = value as ArrayLike<unknown>;
  const { length } = numbers;
  if (length < fewest || length > mostNumbers) return undefined;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i += 1) {
    const number = numbers[i];
    if (typeof number !== "number" || !Number.isFinite(number)) return undefined;
    min = Math.min(min, number);
    max = Math.max(max, number);
  }
  const count = Math.min(mostPoints, length);
  const points = Array.from({ length: count }, (_, point) => {
    const from = Math.floor((point * length) / count);
    const to = Math.floor(((point + 1) * length) / count);
    let sum = 0;
    for (let i = from; i < to; i += 1) sum += numbers[i] as number;
    return sum / (to - from);
  });
  return { points, count: length, min, max };
}
