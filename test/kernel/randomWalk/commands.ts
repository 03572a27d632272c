import assert from "node:assert/strict";
import { once } from "node:events";
import { asCompleted, BrokenExecutor, CancelledError, type PoolExecutor, ShutdownError, TimeoutError, wait, waitSync } from "concurrent-futures";
import fc from "fast-check";
import { act, type Behaviour, type Model, type TaskRecord } from "./model.js";

type Step = fc.AsyncCommand<Model, PoolExecutor>;

/** A command whose name is what a counterexample shows. */
function command(name: string, run: (model: Model, pool: PoolExecutor) => Promise<void> | void, check: (model: Model) => boolean = () => true): Step {
  return {
    check: (model) => check(model as Model),
    async run(model, pool) {
      await run(model, pool);
      model.check(pool);
    },
    toString: () => name,
  };
}

const pick = (model: Model, i: number): TaskRecord => model.records[i % model.records.length] as TaskRecord;
const hasTasks = (model: Model): boolean => model.records.length > 0;

function submit(model: Model, pool: PoolExecutor, behaviour: Behaviour, priority: number, timed: boolean): void {
  const n = model.records.length;
  const release = new AbortController();
  const { signal } = release;
  try {
    const future = pool.schedule(act, [behaviour, n, model.started], { signal, priority, ...(timed ? { timeout: 15 } : {}) });
    assert.equal(model.closed, false, "a closed pool took a task");
    const record: TaskRecord = {
      n,
      behaviour,
      priority,
      future,
      release,
      timed,
      cancelled: undefined,
      lastState: "PENDING",
      outcome: undefined,
      progress: [],
      registered: [],
      called: [],
    };
    future.addProgressCallback((value) => record.progress.push(value));
    model.records.push(record);
  } catch (error) {
    if (model.closed && error instanceof ShutdownError) return;
    if (model.mayBreak && error instanceof BrokenExecutor) return;
    throw error;
  }
}

const behaviours: readonly Behaviour[] = ["value", "value", "later", "throw", "throwNull", "hold", "hold", "yield", "exit"];
const index = fc.nat({ max: 20 });
const when = fc.constantFrom("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED");
const subset = fc.array(index, { minLength: 1, maxLength: 5 });

const submits = fc
  .tuple(fc.constantFrom(...behaviours), fc.constantFrom(0, 0, 0, 5, -1), fc.integer({ min: 0, max: 7 }))
  .map(([behaviour, priority, dice]) => {
    const timed = dice === 0 && behaviour !== "exit";
    return command(`submit(${behaviour}, priority ${priority}${timed ? ", timeout" : ""})`, (model, pool) =>
      submit(model, pool, behaviour, priority, timed),
    );
  });

const cancels = index.map((i) =>
  command(
    `cancel(${i})`,
    (model) => {
      const record = pick(model, i);
      const { state } = record.future;
      const answer = record.future.cancel();
      if (state === "RUNNING" || state === "FINISHED") assert.equal(answer, false);
      if (state === "CANCELLED") assert.equal(answer, true);
      // A call that was sent may have started between the two lines; then it says so.
      record.cancelled = answer;
    },
    hasTasks,
  ),
);

const releases = index.map((i) => command(`release(${i})`, (model) => pick(model, i).release.abort(new Error("released")), hasTasks));

const callbacks = fc.tuple(index, fc.boolean()).map(([i, throws]) =>
  command(
    `addDoneCallback(${i}${throws ? ", throwing" : ""})`,
    (model) => {
      const record = pick(model, i);
      const number = record.registered.push(record.registered.length) - 1;
      record.future.addDoneCallback((future) => {
        assert.ok(future.done());
        record.called.push(number);
        if (throws) throw new Error("thrown by a callback");
      });
    },
    hasTasks,
  ),
);

const waits = fc.tuple(subset, when, fc.constantFrom(0, 5, 40), fc.boolean()).map(([places, returnWhen, timeout, blocks]) =>
  command(
    `wait${blocks ? "Sync" : ""}([${places}], ${returnWhen}, ${timeout})`,
    async (model) => {
      const futures = places.map((i) => pick(model, i).future);
      const sync = blocks && model.started !== undefined;
      const before = new Set(futures.filter((future) => future.done()));
      const { done, notDone } = sync ? waitSync(futures, { returnWhen, timeout }) : await wait(futures, { returnWhen, timeout });
      assert.equal(done.size + notDone.size, new Set(futures).size);
      for (const future of before) assert.ok(done.has(future));
      for (const future of done) assert.ok(future.done());
      if (sync) for (const future of notDone) assert.ok(!future.done());
    },
    hasTasks,
  ),
);

const completions = subset.map((places) =>
  command(
    `asCompleted([${places}])`,
    async (model) => {
      const futures = new Set(places.map((i) => pick(model, i).future));
      const seen = new Set<unknown>();
      try {
        for await (const future of asCompleted(futures, { timeout: 25 })) {
          assert.ok(future.done() && futures.has(future) && !seen.has(future));
          seen.add(future);
        }
        assert.equal(seen.size, futures.size);
      } catch (error) {
        assert.ok(
          error instanceof TimeoutError && error.message === `${futures.size - seen.size} (of ${futures.size}) futures unfinished`,
          String(error),
        );
      }
    },
    hasTasks,
  ),
);

const results = index.map((i) =>
  command(
    `resultSync(${i})`,
    (model) => {
      const { future } = pick(model, i);
      try {
        future.resultSync(20);
      } catch (error) {
        assert.ok(error instanceof TimeoutError || error instanceof CancelledError || future.peek()?.kind === "error");
      }
    },
    (model) => hasTasks(model) && model.started !== undefined,
  ),
);

const maps = fc
  .record({
    count: fc.nat({ max: 12 }),
    chunksize: fc.constantFrom(1, 2, 5, "auto" as const),
    buffersize: fc.constantFrom(undefined, 1, 3),
    ordered: fc.boolean(),
    leaveAfter: fc.constantFrom(Number.POSITIVE_INFINITY, 0, 2),
  })
  .map(({ count, leaveAfter, ...options }) =>
    command(`map(${count}, ${JSON.stringify(options)}, leave after ${leaveAfter})`, async (model, pool) => {
      const items = Array.from({ length: count }, (_, i) => i);
      const given: number[] = [];
      try {
        if (leaveAfter > 0)
          for await (const value of pool.map((n: number) => 3 * n, items, { ...options, timeout: 300 })) if (given.push(value) >= leaveAfter) break;
        if (leaveAfter > given.length) assert.equal(given.length, count);
      } catch (error) {
        const mayFail =
          error instanceof TimeoutError ||
          (error instanceof ShutdownError && model.closed) ||
          (error instanceof BrokenExecutor && (model.mayBreak || model.killed)) ||
          error instanceof CancelledError === model.cancelledAll;
        if (!mayFail) throw error;
      }
      const expected = options.ordered ? items.map((n) => 3 * n) : given.toSorted((a, b) => a - b);
      assert.deepEqual(options.ordered ? given : given.toSorted((a, b) => a - b), expected.slice(0, given.length));
      assert.ok(given.every((value) => value % 3 === 0 && value < 3 * count) && new Set(given).size === given.length);
    }),
  );

const kills = index.map((i) =>
  command(`kill(${i})`, async (model, pool) => {
    const workers = pool.workers().filter(({ state }) => state !== "stopping");
    const victim = workers[i % Math.max(workers.length, 1)];
    if (victim?.pid === undefined) return; // threads are killed by a task that exits
    model.kills += 1;
    const ended = once(pool.events, "workerEnd");
    process.kill(victim.pid, "SIGKILL");
    await ended;
  }),
);

const shutdowns = fc.boolean().map((cancelFutures) =>
  command(`shutdown({ wait: false, cancelFutures: ${cancelFutures} })`, async (model, pool) => {
    model.closed = true;
    if (cancelFutures) model.cancelledAll = true;
    await pool.shutdown({ wait: false, cancelFutures });
  }),
);

const terminations = fc.constantFrom("terminateWorkers" as const, "killWorkers" as const).map((method) =>
  command(`${method}()`, async (model, pool) => {
    model.closed = model.cancelledAll = model.terminated = true;
    await pool[method]();
    assert.deepEqual(pool.workers(), []);
  }),
);

/** Mostly submissions, and seldom an end: a walk is to see something before. */
export const steps: fc.Arbitrary<Step>[] = [
  submits,
  submits,
  submits,
  cancels,
  cancels,
  releases,
  callbacks,
  waits,
  waits,
  completions,
  results,
  maps,
  kills,
];
export const ends: fc.Arbitrary<Step>[] = [shutdowns, terminations];
