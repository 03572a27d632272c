// wait() with a timeout, on five workers. Run it with `npm run example withFuture`,
// or put the cursor in withFuture() and run "Submit to Executor".
import { asCompleted, type Future, ProcessPoolExecutor, wait } from "concurrent-futures";

/** Runs in a worker. It is sent by its source text, so it names nothing from outside of it. */
async function work(index: number): Promise<string> {
  console.log(`Worker Index : ${index}`);
  const seconds = index === 4 ? 4.5 : index;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return `Completed ${index} worker job`;
}

/** Processes take a while to start; what follows does not depend on how long. */
async function started(futures: Future<string>[]): Promise<void> {
  while (!futures.every((future) => future.running() || future.done())) await new Promise((resolve) => setTimeout(resolve, 10));
}

export async function withFuture(): Promise<void> {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 5 });
  const futures = [0, 1, 2, 3, 4].map((index) => pool.submit(work, index));
  await started(futures);

  const { done, notDone } = await wait(futures, { timeout: 1500 });
  for (const future of done) console.log(`Finished worker : ${await future.result()}`);
  for await (const future of asCompleted(notDone)) console.log(`Not finished worker : ${await future.result()}`);
}

if (import.meta.main) await withFuture();
