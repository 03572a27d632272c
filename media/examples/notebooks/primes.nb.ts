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
const width = 360;
const speedUp = results.map(({ name, ms }) => ({ name, times: (results[0]?.ms ?? 0) / ms }));
const most = Math.max(...speedUp.map(({ times }) => times));
const bars = speedUp.map(({ name, times }, i) => {
  const length = (width * times) / most;
  return `<text x="0" y="${i * 34 + 22}" fill="#3b82f6">${name}</text><rect x="120" y="${i * 34 + 6}" width="${length}" height="22" fill="#3b82f6"/>
    <text x="${128 + length}" y="${i * 34 + 22}" fill="#3b82f6">${times.toFixed(2)}×</text>`;
});
display.svg(
  `<svg xmlns="http://www.w3.org/2000/svg" width="560" height="${speedUp.length * 34 + 10}" font-family="sans-serif" font-size="13">${bars.join("")}</svg>`,
);
