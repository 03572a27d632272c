// Put the cursor in a function and run "Futures: Submit to Executor",
// or click "Submit" above it.

/** The n-th Fibonacci number, the slow way: 40 takes about a second. */
export function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

interface Options {
  polite?: boolean;
  /** ms */
  delay?: number;
}

/**
 * Not exported, and async: both are fine.
 * @example greet("you", { polite: true })
 */
async function greet(name: string, options: Options = {}) {
  await new Promise((resolve) => setTimeout(resolve, options.delay ?? 500));
  return options.polite ? `Good day, ${name}` : `Hi ${name}`;
}

/** Its error shows at the function, and at the line that threw. */
export function divide(a: number, b: number): number {
  if (b === 0) throw new RangeError("division by zero");
  return a / b;
}

/** Never returns: "Cancel" stops it, and nothing else. */
export function spin(): never {
  for (;;) {}
}

/** A large value shows its beginning here, and all of it in the hover. */
export function primes(limit: number) {
  const composite = new Set<number>();
  const found: number[] = [];
  for (let n = 2; n < limit; n += 1) {
    if (composite.has(n)) continue;
    found.push(n);
    for (let many = n * n; many < limit; many += n) composite.add(many);
  }
  return found;
}
