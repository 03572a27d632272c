// %% [markdown]
// # 시간 제한이 있는 wait()
//
// 작업자가 다섯입니다. 1.5초 뒤에는 끝난 작업과 끝나지 않은 작업이 있고, 나머지는 `asCompleted()`가 끝나는 순서대로 돌려줍니다.

// %%
import { asCompleted, ProcessPoolExecutor, wait } from "concurrent-futures";

const pool = new ProcessPoolExecutor({ maxWorkers: 5 });

async function work(index: number): Promise<string> {
  const seconds = index === 4 ? 3.5 : index;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return `${index}번 작업 완료`;
}

// %%
const futures = [0, 1, 2, 3, 4].map((index) => pool.submit(work, index));
const { done, notDone } = await wait(futures, { timeout: 1500 });

for (const future of done) console.log(`끝난 작업: ${await future.result()}`);
for await (const future of asCompleted(notDone)) console.log(`끝나지 않았던 작업: ${await future.result()}`);
