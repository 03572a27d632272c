/** ms that anything may take: what takes longer counts as a hang. The one limit here, and far from what anything takes. */
export const limit = 10_000;

/** @throws Error with the name of what has not come within the {@link limit}. */
export async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: hangs, nothing has come of it after ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
