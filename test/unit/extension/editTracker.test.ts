import assert from "node:assert/strict";
import { EditTracker, type LineChange, lineChange, movedLine } from "../../../src/extension/editor/editTracker.js";

const change = (startLine: number, startCharacter: number, endLine: number, endCharacter: number, insertedBreaks: number): LineChange => ({
  startLine,
  startCharacter,
  endLine,
  endCharacter,
  insertedBreaks,
});

describe("movedLine", () => {
  it("leaves lines above a change", () => assert.equal(movedLine(2, change(3, 0, 5, 0, 0)), 2));
  it("moves lines below a change", () => {
    assert.equal(movedLine(9, change(3, 0, 5, 0, 0)), 7);
    assert.equal(movedLine(9, change(3, 4, 3, 4, 2)), 11);
  });
  it("moves a line down when lines are inserted at its beginning, not when it is broken further on", () => {
    assert.equal(movedLine(3, change(3, 0, 3, 0, 1)), 4);
    assert.equal(movedLine(3, change(3, 5, 3, 5, 1)), 3);
  });
  it("knows when a line is deleted", () => {
    assert.equal(movedLine(3, change(3, 0, 4, 0, 0)), undefined);
    assert.equal(movedLine(4, change(3, 2, 6, 1, 0)), undefined);
  });
  it("follows the tail of the last line", () => assert.equal(movedLine(4, change(3, 0, 4, 0, 0)), 3));
});

describe("EditTracker", () => {
  it("finds lines again through random edits, whenever they are still there", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    let checked = 0;
    for (let round = 0; round < 300; round += 1) {
      const tracker = new EditTracker();
      let lines = Array.from({ length: 12 }, (_, index) => `<line ${index}>`);
      const since = tracker.now();
      for (let edit = 0; edit < 4; edit += 1) {
        const [a, b] = [random(lines.length), random(lines.length)].sort((x, y) => x - y) as [number, number];
        // Whole lines, as they are typed, pasted and deleted: what happens inside a line moves none.
        const start = { line: a, character: random(2) === 0 ? 0 : (lines[a] as string).length };
        const end = random(2) === 0 || start.line === b ? start : { line: b, character: 0 };
        const text = "new\n".repeat(random(3));
        tracker.record("file:///a", [lineChange({ range: { start, end }, text })]);
        const before = [...lines.slice(0, start.line), (lines[start.line] as string).slice(0, start.character)].join("\n");
        const after = [(lines[end.line] as string).slice(end.character), ...lines.slice(end.line + 1)].join("\n");
        lines = (before + text + after).split("\n");
      }
      for (let line = 0; line < 12; line += 1) {
        const now = lines.findIndex((candidate) => candidate.includes(`<line ${line}>`));
        if (now < 0) continue;
        checked += 1;
        assert.equal(tracker.lineNow("file:///a", line, since), now, `round ${round}, line ${line}:\n${lines.join("\n")}`);
      }
    }
    assert.ok(checked > 1_000);
  });

  it("counts from the moment asked for, in each document for itself", () => {
    const tracker = new EditTracker();
    tracker.record("file:///a", [change(0, 0, 0, 0, 2)]);
    const since = tracker.now();
    tracker.record("file:///a", [change(0, 0, 0, 0, 3)]);
    assert.equal(tracker.lineNow("file:///a", 5, since), 8);
    assert.equal(tracker.lineNow("file:///a", 5, 0), 10);
    assert.equal(tracker.lineNow("file:///b", 5, 0), 5);
  });

  it("takes several replacements of one edit in positions before it", () => {
    const tracker = new EditTracker();
    tracker.record("file:///a", [change(2, 0, 2, 0, 1), change(10, 0, 12, 0, 0)]);
    assert.equal(tracker.lineNow("file:///a", 20, 0), 19);
  });

  it("says so when the edits are no longer known", () => {
    const tracker = new EditTracker();
    tracker.record("file:///a", [change(0, 0, 0, 0, 1)]);
    const later = tracker.now();
    tracker.forgetUntil(later);
    assert.equal(tracker.lineNow("file:///a", 5, 0), undefined);
    assert.equal(tracker.lineNow("file:///a", 5, later), 5);
  });
});
