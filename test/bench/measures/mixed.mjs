// @ts-check
import { setTimeout as delay } from "node:timers/promises";
import { WrongResult } from "../harness.mjs";
import { percentile } from "../statistics.mjs";

/** One task in so many is long. µs of the short ones and of the long ones. */
const longEvery = 100;
const short = 10;
const long = 100_000;
/** Tasks a second: two workers are busy half of the time. */
const rate = 1000;

/** @typedef {{ call: (name: "busy", n: number) => Promise<number>, close: () => unknown }} CallPool */

/**
 * Short tasks among a few long ones, which arrive whether or not the earlier ones are done, in bursts: the p99 of the short ones' time from submission to
 * result. What is sent ahead to a worker that then meets a long task would wait for that one.
 * @param {"threads" | "processes"} kind
 * @param {readonly import("../harness.mjs").Contender<CallPool>[]} contenders
 * @returns {import("../harness.mjs").Measure<CallPool>}
 */
export function mixed(kind, contenders) {
  const id = `mixed.${kind}.p99`;
  return {
    name: `${kind}: mixed load`,
    figures: [
      {
        id,
        title: `${kind}: 10 µs tasks among 1 % of 100 ms, p99`,
        unit: "ms",
        better: "lower",
        targets: { "": { against: "raw", is: "at most", value: 1.5 } },
      },
    ],
    contenders,
    rounds: (plan) => Math.ceil(plan.rounds / 2),
    warmUp: (plan) => (plan.rounds > 5 ? plan.warmUp : 0), // a round is half a second of work
    round: async (pool, { mixedTasks }) => {
      const random = seeded(1);
      /** @type {number[]} */
      const times = [];
      const open = [];
      const start = performance.now();
      let due = 0;
      for (let submitted = 0; submitted < mixedTasks; ) {
        due += -Math.log(1 - random()) * ((10 * 1000) / rate);
        await delay(Math.max(start + due - performance.now(), 0));
        const burst = Math.min(1 + Math.floor(random() * 19), mixedTasks - submitted);
        for (let n = 0; n < burst; n += 1) open.push(timed(pool, random() * longEvery < 1 ? long : short, times));
        submitted += burst;
      }
      await Promise.all(open);
      return { [id]: percentile(times, 0.99) };
    },
  };
}

/**
 * @param {CallPool} pool
 * @param {number} length
 * @param {number[]} times
 */
async function timed(pool, length, times) {
  const submitted = performance.now();
  const value = await pool.call("busy", length);
  if (value !== length) throw new WrongResult(`a task of ${length} µs gave ${value}`);
  if (length === short) times.push(performance.now() - submitted);
}

/**
 * The same numbers from 0 to 1 for every contender (mulberry32).
 * @param {number} seed
 */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
