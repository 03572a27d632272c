import assert from "node:assert/strict";
import { type Future, type WaitResult, wait } from "concurrent-futures";
import { conformance } from "./support/conformance.js";
import { Futures } from "./support/futures.js";
import { Gate } from "./support/gate.js";
import { remote } from "./support/tasks.js";

const multiply = (a: number, b: number): number => a * b;
const divideByZero = (): never => {
  throw new RangeError("division by zero");
};

function assertSets({ done, notDone }: WaitResult<Future<unknown>>, expectedDone: Future<unknown>[], expectedNotDone: Future<unknown>[]): void {
  const names = (futures: Iterable<Future<unknown>>): string[] => Array.from(futures, String).sort();
  assert.deepEqual([names(done), names(notDone)], [names(expectedDone), names(expectedNotDone)]);
}

describe("test_wait.py", () => {
  conformance("test_wait.20369", async (make) => {
    const future = make({ maxWorkers: 1 }).submit(multiply, 1, 2);
    assertSets(await wait([future, future], { returnWhen: "ALL_COMPLETED" }), [future], []);
  });

  conformance("test_wait.first_completed", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 2 });
    const quick = pool.submit(multiply, 21, 2);
    const slow = pool.submit(remote.waitAtGate, gate.address, "slow");
    assertSets(await wait<Future<unknown>>([quick, slow], { returnWhen: "FIRST_COMPLETED" }), [quick], [slow]);
    const { cancelled } = new Futures();
    const another = pool.submit(remote.waitAtGate, gate.address, "another");
    assertSets(await wait<Future<unknown>>([cancelled, another], { returnWhen: "FIRST_COMPLETED" }), [cancelled], [another]);
    another.cancel();
  });

  conformance("test_wait.first_completed_some_already_completed", async (make) => {
    await using gate = await Gate.create();
    const { cancelled, successful } = new Futures();
    const slow = make({ maxWorkers: 1 }).submit(remote.waitAtGate, gate.address, "slow");
    const result = await wait<Future<unknown>>([cancelled, successful, slow], { returnWhen: "FIRST_COMPLETED" });
    assertSets(result, [cancelled, successful], [slow]);
  });

  conformance("test_wait.first_exception", async (make) => {
    await using gate = await Gate.create();
    await using gateOfFailure = await Gate.create();
    const pool = make({ maxWorkers: 2 });
    const first = pool.submit(multiply, 2, 21);
    const failing = pool.submit(remote.failAtGate, gateOfFailure.address);
    const slow = pool.submit(remote.waitAtGate, gate.address, "slow");
    const waiting = wait<Future<unknown>>([first, failing, slow], { returnWhen: "FIRST_EXCEPTION" });
    await first.result(); // so that it is done before the failure
    gateOfFailure.open();
    assertSets(await waiting, [first, failing], [slow]);
  });

  conformance("test_wait.first_exception_some_already_complete", async (make) => {
    await using gate = await Gate.create();
    await using gateOfFailure = await Gate.create();
    const { successful, cancelled } = new Futures();
    const pool = make({ maxWorkers: 2 });
    const failing = pool.submit(remote.failAtGate, gateOfFailure.address);
    const slow = pool.submit(remote.waitAtGate, gate.address, "slow");
    const cancelledNow = pool.submit(multiply, 1, 1);
    cancelledNow.cancel();
    let returned = false;
    const waiting = wait<Future<unknown>>([successful, cancelled, cancelledNow, failing, slow], { returnWhen: "FIRST_EXCEPTION" });
    void waiting.then(() => (returned = true));
    await gateOfFailure.hears(1);
    assert.equal(returned, false, "it returned before the failure");
    gateOfFailure.open();
    assertSets(await waiting, [successful, cancelled, cancelledNow, failing], [slow]);
  });

  conformance("test_wait.first_exception_one_already_failed", async (make) => {
    await using gate = await Gate.create();
    const { failed } = new Futures();
    const slow = make({ maxWorkers: 1 }).submit(remote.waitAtGate, gate.address, "slow");
    assertSets(await wait<Future<unknown>>([failed, slow], { returnWhen: "FIRST_EXCEPTION" }), [failed], [slow]);
  });

  conformance("test_wait.all_completed", async (make) => {
    const { successful, cancelled, failed } = new Futures();
    const pool = make({ maxWorkers: 1 });
    const all = [successful, cancelled, failed, pool.submit(divideByZero), pool.submit(multiply, 2, 21)];
    assertSets(await wait<Future<unknown>>(all, { returnWhen: "ALL_COMPLETED" }), all, []);
  });

  conformance("test_wait.timeout", async (make) => {
    await using gate = await Gate.create();
    const { cancelled, failed, successful } = new Futures();
    const slow = make({ maxWorkers: 1 }).submit(remote.waitAtGate, gate.address, "slow");
    const result = await wait<Future<unknown>>([cancelled, failed, successful, slow], { timeout: 50, returnWhen: "ALL_COMPLETED" });
    assertSets(result, [cancelled, failed, successful], [slow]);
    gate.open();
    assert.equal(await slow.result(), "slow");
  });

  conformance("test_wait.pending_calls_race", async (make) => {
    await using gate = await Gate.create();
    const pool = make({ maxWorkers: 4 });
    const futures = Array.from({ length: 100 }, (_, i) => pool.submit(remote.waitAtGate, gate.address, i));
    await gate.hears(4);
    const waiting = wait(futures, { returnWhen: "ALL_COMPLETED" });
    gate.open();
    assertSets(await waiting, futures, []);
  });
});
