import assert from "node:assert/strict";
import { type ControlContent, type ReportContent, type ResultContent, read, type TaskContent, write } from "../../../src/cluster/messages.js";

describe("what goes over the queue", () => {
  const task: TaskContent = {
    submitter: "someone",
    fn: { kind: "program", hash: "0a", path: ["도형", "넓이"], name: "넓이" },
    args: { bytes: Buffer.from([0, 1, 255]) },
    arity: 0,
    notAfter: 1_900_000_000_000,
    retries: 0,
    orphan: "drop",
  };
  const contents: Record<string, TaskContent | ResultContent | ControlContent | Partial<ReportContent>> = {
    "a task": task,
    "a task with a limit": { ...task, timeout: 1.5, retries: 3, orphan: "keep" },
    "a task without arguments": { ...task, args: { bytes: new Uint8Array() } },
    "a task by source text": { ...task, fn: { kind: "source", source: "() => '\ud800'", name: "the function" } },
    "a task with large arguments": { ...task, args: { blob: "0b" } },
    "a value": { kind: "value", value: { bytes: Buffer.alloc(100_000, 7) } },
    "a large value": { kind: "value", value: { blob: "0c" } },
    "an error": { kind: "error", error: { bytes: Buffer.from("error") } },
    "a chunk": { kind: "chunk", values: { bytes: Buffer.from("values") }, errors: [[1, Buffer.from("error")]] },
    "a stop": { type: "stop", id: "someone-1", reason: Buffer.from("why") },
    "a report": { name: "worker", kind: "threads", slots: 2, pairKey: Buffer.alloc(32, 1) },
  };

  for (const [what, content] of Object.entries(contents))
    it(`arrives as it was: ${what}`, () => {
      const written = write(content as TaskContent);
      const memory = Buffer.concat([Buffer.alloc(5), written]).subarray(5);
      assert.deepEqual(plain(read(memory)), plain(content));
    });

  it("is refused where it was cut off within its text", () => {
    const written = write(task);
    for (let length = 0; length < written.length - 3; length += 1) assert.throws(() => read(written.subarray(0, length)), `${length} bytes`);
  });
});

/** Bytes are read as they come: which class of memory they are in does not matter. */
function plain(content: unknown): unknown {
  if (content instanceof Uint8Array) return [...content];
  if (Array.isArray(content)) return content.map(plain);
  if (typeof content !== "object" || content === null) return content;
  return Object.fromEntries(Object.entries(content).map(([key, value]) => [key, plain(value)]));
}
