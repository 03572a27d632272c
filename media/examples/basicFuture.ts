// Futures and their states, on a pool of four processes. Run it with `npm run example basicFuture`,
// or put the cursor in basicFuture() and run "Submit to Executor".
import { ProcessPoolExecutor, TimeoutError } from "concurrent-futures";

/** Runs in a worker. It is sent by its source text, so it names nothing from outside of it. */
async function work(index: number): Promise<string> {
  console.log(`Worker Index : ${index}`);
  const seconds = index === 4 ? 4.5 : index;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return `Completed ${index} worker job`;
}

/** Starts all workers: what follows does not depend on how long processes take to start. */
async function warmUp(pool: ProcessPoolExecutor): Promise<void> {
  for (let i = 0; i < pool.maxWorkers; i += 1) pool.submit(Math.abs, i);
  do await new Promise((resolve) => setTimeout(resolve, 10));
  while (pool.workers().some((worker) => worker.state !== "idle"));
}

export async function basicFuture(): Promise<void> {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 4 });
  await warmUp(pool);
  const futures = [0, 1, 2, 3, 4].map((index) => pool.submit(work, index));

  for (const [index, future] of futures.entries()) {
    // The main program has work of its own between two looks at its futures.
    await new Promise((resolve) => setTimeout(resolve, 200));
    try {
      if (!future.done()) console.log(`[${index} worker] Wait for 1 second because it has not finished yet.`);
      console.log(`result : ${await future.result(1000)}`);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      console.log(`[${index} worker] Timeout error`);
    }
  }
}

if (import.meta.main) await basicFuture();
