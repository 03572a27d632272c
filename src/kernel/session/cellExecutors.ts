import { type AnyFunction, type PoolExecutor, type PoolOptions, ProcessPoolExecutor, ThreadPoolExecutor } from "../../futures/index.js";
import type { ExecutorKind } from "../../protocol/values.js";

/** What a cell that ran in a worker comes back with. */
export interface RemoteCell {
  readonly result: [unknown] | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Takes what a worker prints. */
type Print = (stream: "stdout" | "stderr", text: string) => void;

/** The executors of cells that say where they run: made when one does, one worker each. */
export class CellExecutors {
  readonly #pools = new Map<ExecutorKind, PoolExecutor>();
  /** By the id of the future. */
  readonly #printing = new Map<number, Print>();

  /** @param signal stops it. */
  async run(kind: ExecutorKind, cell: AnyFunction, signal: AbortSignal, print: Print): Promise<RemoteCell> {
    const future = this.#pool(kind).schedule(cell, [], { signal });
    this.#printing.set(future.id, print);
    try {
      return (await future.result()) as RemoteCell;
    } finally {
      // What is on its way from a process arrives after its answer.
      setTimeout(() => this.#printing.delete(future.id), 1_000).unref();
    }
  }

  #pool(kind: ExecutorKind): PoolExecutor {
    const known = this.#pools.get(kind);
    if (known && !known.broken) return known;
    const options: PoolOptions = {
      name: kind,
      maxWorkers: 1,
      onWorkerDeath: "replace",
      onOutput: ({ stream, text, task }) => task !== undefined && this.#printing.get(task)?.(stream, text),
    };
    const pool = kind === "threads" ? new ThreadPoolExecutor(options) : new ProcessPoolExecutor(options);
    this.#pools.set(kind, pool);
    return pool;
  }
}
