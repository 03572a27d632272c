import assert from "node:assert/strict";
import { once } from "node:events";
import { inspect } from "node:util";
import { CancelledError, Future, InvalidStateError, type Outcome, TimeoutError } from "concurrent-futures";
import { conformance } from "./support/conformance.js";
import { Futures } from "./support/futures.js";

/** A future, and what a callback given to it saw of it at the moment of its call. */
function watched(): { future: Future<number>; add: () => void; seen: (Outcome<number> | undefined)[] } {
  const future = new Future<number>();
  const seen: (Outcome<number> | undefined)[] = [];
  return { future, add: () => future.addDoneCallback((done) => void seen.push(done.peek())), seen };
}

/** Lets everything happen that is due: whoever waits does wait then. */
const oneTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("test_future.py", () => {
  conformance("test_future.done_callback_with_result", () => {
    const { future, add, seen } = watched();
    add();
    future.setResult(5);
    assert.deepEqual(seen, [{ kind: "value", value: 5 }]);
  });

  conformance("test_future.done_callback_with_exception", () => {
    const { future, add, seen } = watched();
    const error = new Error("test");
    add();
    future.setException(error);
    assert.deepEqual(seen, [{ kind: "error", error }]);
  });

  conformance("test_future.done_callback_with_cancel", () => {
    const { future, add, seen } = watched();
    add();
    assert.equal(future.cancel(), true);
    assert.deepEqual(seen, [{ kind: "cancelled" }]);
  });

  conformance("test_future.done_callback_raises", async () => {
    const { future, add, seen } = watched();
    const warned = once(process, "warning");
    let thrown = false;
    future.addDoneCallback(() => {
      thrown = true;
      throw new Error("doh!");
    });
    add();
    future.setResult(5);
    assert.equal(thrown, true);
    assert.deepEqual(seen, [{ kind: "value", value: 5 }]);
    const [warning] = (await warned) as [Error & { detail: string }];
    assert.equal(warning.name, "FutureCallbackWarning");
    assert.match(warning.detail, /Error: doh!/);
  });

  conformance("test_future.done_callback_already_successful", () => {
    const { future, add, seen } = watched();
    future.setResult(5);
    add();
    assert.deepEqual(seen, [{ kind: "value", value: 5 }]);
  });

  conformance("test_future.done_callback_already_failed", () => {
    const { future, add, seen } = watched();
    const error = new Error("test");
    future.setException(error);
    add();
    assert.deepEqual(seen, [{ kind: "error", error }]);
  });

  conformance("test_future.done_callback_already_cancelled", () => {
    const { future, add, seen } = watched();
    assert.equal(future.cancel(), true);
    add();
    assert.deepEqual(seen, [{ kind: "cancelled" }]);
  });

  conformance("test_future.done_callback_raises_already_succeeded", async () => {
    const future = new Future<number>();
    const warned = once(process, "warning");
    future.setResult(5);
    future.addDoneCallback(() => {
      throw new Error("doh!");
    });
    const [warning] = (await warned) as [Error & { detail: string }];
    assert.match(warning.message, /calling a done-callback of <Future #\d+ FINISHED/);
    assert.match(warning.detail, /Error: doh!/);
  });

  conformance("test_future.repr", () => {
    const { pending, running, cancelled, failed, successful } = new Futures();
    for (const [future, expected] of [
      [pending, `<Future #${pending.id} PENDING>`],
      [running, `<Future #${running.id} RUNNING>`],
      [cancelled, `<Future #${cancelled.id} CANCELLED>`],
      [failed, `<Future #${failed.id} FINISHED raised RangeError>`],
      [successful, `<Future #${successful.id} FINISHED returned number>`],
    ] as const)
      assert.deepEqual([String(future), inspect(future)], [expected, expected]);
  });

  conformance("test_future.cancel", () => {
    const { pending, running, cancelled, failed, successful } = new Futures();
    const attempts = [pending, running, cancelled, failed, successful].map((future) => [future.cancel(), future.state]);
    assert.deepEqual(attempts, [
      [true, "CANCELLED"],
      [false, "RUNNING"],
      [true, "CANCELLED"],
      [false, "FINISHED"],
      [false, "FINISHED"],
    ]);
  });

  conformance("test_future.cancelled", () => {
    const truths = new Futures().all.map((future) => future.cancelled());
    assert.deepEqual(truths, [false, false, true, false, false]);
  });

  conformance("test_future.done", () => {
    const truths = new Futures().all.map((future) => future.done());
    assert.deepEqual(truths, [false, false, true, true, true]);
  });

  conformance("test_future.running", () => {
    const truths = new Futures().all.map((future) => future.running());
    assert.deepEqual(truths, [false, true, false, false, false]);
  });

  conformance("test_future.result_with_timeout", async () => {
    const { pending, running, cancelled, failed, failure, successful } = new Futures();
    await assert.rejects(pending.result(0), TimeoutError);
    await assert.rejects(running.result(0), TimeoutError);
    await assert.rejects(cancelled.result(0), CancelledError);
    await assert.rejects(failed.result(0), (error) => error === failure);
    assert.equal(await successful.result(0), 42);
  });

  conformance("test_future.exception_with_timeout", async () => {
    const { pending, running, cancelled, failed, failure, successful } = new Futures();
    await assert.rejects(pending.exception(0), TimeoutError);
    await assert.rejects(running.exception(0), TimeoutError);
    await assert.rejects(cancelled.exception(0), CancelledError);
    assert.equal(await failed.exception(0), failure);
    assert.equal(await successful.exception(0), undefined);
  });

  conformance("test_future.result_with_success", async () => {
    const future = new Future<number>();
    const waiting = future.result(60_000);
    await oneTurn();
    future.setResult(42);
    assert.equal(await waiting, 42);
  });

  conformance("test_future.result_with_cancel", async () => {
    const future = new Future<number>();
    const waiting = assert.rejects(future.result(60_000), CancelledError);
    await oneTurn();
    future.cancel();
    await waiting;
  });

  conformance("test_future.exception_with_success", async () => {
    const future = new Future<number>();
    const error = new RangeError("set later");
    const waiting = future.exception(60_000);
    await oneTurn();
    future.setException(error);
    assert.equal(await waiting, error);
  });

  conformance("test_future.multiple_set_result", async () => {
    const future = new Future<number>();
    future.setResult(1);
    const again = new RegExp(`<Future #${future.id} FINISHED returned number>`);
    assert.throws(
      () => future.setResult(2),
      (error) => error instanceof InvalidStateError && again.test(error.message),
    );
    assert.equal(future.done(), true);
    assert.equal(await future.result(), 1);
  });

  conformance("test_future.multiple_set_exception", async () => {
    const future = new Future<number>();
    const first = new TypeError("first");
    future.setException(first);
    const again = new RegExp(`<Future #${future.id} FINISHED raised TypeError>`);
    assert.throws(
      () => future.setException(new Error("second")),
      (error) => error instanceof InvalidStateError && again.test(error.message),
    );
    assert.equal(await future.exception(), first);
  });

  conformance("test_future.get_snapshot", () => {
    const { all, failure } = new Futures();
    const snapshots = all.map((future) => future.peek());
    assert.deepEqual(snapshots, [undefined, undefined, { kind: "cancelled" }, { kind: "error", error: failure }, { kind: "value", value: 42 }]);
  });
});
