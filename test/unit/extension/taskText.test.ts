import assert from "node:assert/strict";
import { commandLink, escapeMarkdown } from "../../../src/extension/editor/markdown.js";
import { circumstances, stateSentence, wholeText } from "../../../src/extension/editor/taskText.js";
import { errorsOf, framesOf, newRecord, type TaskRecord, thrownAt } from "../../../src/extension/tasks/taskRecord.js";
import { untranslated as t } from "../../../src/extension/translate.js";
import type { StackFrame } from "../../../src/protocol/values.js";
import { error, newTask } from "./support.js";

const record = (different: Partial<TaskRecord> = {}): TaskRecord => ({ ...newRecord(newTask()), ...different });
const frame = (text: string, different: Partial<StackFrame> = {}): StackFrame => ({
  origin: "user",
  file: `/w/${text}.ts`,
  line: 1,
  column: 1,
  text,
  ...different,
});

describe("stateSentence", () => {
  const cases: [string, Partial<TaskRecord>][] = [
    ["Building", {}],
    ["Pending for 3 s", { state: "pending", submittedAt: 2_000 }],
    ["Running for 2 s", { state: "running", startedAt: 3_000 }],
    ["Running for 2 s, the wait for its result timed out", { state: "running", startedAt: 3_000, timedOut: error() }],
    ["Running for 2 s, being cancelled", { state: "running", startedAt: 3_000, cancelling: true }],
    ["Finished in 1.21 s", { state: "finished", duration: 1_214 }],
    ["Finished in 1.21 s, the code has changed since", { state: "finished", duration: 1_214, stale: true }],
    ["Failed", { state: "failed" }],
    ["Failed after 5 ms", { state: "failed", duration: 5 }],
    ["Timed out and stopped after 12 ms", { state: "failed", duration: 12, error: error({ source: "timeout" }) }],
    ["Timed out and dropped", { state: "failed", error: error({ source: "timeout" }) }],
    ["Cancelled before it started", { state: "cancelled" }],
    ["Cancelled after 12 ms", { state: "cancelled", duration: 12 }],
  ];
  for (const [sentence, different] of cases) it(sentence, () => assert.equal(stateSentence(record(different), 5_400, t), sentence));
});

describe("circumstances", () => {
  it("tells executor, worker and times", () => {
    const facts = circumstances(
      record({
        executor: "processes",
        worker: { name: "process-1", pid: 4711 },
        buildTime: 12,
        submittedAt: 1_012,
        startedAt: 1_015,
        duration: 1_214,
      }),
      t,
    );
    assert.deepEqual([facts[0], facts[1], ...facts.slice(3)], ["Processes", "process-1 (pid 4711)", "built in 12 ms", "waited 3 ms", "ran 1.21 s"]);
    assert.match(facts[2] ?? "", /^submitted \d/);
  });
});

describe("wholeText", () => {
  const value = { preview: "1", text: "[ 1, 2 ]", truncated: false, type: "Array(2)" };
  it("is the call and the value", () => assert.equal(wholeText(record({ state: "finished", value }), t), "// fib(40) #1\n[ 1, 2 ]\n"));
  it("says when something is missing", () => {
    assert.match(wholeText(record({ state: "finished", value: { ...value, truncated: true } }), t), /The rest was left out/);
    assert.match(wholeText(record(), t), /no value yet/);
  });
  it("is for an error its stack with causes and properties", () => {
    const cause = error({ name: "TypeError", message: "inner", stack: "TypeError: inner\n    at b" });
    const text = wholeText(
      record({ state: "failed", error: error({ stack: "RangeError: too deep\n    at a", properties: "{ code: 7 }", cause }) }),
      t,
    );
    assert.equal(text, "// fib(40) #1\nRangeError: too deep\n    at a\n{ code: 7 }\nCaused by: TypeError: inner\n    at b\n");
  });
});

describe("frames of an error", () => {
  const inner = error({ name: "Inner", frames: [frame("c")] });
  const nested = error({
    frames: [frame("node:x", { origin: "node" }), frame("a"), frame("b")],
    cause: inner,
    errors: [error({ frames: [frame("d")] })],
  });

  it("are told depth first, cause before parts", () =>
    assert.deepEqual(
      framesOf(nested).map(({ text }) => text),
      ["node:x", "a", "b", "c", "d"],
    ));
  it("lead to the innermost one in the user's files", () => assert.equal(thrownAt(nested)?.text, "a"));
  it("lead nowhere when none is the user's", () => assert.equal(thrownAt(error({ frames: [frame("x", { origin: "dependency" })] })), undefined));
  it("end, even when causes go round in a circle", () => {
    const circle = { ...error() } as { cause?: unknown } & ReturnType<typeof error>;
    circle.cause = circle;
    assert.equal(errorsOf(circle).length, 20);
  });
});

describe("markdown", () => {
  it("leaves nothing of a program's text to be formatted", () => {
    assert.equal(escapeMarkdown("[x](command:evil) `a`\n<b> $(zap)"), "\\[x\\]\\(command\\:evil\\) \\`a\\` \\<b\\> \\$\\(zap\\)");
  });
  it("hands arguments to a command", () => {
    assert.equal(commandLink("a]b", "futures.cancel", [{ taskId: "1" }]), "[a\\]b](command:futures.cancel?%5B%7B%22taskId%22%3A%221%22%7D%5D)");
  });
});
