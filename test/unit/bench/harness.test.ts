import assert from "node:assert/strict";
import { type Contender, failsTheRun, type Measure, runMeasure, WrongResult } from "../../bench/harness.mjs";
import { summarize, table } from "../../bench/report.mjs";
import { median, percentile } from "../../bench/statistics.mjs";

const plan = { rounds: 3, warmUp: 0, tasks: 1, roundTrips: 1, items: 1, mixedTasks: 1, queuedTasks: 1, submissions: 1, limit: 100 };
const figure = { id: "speed", title: "speed", unit: "tasks/s", better: "higher" } as const;

type Work = () => Promise<number>;
const contender = (name: string, role: Contender<Work>["role"], work: Work, closed: string[] = []): Contender<Work> => ({
  name,
  role,
  open: () => work,
  close: () => void closed.push(name),
});
const measureOf = (...contenders: Contender<Work>[]): Measure<Work> => ({
  name: "speeds",
  figures: [figure],
  contenders,
  round: async (work) => ({ speed: await work() }),
});
const giving = (...values: number[]): Work => {
  const rest = [...values];
  return async () => rest.shift() ?? Number.NaN;
};

describe("bench harness", () => {
  it("takes the median, the least and the most of the recorded rounds, and leaves the warm-up out", async () => {
    const [result] = await runMeasure(measureOf(contender("a", "ours", giving(1000, 3, 1, 2))), plan);
    assert.deepEqual(result?.rows, [{ name: "a", role: "ours", value: 2, min: 1, max: 3 }]);
  });

  it("warms nobody up where a measure says so", async () => {
    const [result] = await runMeasure({ ...measureOf(contender("a", "ours", giving(1000, 3, 1))), warmUp: () => 0 }, plan);
    assert.deepEqual(result?.rows, [{ name: "a", role: "ours", value: 3, min: 1, max: 1000 }]);
  });

  it("lets the contenders run in turn, and each round begin with another one", async () => {
    const order: string[] = [];
    const logging = (name: string, role: Contender<Work>["role"]) => contender(name, role, async () => order.push(name));
    await runMeasure(measureOf(logging("a", "ours"), logging("b", "raw"), logging("c", "peer")), plan);
    assert.equal(order.join(""), "abc" + "abc" + "bca" + "cab");
  });

  it("reports a peer that throws or hangs, goes on with the others and closes them all", async () => {
    const closed: string[] = [];
    const measure = measureOf(
      contender("throws", "peer", () => Promise.reject(new TypeError("no such worker")), closed),
      contender("hangs", "peer", () => new Promise(() => {}), closed),
      contender("works", "ours", giving(0, 8, 8, 8), closed),
      contender("slower", "peer", giving(0, 2, 2, 2), closed),
    );
    const results = await runMeasure(measure, plan);
    const [result] = results;
    assert.deepEqual(
      result?.rows.map((row) => row.failure ?? row.value),
      ["TypeError: no such worker (warming up)", "Error: no end after 0.1 s (warming up)", 8, 2],
    );
    assert.deepEqual(closed, ["throws", "hangs", "works", "slower"]);
    assert.deepEqual(failsTheRun(results), []);
    const summary = { ours: 8, raw: null, peers: { throws: null, hangs: null, slower: 2 }, unit: "tasks/s", ratio: 4 };
    assert.deepEqual(summarize(result!), [["speed", { ...summary, target: null, met: null }]]);
    const targets = { "": { against: "peers", is: "at least", value: 5 }, ".self": { against: "nothing", is: "at least", value: 8 } } as const;
    assert.deepEqual(summarize({ ...result!, figure: { ...figure, targets } }), [
      ["speed", { ...summary, target: "at least 5 × the best peer", met: false }],
      ["speed.self", { ...summary, ratio: null, target: "at least 8 tasks/s", met: true }],
    ]);
    assert.match(table(result!), /hangs +no value: Error: no end after 0.1 s/);
    assert.match(table(result!), /slower +2 +2 – 2 +ours is 4 times that/);
  });

  it("fails the run on any wrong result, and on any failure of ours", async () => {
    const wrong = measureOf(contender("wrong", "peer", () => Promise.reject(new WrongResult("task 1 gave 7"))));
    assert.deepEqual(failsTheRun(await runMeasure(wrong, plan)), ["wrong: WrongResult: task 1 gave 7 (warming up)"]);
    const broken = measureOf(contender("broken", "ours", () => Promise.reject(new Error("gone"))));
    assert.deepEqual(failsTheRun(await runMeasure(broken, plan)), ["broken: Error: gone (warming up)"]);
    const notANumber = measureOf(contender("mute", "peer", giving()));
    assert.deepEqual(failsTheRun(await runMeasure(notANumber, plan)), ["mute: WrongResult: the measure gave NaN for speed (in round 1)"]);
  });

  it("says a single number in one line", async () => {
    const [result] = await runMeasure(measureOf(contender("a", "ours", giving(0, 2, 3, 1500))), plan);
    assert.equal(table(result!), "speed: 3 tasks/s (2 – 1,500, median of 3)");
    const [failed] = await runMeasure(measureOf(contender("a", "ours", () => Promise.reject(new Error("gone")))), plan);
    assert.equal(table(failed!), "speed: no value (Error: gone (warming up))");
  });

  it("knows medians and percentiles", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([1, 2, 3, 10]), 2.5);
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    assert.equal(percentile(hundred, 0.5), 50);
    assert.equal(percentile(hundred, 0.99), 99);
    assert.equal(percentile([7], 0.99), 7);
    assert.throws(() => percentile([], 0.5), RangeError);
  });
});
