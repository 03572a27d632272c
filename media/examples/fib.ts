// Put the cursor in a function and run "Futures: Submit to Executor" from the command palette, or click "Submit" above it.

/** The n-th Fibonacci number, the slow way: 40 takes about a second. */
export function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

/** Not exported, and an async function: both are fine. */
async function greet(name: string, options: { polite?: boolean; delay?: number } = {}): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, options.delay ?? 500));
  return options.polite ? `Good day, ${name}` : `Hi ${name}`;
}

/** Shows an error at the function and at the line that threw. */
export function divide(a: number, b: number): number {
  if (b === 0) throw new RangeError("division by zero", { cause: { a, b } });
  return a / b;
}

/** Never returns: "Cancel" stops it all the same, and nothing else. */
export function spin(): never {
  for (;;) {}
}

/** Larger values show their beginning on the line and all of it in the hover. */
export const primesBelow = (limit: number): number[] => {
  const composite = new Set<number>();
  const primes: number[] = [];
  for (let n = 2; n < limit; n += 1) {
    if (composite.has(n)) continue;
    primes.push(n);
    for (let multiple = n * n; multiple < limit; multiple += n) composite.add(multiple);
  }
  return primes;
};
