import assert from "node:assert/strict";
import { formatDuration, formatElapsed } from "../../../src/extension/editor/duration.js";

describe("formatDuration", () => {
  const cases: [ms: number, text: string][] = [
    [-3, "0 ms"],
    [0, "0 ms"],
    [0.04, "0 ms"],
    [0.8, "0.8 ms"],
    [3.44, "3.4 ms"],
    [9.94, "9.9 ms"],
    [9.96, "10 ms"],
    [12, "12 ms"],
    [999.4, "999 ms"],
    [999.6, "1.00 s"],
    [1_214, "1.21 s"],
    [9_994, "9.99 s"],
    [9_996, "10.0 s"],
    [59_949, "59.9 s"],
    [59_951, "1 m 00 s"],
    [125_000, "2 m 05 s"],
    [3_720_000, "1 h 02 m"],
  ];
  for (const [ms, text] of cases) it(`${ms} ms is ${text}`, () => assert.equal(formatDuration(ms), text));
});

describe("formatElapsed", () => {
  const cases: [ms: number, text: string][] = [
    [-1, "0 s"],
    [999, "0 s"],
    [3_999, "3 s"],
    [60_000, "1 m 00 s"],
    [125_900, "2 m 05 s"],
    [7_320_000, "2 h 02 m"],
  ];
  for (const [ms, text] of cases) it(`${ms} ms is ${text}`, () => assert.equal(formatElapsed(ms), text));
});
