// %% [markdown]
// # Threads and processes side by side
//
// The same search for primes: in this thread, on a pool of threads and on a pool of processes.

// %%
import os from "node:os";
import { ProcessPoolExecutor, ThreadPoolExecutor } from "concurrent-futures";

const maxWorkers = os.availableParallelism();
const threads = new ThreadPoolExecutor({ maxWorkers });
const processes = new ProcessPoolExecutor({ maxWorkers });

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) {
    if (n % divisor === 0) return false;
  }
  return n > 1;
}

/** How many primes there are from a number on. `isPrime` goes to the worker with it. */
function countPrimes(from: number, count = 20_000): number {
  let found = 0;
  for (let n = from; n < from + count; n += 1) if (isPrime(n)) found += 1;
  return found;
}

const starts = Array.from({ length: 40 }, (_, i) => 20_000_000 + i * 20_000);

// %% [markdown]
// Pools start their workers when they are needed first: that is not what is measured.

// %%
for (const pool of [threads, processes]) {
  const warm = Array.from({ length: maxWorkers }, () => pool.submit(countPrimes, 2, 10));
  for (const future of warm) await future.result();
}

// %%
async function timed(name: string, run: () => Promise<number>) {
  const start = performance.now();
  const primes = await run();
  return { name, primes, ms: Math.round(performance.now() - start) };
}

async function sum(pool: ThreadPoolExecutor | ProcessPoolExecutor): Promise<number> {
  let total = 0;
  for await (const found of pool.map(countPrimes, starts)) total += found;
  return total;
}

const results = [
  await timed("this thread", async () => starts.reduce((total, from) => total + countPrimes(from), 0)),
  await timed(`${maxWorkers} threads`, () => sum(threads)),
  await timed(`${maxWorkers} processes`, () => sum(processes)),
];
results;

// %%
const speedUp = results.map(({ name, ms }) => ({ name, times: (results[0]?.ms ?? 0) / ms }));
const axes = {
  y: { field: "name", type: "nominal", sort: null, title: null },
  x: { field: "times", type: "quantitative", title: "speed-up", axis: { tickMinStep: 0.5 } },
};
const label = { mark: { type: "text", align: "left", dx: 6 }, encoding: { text: { field: "times", format: ".2f" } } };
({
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  width: 400,
  height: { step: 36 },
  data: { values: speedUp },
  encoding: axes,
  layer: [{ mark: "bar" }, label],
});
