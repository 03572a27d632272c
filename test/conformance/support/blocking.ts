/** A semaphore in shared memory, for threads that block as Python's do: a task that waits here turns no event loop. */
export class Semaphore {
  /** What tasks are given; they take with {@link take}. */
  readonly cells = new Int32Array(new SharedArrayBuffer(4));

  release(count: number): void {
    Atomics.add(this.cells, 0, count);
    Atomics.notify(this.cells, 0);
  }
}

/** For workers: blocks the thread until a permit is there, and takes it. */
export const take = (cells: Int32Array): void => {
  for (;;) {
    const permits = Atomics.load(cells, 0);
    if (permits === 0) Atomics.wait(cells, 0, 0);
    else if (Atomics.compareExchange(cells, 0, permits, permits - 1) === permits) return;
  }
};
