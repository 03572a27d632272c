import { type PoolExecutor, type PoolOptions, ProcessPoolExecutor, ThreadPoolExecutor } from "concurrent-futures";

/** Both pools, for tests that hold for both. */
export const pools: readonly { readonly kind: "threads" | "processes"; readonly make: (options?: PoolOptions) => PoolExecutor }[] = [
  { kind: "threads", make: (options) => new ThreadPoolExecutor(options) },
  { kind: "processes", make: (options) => new ProcessPoolExecutor(options) },
];

/** Runs `use` with a pool and shuts it down afterwards, whatever happened, without waiting for tasks that never end. */
export async function withPool<R>(
  make: (options?: PoolOptions) => PoolExecutor,
  options: PoolOptions,
  use: (pool: PoolExecutor) => Promise<R>,
): Promise<R> {
  const pool = make(options);
  try {
    return await use(pool);
  } finally {
    await pool.shutdown({ cancelFutures: true });
  }
}

/** A function for workers that resolves after some ms. */
export const sleep = (ms: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(ms), ms));

/** A function for workers that never returns to its event loop. */
export const spin = (): never => {
  for (;;);
};
