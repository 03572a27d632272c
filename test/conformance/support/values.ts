/** Python's `range`, as an array. */
export const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Python's `list(iterator)`. */
export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
