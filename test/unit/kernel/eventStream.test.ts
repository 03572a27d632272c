import assert from "node:assert/strict";
import { EventStream } from "../../../src/kernel/eventStream.js";
import type { KernelEvent } from "../../../src/protocol/messages.js";

const event = (n: number): KernelEvent => ({ type: "accepted", taskId: String(n), at: 0 });
const idOf = (each: KernelEvent): string => ("taskId" in each ? String(each.taskId) : each.type);

describe("the kernel's event stream", () => {
  it("sends what happens in one turn together, in order, the snapshot last and once", async () => {
    const batches: string[][] = [];
    const sent = new Promise<void>((resolve) => {
      const stream = new EventStream(
        (events) => {
          batches.push(events.map(idOf));
          resolve();
        },
        () => ({ type: "executors", executors: [], clusters: [] }),
      );
      stream.push(event(1));
      stream.pushSnapshot();
      stream.push(event(2));
      stream.pushSnapshot();
      assert.equal(batches.length, 0);
    });
    await sent;
    assert.deepEqual(batches, [["1", "2", "executors"]]);
  });

  it("sends at most 20 messages in any second, and loses none of a flood", async () => {
    const times: number[] = [];
    const received: string[] = [];
    const total = 400;
    await new Promise<void>((resolve) => {
      const stream = new EventStream(
        (events) => {
          times.push(performance.now());
          received.push(...events.map(idOf));
          if (received.length === total) resolve();
        },
        () => ({ type: "executors", executors: [], clusters: [] }),
      );
      let n = 0;
      const timer = setInterval(() => {
        stream.push(event(n));
        n += 1;
        if (n === total) clearInterval(timer);
      }, 3);
    });
    assert.deepEqual(
      received,
      Array.from({ length: total }, (_, i) => String(i)),
    );
    for (const start of times) assert.ok(times.filter((time) => time >= start && time < start + 1000).length <= 20);
  });
});
