import assert from "node:assert/strict";
import { WorkerDesk } from "../../../src/futures/thread/workerDesk.js";
import { makeWorkerMemory } from "../../../src/futures/thread/workerMemory.js";
import { WorkerView } from "../../../src/futures/thread/workerView.js";

function setting(): { readonly desk: WorkerDesk; readonly view: WorkerView } {
  const memory = makeWorkerMemory();
  return { desk: new WorkerDesk(memory), view: new WorkerView(memory) };
}

function drained(view: WorkerView, mostPosted?: number): [call: number, value: unknown][] {
  const outcomes: [number, unknown][] = [];
  view.drain((call, _posted, _chunk, value) => outcomes.push([call, value]), mostPosted);
  return outcomes;
}

describe("the memory of a worker", () => {
  it("brings outcomes in order, many times around", () => {
    const { desk, view } = setting();
    let written = 0;
    let read = 0;
    const outcomeOf = (n: number): unknown => [n, "x".repeat((n * 37) % 900)];
    while (written < 3000) {
      while (desk.write(written % 256, outcomeOf(written))) written += 1;
      for (const outcome of drained(view)) {
        assert.deepEqual(outcome, [read % 256, outcomeOf(read)]);
        read += 1;
      }
      assert.equal(read, written);
    }
  });

  it("brings the values of a chunk as an array, empty ones too", () => {
    const { desk, view } = setting();
    const outcomes: unknown[] = [];
    for (const values of [[], [1, "two", null], [undefined]]) assert.equal(desk.write(1, undefined, values), true);
    view.drain((_call, _posted, chunk, value) => outcomes.push([chunk, value]));
    assert.deepEqual(outcomes, [
      [true, []],
      [true, [1, "two", null]],
      [true, [undefined]],
    ]);
  });

  it("refuses what is not plain, or too long, and what comes next is not touched by it", () => {
    const { desk, view } = setting();
    assert.equal(desk.write(1, new Map()), false);
    assert.equal(desk.write(2, "x".repeat(40_000)), false);
    assert.equal(desk.write(3, undefined, [1, () => 2]), false);
    assert.equal(desk.write(4, "fits"), true);
    assert.deepEqual(drained(view), [[4, "fits"]]);
  });

  it("keeps the place of outcomes among messages", () => {
    const { desk, view } = setting();
    desk.write(1, "before");
    desk.hasPosted();
    desk.write(2, "after one message");
    assert.deepEqual(drained(view, 0), [[1, "before"]]);
    assert.deepEqual(drained(view, 1), [[2, "after one message"]]);
  });

  it("signals once until outcomes are taken", () => {
    const { desk, view } = setting();
    assert.deepEqual([desk.signal(), desk.signal()], [true, false]);
    drained(view);
    assert.equal(desk.signal(), true);
  });

  it("can be read while it is read", () => {
    const { desk, view } = setting();
    for (let n = 0; n < 3; n += 1) desk.write(n, n);
    const order: number[] = [];
    view.drain((call) => {
      order.push(call);
      if (call === 0) view.drain((inner) => order.push(inner));
    });
    assert.deepEqual(order, [0, 1, 2]);
  });

  it("is woken once from its rest, by whatever it takes", () => {
    const { desk, view } = setting();
    let posted = 0;
    const wake = (): boolean => view.wake(() => (posted += 1));
    assert.equal(wake(), false, "it works");
    desk.rest();
    assert.deepEqual([wake(), wake()], [true, false]);
    assert.equal(posted, 1);
    assert.equal(desk.woken, true);
  });

  it("is hired from its rest only, and tells when it rests if it was to be", () => {
    const { desk, view } = setting();
    assert.equal(view.hire(), false);
    assert.equal(desk.restWanted, true);
    assert.equal(desk.rest(), true);
    assert.equal(view.hire(), true);
    assert.equal(desk.getUp(), false, "it waits for what is sent to it");
    view.dismiss();
    assert.equal(desk.getUp(), true);
  });

  it("comes for calls while it does nothing else, and once with each new call", () => {
    const { desk, view } = setting();
    desk.end();
    assert.equal(view.comes(), false);
    desk.look();
    assert.equal(view.comes(), true);
    desk.begin(5);
    assert.deepEqual([view.comes(), view.current], [true, 5]);
    assert.equal(view.comes(), false, "it holds that call for long");
    desk.begin(6);
    assert.equal(view.comes(), true);
    desk.look();
    view.halt(true);
    assert.equal(view.comes(), false, "it may claim none");
    view.halt(false);
    desk.rest();
    assert.deepEqual([view.comes(), view.current], [false, undefined], "it must be woken");
  });

  it("comes for a moment after it was woken, unless it comes to itself and does something else", async () => {
    const { desk, view } = setting();
    const wake = (): boolean => view.wake(() => {});
    desk.rest();
    wake();
    assert.equal(view.comes(), true);
    while (view.comes()) await new Promise(setImmediate); // its processor has been taken away
    desk.getUp();
    desk.rest();
    wake();
    desk.end();
    assert.equal(view.comes(), false);
  });

  it("shows up to where outcomes are taken that the pool was told of, until it begins with all that are there", () => {
    const { desk, view } = setting();
    assert.equal(desk.untakenFrom, undefined);
    desk.write(1, "a");
    desk.write(2, "b");
    desk.signal();
    assert.equal(desk.untakenFrom, 0);
    const seen: (number | undefined)[] = [];
    view.drain(() => {
      desk.signal();
      seen.push(desk.untakenFrom);
    });
    assert.equal(seen.length, 2);
    assert.ok((seen[1] as number) > (seen[0] as number) && (seen[0] as number) > 0, String(seen));
  });
});
