import assert from "node:assert/strict";
import { cut, lineText, oneLine, thrownText } from "../../../src/extension/editor/lineText.js";
import { applyEvent, newRecord, type TaskRecord } from "../../../src/extension/tasks/taskRecord.js";
import { untranslated as t } from "../../../src/extension/translate.js";
import type { TaskEvent } from "../../../src/protocol/messages.js";
import type { ErrorDescription } from "../../../src/protocol/values.js";
import { error, newTask } from "./support.js";

type EventOf = TaskEvent extends infer E ? (E extends TaskEvent ? Omit<E, "taskId" | "at"> : never) : never;
const taskAfter = (...events: (EventOf & { at?: number })[]): TaskRecord =>
  events.reduce((task, event) => applyEvent(task, { taskId: "1", at: 2000, ...event } as TaskEvent), newRecord(newTask()));
const submitted = { type: "submitted", buildTime: 0, warnings: [], files: [] } as const;
const started = { type: "started", worker: "thread-0" } as const;
const finished = (preview: string, duration = 1214) =>
  ({ type: "settled", duration, outcome: { state: "finished", value: { preview, text: preview, truncated: false, type: "number" } } }) as const;
const failed = (message: string) => ({ type: "settled", duration: 5, outcome: { state: "failed", error: error({ message }) } }) as const;
const timedOut = { type: "timedOut", error: error({ source: "timeout", name: "TimeoutError", message: "no result within 1000 ms" }) } as const;
const show = (task: TaskRecord, options: { maxLength?: number; alsoOpen?: number; now?: number } = {}) => {
  const { kind, text } = lineText(task, { now: 5_900, maxLength: 80, t, ...options });
  assert.ok(!text.includes(" "), "ordinary spaces would collapse in the editor");
  return [kind, text.replaceAll("\u00a0", " ")];
};

describe("lineText", () => {
  it("is pending until the function has started", () => {
    assert.deepEqual(show(taskAfter()), ["pending", "pending"]);
    assert.deepEqual(show(taskAfter(submitted)), ["pending", "pending"]);
  });

  it("tells how long it has been running", () => assert.deepEqual(show(taskAfter(submitted, started)), ["running", "running 3 s"]));

  it("tells how far a task is, and a map", () => {
    const half = { type: "progress", progress: { text: "40/80", fraction: 0.5 } } as const;
    assert.deepEqual(show(taskAfter(submitted, started, half)), ["running", "running 3 s · 40/80 (50 %)"]);
    const map = { type: "mapProgress", map: { total: 100, done: 40, failed: 3, rate: 12.4, left: 5_000 } } as const;
    assert.deepEqual(show(taskAfter(submitted, started, map)), ["running", "running 3 s · 40 of 100 (40 %) · 3 failed · 12 a second · 5 s left"]);
    const done = { type: "mapProgress", map: { total: 100, done: 100, failed: 3, rate: 12 } } as const;
    assert.deepEqual(show(taskAfter(started, done, finished("[ 1 ]"))), ["finished", "[ 1 ] · 3 of 100 failed · 1.21 s"]);
  });

  it("tells result and duration", () => assert.deepEqual(show(taskAfter(started, finished("102334155"))), ["finished", "102334155 · 1.21 s"]));

  it("tells an error's message", () => assert.deepEqual(show(taskAfter(started, failed("too deep"))), ["failed", "RangeError: too deep"]));

  it("tells the timeout and that the task still runs, or is still pending", () => {
    assert.deepEqual(show(taskAfter(submitted, started, timedOut)), ["timedOut", "TimeoutError: no result within 1000 ms · still running 3 s"]);
    assert.deepEqual(show(taskAfter(submitted, timedOut)), ["timedOut", "TimeoutError: no result within 1000 ms · still pending"]);
  });

  it("tells that a task whose time was over is being stopped, and that it was", () => {
    const stop = { ...newRecord(newTask({ onTimeout: "stop" })), ...taskAfter(submitted, started, timedOut), onTimeout: "stop" } as const;
    assert.deepEqual(show(stop), ["timedOut", "TimeoutError: no result within 1000 ms · still running 3 s · being stopped"]);
    assert.deepEqual(show({ ...stop, cancelling: true }), ["timedOut", "TimeoutError: no result within 1000 ms · still running 3 s · cancelling"]);
    const end = { type: "settled", outcome: { state: "failed", error: timedOut.error } } as const;
    assert.deepEqual(show(taskAfter(started, timedOut, { ...end, duration: 1500 })), [
      "timedOut",
      "TimeoutError: no result within 1000 ms · stopped after 1.50 s",
    ]);
    assert.deepEqual(show(taskAfter(timedOut, end)), ["timedOut", "TimeoutError: no result within 1000 ms · stopped"]);
    assert.deepEqual(show({ ...taskAfter(timedOut, end), stale: true }), [
      "stale",
      "TimeoutError: no result within 1000 ms · stopped · code changed since",
    ]);
  });

  it("replaces the timeout by the result when it comes", () => {
    assert.deepEqual(show(taskAfter(started, timedOut, finished("7", 2500))), ["finished", "7 · 2.50 s"]);
  });

  it("tells a cancellation, and one that is under way", () => {
    assert.deepEqual(show(taskAfter(started, { type: "settled", duration: 900, outcome: { state: "cancelled" } })), [
      "cancelled",
      "cancelled · 900 ms",
    ]);
    assert.deepEqual(show(taskAfter({ type: "settled", outcome: { state: "cancelled" } })), ["cancelled", "cancelled"]);
    assert.deepEqual(show({ ...taskAfter(started), cancelling: true }), ["running", "running 3 s · cancelling"]);
  });

  it("marks what belongs to another text of the function", () => {
    assert.deepEqual(show({ ...taskAfter(started, finished("7")), stale: true }), ["stale", "7 · 1.21 s · code changed since"]);
    assert.deepEqual(show({ ...taskAfter(started, failed("x")), stale: true }), ["stale", "RangeError: x · code changed since"]);
  });

  it("counts further open tasks of the function", () => {
    assert.deepEqual(show(taskAfter(started), { alsoOpen: 2 }), ["running", "running 3 s · 2 more open"]);
    assert.deepEqual(show(taskAfter(started, finished("7")), { alsoOpen: 1 }), ["finished", "7 · 1.21 s · 1 more open"]);
  });

  it("cuts the value at the limit and keeps what follows it", () => {
    const [, text] = show(taskAfter(started, finished("x".repeat(300))), { maxLength: 40 });
    assert.equal(text, `${"x".repeat(30)}… · 1.21 s`);
    assert.equal(text?.length, 40);
  });

  it("shows a value of several lines on one", () => {
    assert.deepEqual(show(taskAfter(started, finished("{\n\ta: 1,\r\n  b: 2\n}"))), ["finished", "{↵ a: 1,↵  b: 2↵} · 1.21 s"]);
  });

  it("shows a result without a preview and an error without a message", () => {
    assert.deepEqual(show(taskAfter(started, finished(""))), ["finished", " · 1.21 s"]);
    assert.deepEqual(show(taskAfter(started, failed(""))), ["failed", "RangeError"]);
  });
});

describe("thrownText", () => {
  it("is the message, muted when the code has changed since", () => {
    assert.deepEqual(thrownText(error({ name: "Error", message: "no" }), false, { now: 0, maxLength: 80, t }), {
      kind: "failed",
      text: "Error:\u00a0no",
    });
    const kindOf = (source: ErrorDescription["source"]): string => thrownText(error({ source }), false, { now: 0, maxLength: 80, t }).kind;
    assert.deepEqual([kindOf("stop"), kindOf("timeout"), kindOf("build")], ["cancelled", "timedOut", "failed"]);
    assert.equal(thrownText(error(), true, { now: 0, maxLength: 80, t }).kind, "stale");
  });
});

describe("oneLine", () => {
  it("makes control characters and reordering marks visible", () => assert.equal(oneLine("a\u0007b\u202ec\u001b[31m"), "a�b�c�[31m"));
});

describe("cut", () => {
  it("leaves what fits", () => assert.equal(cut("abc", 3), "abc"));
  it("marks what is missing", () => assert.equal(cut("abcd", 3), "ab…"));
  it("never halves a surrogate pair", () => assert.equal(cut("a😀bcd", 3), "a…"));
});
