/** Commands that look at what the tasks of a walk come to, and check what they see. */
import assert from "node:assert/strict";
import { asCompleted, BrokenExecutor, type ReturnWhen, ShutdownError, TimeoutError, wait, waitSync } from "concurrent-futures";
import type { Model } from "./model.js";
import { patience, type World, work } from "./world.js";

interface Waiting {
  /** Which futures; of none: all. */
  of: number[];
  returnWhen: ReturnWhen;
  timeout: number;
  how: "here" | "beside" | "blocking";
}

export async function waits({ of, returnWhen, timeout, how }: Waiting, model: Model, world: World): Promise<void> {
  const beside = how === "beside";
  const blocking = how === "blocking" && model.canBlock;
  const futures = world.some(of);
  const consumer = async (): Promise<void> => {
    const options = { returnWhen, timeout: beside ? undefined : timeout };
    const { done, notDone } = blocking ? waitSync(futures, options) : await wait(futures, options);
    assert.deepEqual(
      [...done],
      futures.filter((future) => future.done()),
    );
    assert.deepEqual(
      [...notDone],
      futures.filter((future) => !future.done()),
    );
    const enough =
      notDone.size === 0 ||
      (returnWhen === "FIRST_COMPLETED" && done.size > 0) ||
      (returnWhen === "FIRST_EXCEPTION" && [...done].some((future) => future.peek()?.kind === "error"));
    if (beside) assert.ok(enough, `wait for ${returnWhen} returned with ${done.size} of ${futures.length}`);
  };
  if (beside) world.spawn(consumer);
  else await consumer();
}

export function completes({ of }: { of: number[] }, _model: Model, world: World): void {
  const futures = world.some(of);
  world.spawn(async () => {
    const given = new Set();
    for await (const future of asCompleted(futures)) {
      assert.ok(future.done() && futures.includes(future) && !given.has(future), `asCompleted gave ${String(future)}`);
      given.add(future);
    }
    assert.equal(given.size, futures.length);
  });
}

export function callBack({ at, how }: { at: number; how: "plain" | "throws" | "rejects" | "submits" }, model: Model, world: World): void {
  const held = world.chosen(at);
  if (!held) return;
  const { future, added, called } = held;
  const number = added.length;
  added.push(number);
  future.addDoneCallback((given) => {
    called.push(number);
    if (given !== future || !future.done()) world.fail(new Error(`callback ${number} of task ${held.task.n} was called with ${String(given)}`));
    if (how === "throws" || how === "rejects") world.failedCallbacks += 1;
    if (how === "throws") throw new Error("a callback throws");
    if (how === "rejects") return Promise.reject(new Error("a callback rejects"));
    try {
      if (how === "submits") submitInside(model, world);
    } catch (error) {
      world.fail(error);
    }
    return undefined;
  });
}

/** A callback may be called while the pool is being closed or breaks. */
function submitInside(model: Model, world: World): void {
  const task = model.add("returns");
  try {
    world.hold(task, world.pool.submit(work.returns, world.board.call(task.n, 0)));
  } catch (error) {
    model.tasks.pop();
    const closing = error instanceof ShutdownError && model.closed;
    if (!closing && !(error instanceof BrokenExecutor && model.mayBreak)) throw error;
  }
}

export function resultSync({ at }: { at: number }, model: Model, world: World): void {
  const held = world.chosen(at);
  if (!held || !model.canBlock) return;
  const { future } = held;
  try {
    const value = future.resultSync(model.flows ? patience : 20);
    assert.deepEqual(future.peek(), { kind: "value", value });
  } catch (error) {
    const outcome = future.peek();
    if (!outcome) assert.ok(error instanceof TimeoutError && !model.flows, `resultSync threw ${String(error)}`);
    else if (outcome.kind === "error") assert.equal(error, outcome.error);
    else assert.equal(outcome.kind, "cancelled", String(error));
  }
}

export async function resultNow({ at }: { at: number }, _model: Model, world: World): Promise<void> {
  const held = world.chosen(at);
  if (!held) return;
  const outcome = held.future.peek();
  const [result] = await Promise.allSettled([held.future.result(0)]);
  if (outcome?.kind === "value") assert.deepEqual(result, { status: "fulfilled", value: outcome.value });
  else if (outcome?.kind === "error") assert.deepEqual(result, { status: "rejected", reason: outcome.error });
  else assert.equal((result as PromiseRejectedResult).reason.name, outcome ? "CancelledError" : "TimeoutError");
}
