// %% [markdown]
// # 퓨처와 그 상태
//
// 프로세스 네 개에 작업 다섯 개를 맡깁니다. 주 프로그램은 퓨처를 하나씩 보며 각각 최대 1초만 기다립니다.
// 그때까지 끝나지 않은 작업은 실패한 것이 아니라 계속 실행됩니다.

// %%
import { ProcessPoolExecutor, TimeoutError } from "concurrent-futures";

const pool = new ProcessPoolExecutor({ maxWorkers: 4 });

// %% [markdown]
// 함수는 작업자 프로세스에서 실행됩니다. 함수가 쓰는 노트북 변수도 함께 전달되며, 여기서는 제출하는 순간의 `slowest` 값입니다.

// %%
const slowest = 3.5;

async function work(index: number): Promise<string> {
  const seconds = index === 4 ? slowest : index / 2;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return `${index}번 작업 완료`;
}

const futures = [0, 1, 2, 3, 4].map((index) => pool.submit(work, index));

// %%
for (const [index, future] of futures.entries()) {
  try {
    if (!future.done()) console.log(`[${index}번 작업] 아직 끝나지 않아 최대 1초 기다립니다`);
    console.log(`결과: ${await future.result(1000)}`);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log(`[${index}번 작업] 시간 초과`);
  }
}

// %% [markdown]
// 마지막 식이 퓨처 배열이면 모두 끝날 때까지 따라가는 표가 됩니다. *completed* 열은 `asCompleted()`가 돌려주는 순서입니다.

// %%
futures;
