/** Runs one task that came over the queue on the pool of this machine. */
import {
  type AnyFunction,
  type ChunkOutcomes,
  deserializeValue,
  type FunctionReference,
  type Future,
  referencedFunction,
  serializeThrown,
  serializeValue,
  TimeoutError,
} from "../../futures/index.js";
import type { Blobs } from "../engine/blobs.js";
import { received, sent } from "../engine/large.js";
import type { RemoteFunction, ResultContent, TaskContent } from "../messages.js";
import type { ProgramCache } from "./programCache.js";
import type { RunningTask } from "./runningTask.js";
import { ShortWait } from "./shortWait.js";
import type { TaskPool } from "./taskPool.js";

export interface TaskRunnerParts {
  readonly pool: TaskPool;
  readonly programs: ProgramCache;
  readonly blobs: Blobs;
  /** ms for which results that are too large for the queue are kept. */
  readonly resultTtl: number;
}

export class TaskRunner {
  readonly #parts: TaskRunnerParts;
  readonly #shortWait: ShortWait;

  constructor(parts: TaskRunnerParts) {
    this.#parts = parts;
    this.#shortWait = new ShortWait(parts.pool.pool);
  }

  /**
   * Runs it to its end. Never rejects: what goes wrong is the error of the task.
   * @param isAlone whether this thread has nothing else to do until it is done.
   */
  async run(task: TaskContent, running: RunningTask, isAlone: () => boolean): Promise<ResultContent> {
    try {
      const future = await this.#start(task);
      running.begin(future);
      if (isAlone()) this.#shortWait.for(future);
      const value = await future.result();
      return task.arity === 0
        ? { kind: "value", value: await this.#large(serializeValue(value, "result")) }
        : await this.#chunk(value as ChunkOutcomes);
    } catch (error) {
      const reason = running.stopped?.reason;
      return this.failed(reason instanceof TimeoutError ? reason : error);
    }
  }

  /** What a task comes to that fails, or is not run. */
  async failed(error: unknown): Promise<ResultContent> {
    return { kind: "error", error: await this.#large(serializeThrown(error)) };
  }

  async #start({ fn, args, arity, timeout }: TaskContent): Promise<Future<unknown>> {
    const { pool, blobs } = this.#parts;
    const callable = await this.#callable(fn);
    const bytes = "bytes" in args ? args.bytes : await received(args, blobs, "one of its arguments");
    const values = deserializeValue(bytes) as unknown[];
    if (arity > 0) return pool.chunk(callable, { arity, args: values });
    return pool.pool.schedule(callable, values, { timeout });
  }

  async #callable(fn: RemoteFunction): Promise<AnyFunction> {
    if (fn.kind !== "program") return referencedFunction(fn as FunctionReference);
    const url = await this.#parts.programs.urlOf(fn.hash);
    return referencedFunction({ kind: "module", url, path: fn.path, name: fn.name });
  }

  async #chunk({ values, errors }: ChunkOutcomes): Promise<ResultContent> {
    return {
      kind: "chunk",
      values: await this.#large(serializeValue(values, "result")),
      errors: [...(errors ?? [])].map(([place, error]) => [place, serializeThrown(error)] as const),
    };
  }

  #large(bytes: Buffer): ReturnType<typeof sent> {
    return sent(bytes, this.#parts.blobs, this.#parts.resultTtl);
  }
}
