import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { type AnyFunction, BrokenExecutor, type ReturnWhen, ShutdownError, wait } from "concurrent-futures";
import * as fc from "fast-check";
import { callBack, completes, resultNow, resultSync, waits } from "./consuming.js";
import { mapping } from "./mapping.js";
import type { Behaviour, Model } from "./model.js";
import { type World, work } from "./world.js";

/** A command of the walk: whatever it is given it can be run, so that a shorter walk is a walk too. */
export class Step implements fc.AsyncCommand<Model, World> {
  constructor(
    readonly name: string,
    readonly act: (model: Model, world: World) => unknown,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, world: World): Promise<void> {
    await this.act(model, world);
    world.check();
  }

  toString(): string {
    return this.name;
  }
}

const step = <A extends object>(name: string, args: fc.Arbitrary<A>, act: (args: A, model: Model, world: World) => unknown): fc.Arbitrary<Step> =>
  args.map((given) => new Step(`${name}(${JSON.stringify(given).slice(1, -1)})`, (model, world) => act(given, model, world)));

const which = fc.nat({ max: 11 });
const subset = fc.oneof(fc.constant<number[]>([]), fc.array(which, { maxLength: 4 }));
const behaviours: readonly Exclude<Behaviour, "item">[] = [
  "returns",
  "returns",
  "throws",
  "later",
  "blocks",
  "blocks",
  "heeds",
  "heeds",
  "exits",
  "yields",
];

interface Submission {
  does: Exclude<Behaviour, "item">;
  priority: number | undefined;
  timeout: number | undefined;
  signal: "none" | "open" | "aborted";
}

/** @returns whether the pool is to refuse, and does it with the right error. */
function refuses(model: Model, submit: () => unknown): boolean {
  if (!model.closed) return false;
  assert.throws(submit, (error) => error instanceof ShutdownError || (model.mayBreak && error instanceof BrokenExecutor));
  return true;
}

function submit({ does, priority, timeout, signal }: Submission, model: Model, world: World): void {
  const { pool, board } = world;
  if (refuses(model, () => pool.submit(work.returns, board.call(model.tasks.length, model.gate)))) return;
  const task = model.add(does, priority, timeout, world.queued());
  const controller = signal === "none" ? undefined : new AbortController();
  if (signal === "aborted") {
    controller?.abort(new Error(`abort ${task.n}`));
    task.interference.add("cancelled");
  }
  const call = board.call(task.n, task.gate);
  try {
    const does = work[task.does] as AnyFunction;
    const plain = priority === undefined && timeout === undefined && !controller;
    const future = plain ? pool.submit(does, call) : pool.schedule(does, [call], { priority, timeout, signal: controller?.signal });
    world.hold(task, future, controller);
    if (signal === "aborted") assert.equal(future.state, "CANCELLED");
  } catch (error) {
    if (!model.mayBreak || !(error instanceof BrokenExecutor)) throw error;
    model.tasks.pop();
  }
}

function cancel({ at }: { at: number }, model: Model, world: World): void {
  const held = world.chosen(at);
  if (!held) return;
  const { future, task } = held;
  const before = future.state;
  if (before === "PENDING") task.interference.add("cancelled");
  const could = future.cancel();
  assert.equal(future.cancel(), could);
  assert.equal(future.state === "CANCELLED", could, `cancel() of task ${task.n} said ${could}, it is ${future.state}`);
  if (before !== "PENDING") assert.equal(could, before === "CANCELLED");
  // A thread may have started it since.
  else assert.ok(could || (model.setting.kind === "threads" && future.state !== "PENDING"));
}

function abort({ at }: { at: number }, _model: Model, world: World): void {
  const held = world.chosen(at, ({ controller }) => controller !== undefined);
  if (!held) return;
  const { future, task, controller } = held;
  if (!future.done()) task.interference.add("aborted");
  if (future.state === "PENDING") task.interference.add("cancelled");
  controller?.abort(new Error(`abort ${task.n}`));
  assert.notEqual(future.state, "PENDING");
}

/** From outside, as only a process can be; the thread gets a task that ends it. */
function kill({ at }: { at: number }, model: Model, world: World): void {
  if (model.setting.kind === "threads") {
    submit({ does: "exits", priority: 9, timeout: undefined, signal: "none" }, model, world);
    return;
  }
  const victims = world.pool.workers().filter(({ state }) => state !== "stopping");
  const pid = victims[at % Math.max(victims.length, 1)]?.pid;
  if (pid === undefined) return;
  model.kills += 1;
  model.deathly = true;
  world.interfere("died");
  process.kill(pid, "SIGKILL");
}

/** Until something runs, since most commands are over before a worker has started. Ends by itself if nothing is to run. */
async function letRun({ on }: { on: number }, _model: Model, world: World): Promise<void> {
  const oneDone = async (timeout: number): Promise<unknown> => {
    const futures = world.open().map(({ future }) => future);
    return wait(futures, { timeout, returnWhen: "FIRST_COMPLETED" });
  };
  for (let n = 0; n < 40 && world.open().length > 0 && !world.open().some(({ future }) => future.running()); n += 1) await oneDone(5);
  await oneDone(on);
}

function shutdown({ cancelFutures }: { cancelFutures: boolean }, model: Model, world: World): void {
  model.closed = true;
  if (cancelFutures) world.interfere("cancelled");
  const end = world.pool.shutdown({ cancelFutures });
  if (cancelFutures) for (const { future } of world.open()) assert.notEqual(future.state, "PENDING");
  world.spawn(async () => {
    await end;
    assert.deepEqual(world.pool.workers(), []);
    for (const { future } of world.held) assert.ok(future.done(), `${String(future)} after shutdown`);
  });
}

function endWorkers({ how }: { how: "terminateWorkers" | "killWorkers" }, model: Model, world: World): void {
  model.closed = true;
  world.interfere("cancelled", "broken");
  const end = world.pool[how]();
  for (const { future } of world.open()) assert.notEqual(future.state, "PENDING");
  world.spawn(async () => {
    await end;
    assert.deepEqual(world.pool.workers(), []);
    for (const { future } of world.held) assert.ok(future.done(), `${String(future)} after ${how}`);
  });
}

const nothing = fc.constant({});
const returnWhen = fc.constantFrom<ReturnWhen[]>("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED");

const submission = fc.record<Submission>({
  does: fc.constantFrom(...behaviours),
  priority: fc.constantFrom(undefined, undefined, 0, 1, 1, -1),
  timeout: fc.constant(undefined),
  signal: fc.constantFrom("none", "none", "open", "open", "aborted"),
});

/** One that will hardly end by itself before its time is over. */
const timed = fc.record<Submission>({
  does: fc.constantFrom("blocks", "heeds"),
  priority: fc.constant(undefined),
  timeout: fc.constant(15),
  signal: fc.constantFrom("none", "none", "open"),
});

export const commands = fc.oneof(
  { weight: 14, arbitrary: step("submit", submission, submit) },
  { weight: 2, arbitrary: step("submit", timed, submit) },
  { weight: 4, arbitrary: step("cancel", fc.record({ at: which }), cancel) },
  { weight: 3, arbitrary: step("abort", fc.record({ at: which }), abort) },
  { weight: 4, arbitrary: step("open", nothing, (_args, _model, world) => world.openGates()) },
  { weight: 2, arbitrary: step("kill", fc.record({ at: which }), kill) },
  {
    weight: 4,
    arbitrary: step(
      "wait",
      fc.record({ of: subset, returnWhen, timeout: fc.constantFrom(0, 20, 40), how: fc.constantFrom("here", "beside", "blocking") }),
      waits,
    ),
  },
  { weight: 2, arbitrary: step("asCompleted", fc.record({ of: subset }), completes) },
  { weight: 4, arbitrary: mapping.map((options) => new Step(`map(${JSON.stringify(options).slice(1, -1)})`, options.act)) },
  {
    weight: 4,
    arbitrary: step("callback", fc.record({ at: which, how: fc.constantFrom("plain", "plain", "throws", "rejects", "submits") }), callBack),
  },
  { weight: 2, arbitrary: step("resultSync", fc.record({ at: which }), resultSync) },
  { weight: 2, arbitrary: step("result", fc.record({ at: which }), resultNow) },
  { weight: 1, arbitrary: step("shutdown", fc.record({ cancelFutures: fc.boolean() }), shutdown) },
  { weight: 1, arbitrary: step("end", fc.record({ how: fc.constantFrom("terminateWorkers", "killWorkers") }), endWorkers) },
  { weight: 7, arbitrary: step("letRun", fc.record({ on: fc.constantFrom(0, 25) }), letRun) },
  { weight: 2, arbitrary: step("turn", nothing, () => turn()) },
);
