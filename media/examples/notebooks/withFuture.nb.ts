// %% [markdown]
// # wait() with a timeout
//
// Five workers. After 1.5 seconds some tasks are done and some are not; `asCompleted()` then gives the rest as they come.

// %%
import { asCompleted, ProcessPoolExecutor, wait } from "concurrent-futures";

const pool = new ProcessPoolExecutor({ maxWorkers: 5 });

async function work(index: number): Promise<string> {
  const seconds = index === 4 ? 3.5 : index;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return `Completed ${index} worker job`;
}

// %%
const futures = [0, 1, 2, 3, 4].map((index) => pool.submit(work, index));
const { done, notDone } = await wait(futures, { timeout: 1500 });

for (const future of done) console.log(`Finished worker: ${await future.result()}`);
for await (const future of asCompleted(notDone)) console.log(`Not finished worker: ${await future.result()}`);
