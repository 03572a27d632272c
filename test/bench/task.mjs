// The tasks of all pools.

/** Does nothing but give back its argument, so that every result can be told from every other one. */
export function noop(n) {
  return n;
}

/** Works for some µs. */
export function busy(n) {
  const end = performance.now() + n / 1000;
  while (performance.now() < end);
  return n;
}

/** An object of about 1 MB. */
export function large(n) {
  return Array.from({ length: 8000 }, (_, i) => ({ n, i, name: `record number ${i} of many`, tags: ["a", "b", "c"], nested: { x: i / 3, y: null } }));
}

/** How large a buffer is. */
export function size(buffer) {
  return buffer.byteLength;
}
