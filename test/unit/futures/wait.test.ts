import assert from "node:assert/strict";
import { asCompleted, Future, TimeoutError, wait } from "concurrent-futures";

const finished = (value: number): Future<number> => {
  const future = new Future<number>();
  future.setResult(value);
  return future;
};
const failed = (): Future<number> => {
  const future = new Future<number>();
  future.setException(new Error("no"));
  return future;
};
const cancelled = (): Future<number> => {
  const future = new Future<number>();
  future.cancel();
  return future;
};
const pending = (): Future<number> => new Future<number>();
const soon = (act: () => void): unknown => setTimeout(act, 5);

describe("wait", () => {
  it("ALL_COMPLETED is the default: success, failure and cancellation are all done", async () => {
    const [a, b, c] = [pending(), pending(), pending()];
    const result = wait([a, b, c]);
    soon(() => {
      a.setResult(1);
      b.setException(new Error("no"));
      c.cancel();
    });
    const { done, notDone } = await result;
    assert.deepEqual([...done], [a, b, c]);
    assert.equal(notDone.size, 0);
  });

  it("FIRST_COMPLETED returns at the first, and at once with all that are done already", async () => {
    const [a, b] = [pending(), pending()];
    const result = wait([a, b], { returnWhen: "FIRST_COMPLETED" });
    soon(() => b.setResult(1));
    assert.deepEqual([...(await result).done], [b]);
    const ready = [finished(1), cancelled()];
    assert.deepEqual([...(await wait([...ready, pending()], { returnWhen: "FIRST_COMPLETED" })).done], ready);
  });

  it("FIRST_EXCEPTION returns at a failure, and a cancelled future is none", async () => {
    const [a, b, c] = [pending(), pending(), pending()];
    const result = wait([a, b, c, cancelled(), finished(0)], { returnWhen: "FIRST_EXCEPTION" });
    soon(() => {
      a.setResult(1);
      b.setException(new Error("no"));
    });
    const { done, notDone } = await result;
    assert.equal(done.size, 4);
    assert.deepEqual([...notDone], [c]);
    assert.equal((await wait([failed(), pending()], { returnWhen: "FIRST_EXCEPTION" })).done.size, 1);
    const [d, e] = [pending(), finished(2)];
    const all = wait([d, e], { returnWhen: "FIRST_EXCEPTION" });
    soon(() => d.setResult(1));
    assert.equal((await all).notDone.size, 0);
  });

  it("takes the same future twice as one, any iterable, and nothing at all", async () => {
    const future = finished(1);
    assert.equal((await wait([future, future])).done.size, 1);
    assert.equal((await wait(new Set([future]))).done.size, 1);
    const nothing = await wait([]);
    assert.deepEqual([nothing.done.size, nothing.notDone.size], [0, 0]);
  });

  it("ends at the timeout without an error", async () => {
    const [a, b] = [pending(), finished(1)];
    for (const timeout of [20, 0, -1]) {
      const { done, notDone } = await wait([a, b], { timeout });
      assert.deepEqual([[...done], [...notDone]], [[b], [a]]);
    }
  });

  it("a future that is cancelled while it waits is done at once", async () => {
    const future = pending();
    const result = wait([future], { timeout: 10_000 });
    soon(() => future.cancel());
    assert.equal((await result).done.has(future), true);
  });

  it("refuses what is no future, an unknown returnWhen and a timeout that is no number, also if all are done", async () => {
    await assert.rejects(wait([1 as unknown as Future<number>]), { name: "TypeError", message: /wait needs futures, got number/ });
    await assert.rejects(wait(5 as never), TypeError);
    await assert.rejects(wait([], { returnWhen: "SOON" as never }), { name: "RangeError", message: /FIRST_COMPLETED.*SOON/ });
    await assert.rejects(wait([], { timeout: "1" as never }), TypeError);
  });
});

describe("asCompleted", () => {
  const idsOf = async (futures: Iterable<Future<number>>, timeout?: number): Promise<number[]> => {
    const ids: number[] = [];
    for await (const future of asCompleted(futures, { timeout })) ids.push(future.id);
    return ids;
  };

  it("gives those that are done in the order given, then the others as they come, each once", async () => {
    const [a, b, c, d] = [pending(), finished(1), pending(), cancelled()];
    soon(() => {
      c.setResult(1);
      a.cancel();
    });
    assert.deepEqual(await idsOf([a, b, c, d, b, a]), [b.id, d.id, c.id, a.id]);
    assert.deepEqual(await idsOf([]), []);
  });

  it("gives what is done before it throws TimeoutError, with the counts in its message", async () => {
    for (const timeout of [0, 20]) {
      const futures = [finished(1), pending(), finished(2), pending()];
      const seen: Future<number>[] = [];
      const iterate = async (): Promise<void> => {
        for await (const future of asCompleted(futures, { timeout })) seen.push(future);
      };
      await assert.rejects(iterate(), { name: "TimeoutError", message: "2 (of 4) futures unfinished" });
      assert.deepEqual(seen, [futures[0], futures[2]]);
    }
  });

  it("counts the time from the call, not from the first step", async () => {
    const future = pending();
    const futures = asCompleted([future], { timeout: 300 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    const step = futures.next();
    setTimeout(() => future.setResult(1), 200); // in time for a clock that started with the step
    await assert.rejects(step, TimeoutError);
  });

  it("left early it cancels nothing, and ends", async () => {
    const [a, b] = [finished(1), pending()];
    const futures = asCompleted([a, b]);
    for await (const _future of futures) break;
    assert.equal(b.state, "PENDING");
    assert.deepEqual(await futures.next(), { done: true, value: undefined });
    b.setResult(1);
  });

  it("answers several steps asked for at once", async () => {
    const [a, b] = [pending(), pending()];
    const futures = asCompleted([a, b]);
    const steps = [futures.next(), futures.next(), futures.next()];
    soon(() => {
      b.setResult(1);
      a.setResult(1);
    });
    assert.deepEqual(
      (await Promise.all(steps)).map((step) => step.value),
      [b, a, undefined],
    );
  });

  it("refuses what is no future at the call", () => {
    assert.throws(() => asCompleted([{}] as never), TypeError);
  });
});
