// wait() with a timeout, on five workers. Run it with `npm run example withFuture`,
// or put the cursor in withFuture() and run "Submit to Executor".
import { asCompleted, ProcessPoolExecutor, wait } from "concurrent-futures";

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

export async function withFuture(): Promise<void> {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 5 });
  await warmUp(pool);
  const futures = [0, 1, 2, 3, 4].map((index) => pool.submit(work, index));

  const { done, notDone } = await wait(futures, { timeout: 1500 });
  for (const future of done) console.log(`Finished worker : ${await future.result()}`);
  for await (const future of asCompleted(notDone)) console.log(`Not finished worker : ${await future.result()}`);
}

if (import.meta.main) await withFuture();
