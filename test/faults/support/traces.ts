import assert from "node:assert/strict";
import type { PoolExecutor } from "concurrent-futures";
import { gone } from "../../kernel/support/processes.js";
import { limit } from "./limit.js";

/** What a pool could leave behind in this process, as it was at one moment. */
export interface Traces {
  readonly listeners: Readonly<Record<string, number>>;
  readonly resources: Readonly<Record<string, number>>;
}

export function traces(): Traces {
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  return { listeners: Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)])), resources };
}

/** Numbers of all processes that a pool will have had; a live list. */
export function pidsOf(pool: PoolExecutor): number[] {
  const pids: number[] = [];
  pool.events.on("workerStart", ({ pid }) => pid !== undefined && pids.push(pid));
  return pids;
}

/** Fails if a pool that was shut down has left anything: a worker, a process, a listener of `process`, a handle or a timer. */
export async function leftNothing(pool: PoolExecutor, pids: readonly number[], before: Traces): Promise<void> {
  assert.deepEqual(pool.workers(), [], "workers are left after shutdown");
  for (const pid of pids) assert.equal(await gone(pid, limit), true, `the process ${pid} lives`);
  // Handles close a little after those who held them; no event tells of it.
  for (const end = Date.now() + limit; surplus(before).length > 0 && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(surplus(before), [], "left behind in this process");
}

function surplus(before: Traces): string[] {
  const now = traces();
  return (["listeners", "resources"] as const).flatMap((kind) =>
    Object.entries(now[kind])
      .filter(([name, count]) => count > (before[kind][name] ?? 0))
      .map(([name, count]) => `${kind} ${name}: ${before[kind][name] ?? 0} before, ${count} now`),
  );
}
