import assert from "node:assert/strict";
import { once } from "node:events";
import { inspect } from "node:util";
import { CancelledError, Future, InvalidStateError, TimeoutError } from "concurrent-futures";

const make = {
  pending: () => new Future<number>(),
  running: () => {
    const future = new Future<number>();
    future.setRunningOrNotifyCancel();
    return future;
  },
  cancelled: () => {
    const future = new Future<number>();
    future.cancel();
    return future;
  },
  failed: () => {
    const future = new Future<number>();
    future.setException(new RangeError("no"));
    return future;
  },
  finished: () => {
    const future = new Future<number>();
    future.setResult(42);
    return future;
  },
};

describe("Future", () => {
  it("tells its state by cancelled(), running() and done()", () => {
    const table = Object.entries(make).map(([state, future]) => [state, future().cancelled(), future().running(), future().done()]);
    assert.deepEqual(table, [
      ["pending", false, false, false],
      ["running", false, true, false],
      ["cancelled", true, false, true],
      ["failed", false, false, true],
      ["finished", false, false, true],
    ]);
  });

  it("can be cancelled before its function starts, and not after", () => {
    const outcome = Object.entries(make).map(([state, of]) => {
      const future = of();
      return [state, future.cancel(), future.state];
    });
    assert.deepEqual(outcome, [
      ["pending", true, "CANCELLED"],
      ["running", false, "RUNNING"],
      ["cancelled", true, "CANCELLED"],
      ["failed", false, "FINISHED"],
      ["finished", false, "FINISHED"],
    ]);
  });

  it("shows its state, and the type of its outcome, as text", () => {
    assert.match(inspect(make.pending()), /^<Future #\d+ PENDING>$/);
    assert.match(String(make.running()), /^<Future #\d+ RUNNING>$/);
    assert.match(String(make.cancelled()), /^<Future #\d+ CANCELLED>$/);
    assert.match(String(make.failed()), /^<Future #\d+ FINISHED raised RangeError>$/);
    assert.match(String(make.finished()), /^<Future #\d+ FINISHED returned number>$/);
  });

  it("is not thenable: an async function that returns it gives the future itself", async () => {
    const future = make.finished();
    const returned = await (async () => future)();
    assert.equal(returned, future);
  });

  describe("result and exception", () => {
    it("with timeout 0 or less give what is there, or TimeoutError", async () => {
      for (const timeout of [0, -5]) {
        await assert.rejects(make.pending().result(timeout), TimeoutError);
        await assert.rejects(make.running().exception(timeout), TimeoutError);
        await assert.rejects(make.cancelled().result(timeout), CancelledError);
        await assert.rejects(make.failed().result(timeout), RangeError);
        assert.equal(await make.finished().result(timeout), 42);
        assert.equal(await make.finished().exception(timeout), undefined);
        assert.equal(((await make.failed().exception(timeout)) as Error).message, "no");
      }
    });

    it("reject with the very same error each time", async () => {
      const future = make.failed();
      const first = await future.result().catch((error: unknown) => error);
      assert.equal(await future.result().catch((error: unknown) => error), first);
      assert.equal(await future.exception(), first);
    });

    it("are woken by a result, an error or a cancellation that comes while they wait", async () => {
      const [a, b, c] = [make.running(), make.running(), make.pending()];
      const results = [a.result(10_000), b.exception(10_000), c.result(10_000).catch((error: unknown) => error)];
      a.setResult(1);
      b.setException("thrown");
      c.cancel();
      const [value, error, cancelled] = await Promise.all(results);
      assert.deepEqual([value, error], [1, "thrown"]);
      assert.ok(cancelled instanceof CancelledError);
    });

    it("time out without touching the future, which can be asked again", async () => {
      const future = make.running();
      await assert.rejects(future.result(10), { name: "TimeoutError", code: "ERR_FUTURES_TIMEOUT" });
      assert.equal(future.running(), true);
      future.setResult(3);
      assert.equal(await future.result(), 3);
    });

    it("give a result that was already on its way when the time was over", async () => {
      const future = make.running();
      const result = future.result(5);
      const arrived = new Promise<void>((resolve) => setTimeout(() => resolve(future.setResult(1)), 5));
      const end = Date.now() + 30;
      while (Date.now() < end); // both timers are due when the loop turns again
      assert.equal(await result, 1);
      await arrived;
    });

    it("throw falsy values that the task threw", async () => {
      for (const thrown of [undefined, null, 0, "", false]) {
        const future = new Future<number>();
        future.setException(thrown);
        await future.result().then(
          () => assert.fail("resolved"),
          (error: unknown) => assert.equal(error, thrown),
        );
      }
    });

    it("reject a timeout that is no number", async () => {
      await assert.rejects(make.pending().result("1" as unknown as number), {
        name: "TypeError",
        message: /timeout must be a number of milliseconds.*string/,
      });
      await assert.rejects(make.pending().result(Number.NaN), TypeError);
    });

    it("take a timeout longer than Node's timers can be", async () => {
      const future = make.running();
      const result = future.result(2 ** 40);
      await new Promise((resolve) => setTimeout(resolve, 20));
      future.setResult(9);
      assert.equal(await result, 9);
    });

    it("of a failure that nobody reads raise no unhandledRejection", async () => {
      let unhandled = 0;
      const count = (): void => void (unhandled += 1);
      process.on("unhandledRejection", count);
      make.failed();
      make.cancelled();
      await new Promise((resolve) => setImmediate(resolve));
      process.off("unhandledRejection", count);
      assert.equal(unhandled, 0);
    });
  });

  describe("done-callbacks", () => {
    it("see the settled future, in the order added, before any promise continues", async () => {
      const future = make.pending();
      const calls: string[] = [];
      const read = future.result().then(() => calls.push("promise"));
      future.addDoneCallback((done) => calls.push(`first ${done === future} ${done.state}`));
      future.addDoneCallback(() => calls.push("second"));
      future.setResult(1);
      assert.deepEqual(calls, ["first true FINISHED", "second"]);
      await read;
      assert.deepEqual(calls.at(-1), "promise");
    });

    it("are called at once on a future that is done, and once only when it is cancelled twice", () => {
      for (const of of [make.finished, make.failed, make.cancelled]) {
        let called = 0;
        of().addDoneCallback(() => called++);
        assert.equal(called, 1);
      }
      const future = make.pending();
      let called = 0;
      future.addDoneCallback(() => called++);
      future.cancel();
      future.cancel();
      assert.equal(called, 1);
    });

    it("that throw or reject become process warnings and stop no other", async () => {
      const future = make.pending();
      let after = 0;
      future.addDoneCallback(() => {
        throw new Error("callback broke");
      });
      future.addDoneCallback(() => after++);
      future.setResult(1);
      const [warning] = (await once(process, "warning")) as [Error & { detail: string }];
      assert.equal(after, 1);
      assert.equal(warning.name, "FutureCallbackWarning");
      assert.match(warning.detail, /callback broke/);
      make.finished().addDoneCallback(async () => {
        throw new Error("callback rejected");
      });
      const [second] = (await once(process, "warning")) as [Error & { detail: string }];
      assert.match(second.detail, /callback rejected/);
    });

    it("must be functions", () => {
      assert.throws(() => make.pending().addDoneCallback(1 as never), TypeError);
    });
  });

  it("keeps its first outcome: a second one is an InvalidStateError that names state and future", async () => {
    for (const of of [make.finished, make.failed, make.cancelled]) {
      const future = of();
      assert.throws(() => future.setResult(7), { name: "InvalidStateError", message: new RegExp(`#${future.id} `) });
      assert.throws(() => future.setException(new Error("late")), InvalidStateError);
    }
    assert.equal(await make.finished().result(), 42);
  });

  it("setRunningOrNotifyCancel starts a pending call once, and refuses a cancelled one", () => {
    assert.equal(make.pending().setRunningOrNotifyCancel(), true);
    assert.equal(make.cancelled().setRunningOrNotifyCancel(), false);
    for (const of of [make.running, make.finished]) assert.throws(() => of().setRunningOrNotifyCancel(), InvalidStateError);
  });

  it("peek tells the outcome without waiting", () => {
    assert.equal(make.pending().peek(), undefined);
    assert.deepEqual(make.finished().peek(), { kind: "value", value: 42 });
    assert.deepEqual(make.cancelled().peek(), { kind: "cancelled" });
    assert.equal(make.failed().peek()?.kind, "error");
  });
});
