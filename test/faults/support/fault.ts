import assert from "node:assert/strict";
import type { Worker } from "node:worker_threads";
import {
  BrokenExecutor,
  type PoolExecutor,
  ProcessPoolExecutor,
  type ProcessPoolOptions,
  ThreadPoolExecutor,
  type ThreadPoolOptions,
  type WorkerInfo,
} from "concurrent-futures";
import { tell } from "../../support/tableText.js";
import { type Ground, keyFor, rowOf } from "../table.js";
import { inTime } from "./limit.js";
import { leftNothing, pidsOf, traces } from "./traces.js";

export type Options = ThreadPoolOptions & ProcessPoolOptions;

/** Where a fault happens. */
export interface Scene {
  readonly ground: Ground;
  readonly pool: PoolExecutor;
  /** Ends a worker from outside, so that it cannot say a word: with a signal, or as `Worker.terminate` does. */
  kill(worker: WorkerInfo, signal?: NodeJS.Signals): void;
}

/**
 * Sets off the fault and asserts what comes of it.
 * @returns what it settled with, for the matrix.
 */
export type Strike = (scene: Scene) => Promise<string>;

export interface Setting {
  /** Of the pool; it replaces dead workers, and takes what they print, unless told otherwise. */
  readonly options?: (ground: Ground) => Options;
  /** What holds afterwards, if not that the next three tasks succeed. */
  readonly afterwards?: (pool: PoolExecutor) => unknown;
}

export const oneWorker: Setting = { options: () => ({ maxWorkers: 1 }) };

/**
 * The tests of a row of the fault matrix, one for each pool that it names: it settles as `strike` says, the next three tasks succeed, and once the pool is
 * shut down nothing is left of it.
 */
export function fault(id: string, strike: Strike, setting: Setting = {}): void {
  const row = rowOf(id);
  for (const ground of row.grounds) {
    it(`${keyFor(row, ground)}: ${row.fault}`, async function () {
      tell(this.test, await onScene(ground, strike, setting));
    });
  }
}

/** Of a row about deaths: the same with the default `onWorkerDeath`, after which the pool is broken. */
export function breaks(id: string, strike: Strike, setting: Setting = {}): void {
  const row = rowOf(id);
  assert.equal(row.breaks, true, `${id} is not a death in the table`);
  for (const ground of row.grounds) {
    it(`${keyFor(row, ground, "break")}: ${row.fault}, by default`, async function () {
      const options = (): Options => ({ ...setting.options?.(ground), onWorkerDeath: "break" });
      tell(this.test, await onScene(ground, strike, { ...setting, options, afterwards: refusesForGood }));
    });
  }
}

async function onScene(ground: Ground, strike: Strike, { options, afterwards = threeSucceed }: Setting): Promise<{ text: string; ms: number }> {
  await null; // mocha's own timer is there only once the test has returned its promise
  const before = traces();
  const threads = threadsFromNowOn();
  const leaks: Error[] = [];
  const warned = (warning: Error): void => void (warning.name === "MaxListenersExceededWarning" && leaks.push(warning));
  process.on("warning", warned);
  const chosen: Options = { maxWorkers: 2, onWorkerDeath: "replace", onOutput: () => {}, ...options?.(ground) };
  const pool = ground === "threads" ? new ThreadPoolExecutor(chosen) : new ProcessPoolExecutor(chosen);
  const pids = pidsOf(pool);
  const kill: Scene["kill"] = ({ pid, threadId }, signal = "SIGKILL") => {
    if (pid !== undefined) process.kill(pid, signal);
    else threads.terminate(threadId as number);
  };
  try {
    const started = performance.now();
    const text = await strike({ ground, pool, kill });
    const ms = performance.now() - started;
    await afterwards(pool);
    await inTime("shutdown", pool.shutdown());
    assert.deepEqual(leaks, [], "Node has warned of a leak");
    threads.forget();
    process.off("warning", warned);
    await leftNothing(pool, pids, before);
    return { text, ms };
  } catch (error) {
    await Promise.allSettled([pool.killWorkers()]); // settled: the error of the test is the one to tell
    throw error;
  } finally {
    threads.forget();
    process.off("warning", warned);
  }
}

/** What holds of a broken pool. */
export function refusesForGood(pool: PoolExecutor): void {
  assert.throws(() => pool.submit(() => 1), BrokenExecutor);
  assert.throws(() => pool.map(Math.abs, [1]), BrokenExecutor);
}

async function threeSucceed(pool: PoolExecutor): Promise<void> {
  const values = [1, 2, 3].map((n) => pool.submit((value: number) => value, n).result());
  assert.deepEqual(await inTime("the next three tasks", Promise.all(values)), [1, 2, 3]);
}

/** The threads that Node itself starts from now on. */
function threadsFromNowOn(): { terminate(threadId: number): void; forget(): void } {
  const living = new Map<number, Worker>();
  const condemned = new Set<number>();
  const started = (thread: Worker): void => {
    living.set(thread.threadId, thread);
    if (condemned.has(thread.threadId)) void thread.terminate();
  };
  process.on("worker", started);
  return {
    terminate(threadId) {
      condemned.add(threadId); // Node tells of a thread a little after its start
      void living.get(threadId)?.terminate();
    },
    forget() {
      process.off("worker", started);
      living.clear();
    },
  };
}
