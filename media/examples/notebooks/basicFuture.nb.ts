// %% [markdown]
// # Futures and their states
//
// Four processes, five tasks. The main program looks at its futures one after another and waits for each at most one second:
// a task that is not done by then has not failed, it goes on.

// %%
import { ProcessPoolExecutor, TimeoutError } from "concurrent-futures";

const pool = new ProcessPoolExecutor({ maxWorkers: 4 });

// %% [markdown]
// The function runs in a worker. It is sent with what it uses of the notebook: here the variable `slowest`, as it is at the moment of submission.

// %%
const slowest = 3.5;

async function work(index: number): Promise<string> {
  const seconds = index === 4 ? slowest : index / 2;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return `Completed ${index} worker job`;
}

const futures = [0, 1, 2, 3, 4].map((index) => pool.submit(work, index));

// %%
for (const [index, future] of futures.entries()) {
  try {
    if (!future.done()) console.log(`[${index} worker] not finished yet, waiting for up to 1 second`);
    console.log(`result: ${await future.result(1000)}`);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log(`[${index} worker] Timeout error`);
  }
}

// %% [markdown]
// An array of futures as the last expression is a table that follows them until all are done: the column *completed* is the order of `asCompleted()`.

// %%
futures;
