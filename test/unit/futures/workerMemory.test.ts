import assert from "node:assert/strict";
import { makeWorkerMemory, WorkerDesk, WorkerView } from "../../../src/futures/thread/workerMemory.js";

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

  it("shows that it looks for calls only while it does nothing else", () => {
    const { desk, view } = setting();
    desk.end();
    assert.equal(view.looks, false);
    desk.look();
    assert.equal(view.looks, true);
    desk.begin(5);
    assert.deepEqual([view.looks, view.current], [false, 5]);
    desk.look();
    view.halt(true);
    assert.equal(view.looks, false, "it may claim none");
    view.halt(false);
    desk.rest();
    assert.equal(view.looks, false, "it must be woken");
  });
});
