import {
  type AnyFunction,
  type Chunk,
  type ChunkOutcomes,
  type Future,
  ProcessPoolExecutor,
  type TaskOutput,
  ThreadPoolExecutor,
} from "../../futures/index.js";

export interface TaskPoolOptions {
  readonly kind: "threads" | "processes";
  readonly slots: number;
  readonly name: string;
  /** ms between the signal to a task that is to stop and the replacement of its worker. */
  readonly stopGrace: number;
  onOutput(output: TaskOutput): void;
}

/** A pool of this machine that takes chunks, too. User code runs in its workers only: a loop there must not keep this process from holding its tasks. */
export interface TaskPool {
  readonly pool: ThreadPoolExecutor | ProcessPoolExecutor;
  chunk(fn: AnyFunction, chunk: Chunk, signal: AbortSignal): Future<ChunkOutcomes>;
}

class Threads extends ThreadPoolExecutor {
  chunk(fn: AnyFunction, chunk: Chunk, signal: AbortSignal): Future<ChunkOutcomes> {
    return this.submitChunk(fn, chunk, signal);
  }
}

class Processes extends ProcessPoolExecutor {
  chunk(fn: AnyFunction, chunk: Chunk, signal: AbortSignal): Future<ChunkOutcomes> {
    return this.submitChunk(fn, chunk, signal);
  }
}

export function makeTaskPool({ kind, slots, name, stopGrace, onOutput }: TaskPoolOptions): TaskPool {
  const pool = new (kind === "threads" ? Threads : Processes)({ maxWorkers: slots, name, stopGrace, onOutput, onWorkerDeath: "replace" });
  return { pool, chunk: (fn, chunk, signal) => pool.chunk(fn, chunk, signal) };
}
