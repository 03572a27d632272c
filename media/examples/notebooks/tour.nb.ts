// %% [markdown]
// # Timeouts and cancelling
//
// Four ways in which a task does not come to its end, and what is left of it.

// %%
import { CancelledError, ThreadPoolExecutor, TimeoutError } from "concurrent-futures";

const pool = new ThreadPoolExecutor({ maxWorkers: 1, onWorkerDeath: "replace" });
const sleep = (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, `slept ${ms} ms`));

// %% [markdown]
// **A wait that ends.** The future is still running, and its result comes later.

// %%
const slow = pool.submit(sleep, 600);
try {
  await slow.result(100);
} catch (error) {
  console.log(error instanceof TimeoutError, slow.state);
}
await slow.result();

// %% [markdown]
// **A pending task that is cancelled** never starts.

// %%
const first = pool.submit(sleep, 300);
const second = pool.submit(sleep, 300);
while (!first.running()) await sleep(5);
console.log(second.cancel(), second.state, first.cancel(), first.state);
await second.exception().catch((error: unknown) => (error instanceof CancelledError ? "cancelled" : "something else"));

// %% [markdown]
// **A task that must be done in time.** `schedule` stops this one, in an endless loop, and no other.

// %%
function forever(): never {
  for (;;);
}
const stopped = pool.schedule(forever, [], { timeout: 200 });
const next = pool.submit(sleep, 50);
console.log(String(await stopped.exception()));
await next.result();

// %% [markdown]
// **A cell that takes too long.** This one says so of itself; the stop button does the same, and the variables stay.
//
// ```ts
// // %% [timeout=500]
// for (;;);
// ```

// %%
[slow, second, stopped, next].map((future) => future.state);
