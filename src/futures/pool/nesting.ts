import { FuturesError } from "../errors.js";

/** Pools within the workers of pools, at most: each level multiplies the workers, and a function that submits itself would go on for ever. */
const depthLimit = 10;

// Of the whole thread, since a task may import another copy of the library than its worker runs.
const key = Symbol.for("concurrent-futures.depth");
const holder = globalThis as { [key]?: number };

/** For workers, at their start. */
export function setDepth(depth: number): void {
  holder[key] = depth;
}

/** How deep the workers of a pool made here are. */
export function depthOfWorkers(): number {
  return (holder[key] ?? 0) + 1;
}

/** @throws FuturesError if a pool here would be nested too deep. As loky's limit for Python. */
export function checkDepth(pool: string): void {
  if (depthOfWorkers() > depthLimit)
    throw new FuturesError(
      `${pool} is a pool within the workers of ${depthLimit} others: a task that submits to a pool of its own module submits to a new one in each worker; submit from the program, or call the function`,
    );
}
