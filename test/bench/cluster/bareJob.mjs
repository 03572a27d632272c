// @ts-check
// The job of a bare worker, in a file of its own: so BullMQ can run it in a thread.

/** @param {{ data: { n: number, ms?: number } }} job */
export default async function run({ data: { n, ms = 0 } }) {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms, n)) : n;
}
