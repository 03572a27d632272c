import type { Engine, JobRequest } from "../engine/engine.js";
import type { contextOf } from "../engine/names.js";
import { write } from "../messages.js";
import type { Seal } from "../security/seal.js";
import type { CheckedClusterOptions } from "./clusterOptions.js";
import type { ClusterTask } from "./clusterTask.js";
import { RemoteFunctions } from "./remoteFunctions.js";

export interface JobsParts {
  readonly engine: Engine;
  readonly seal: Seal;
  readonly context: ReturnType<typeof contextOf>;
  readonly submitter: string;
  readonly options: CheckedClusterOptions;
}

/** Makes jobs of tasks: with the program of their function, their arguments, and a signature. */
export class Jobs {
  readonly #parts: JobsParts;
  readonly #functions: RemoteFunctions;

  constructor(parts: JobsParts) {
    this.#parts = parts;
    this.#functions = new RemoteFunctions(parts.engine);
  }

  /** @returns `undefined` if the task is done already: it was cancelled meanwhile, or cannot be sent. */
  async of(task: ClusterTask): Promise<JobRequest | undefined> {
    const { engine, seal, context, submitter, options } = this.#parts;
    const { retries, orphans: orphan, startTimeout } = options;
    try {
      const [fn, args] = await Promise.all([this.#functions.of(task.fn), engine.store(task.args as Buffer)]);
      if (task.future.done()) return undefined;
      const { id, arity, timeout, priority } = task;
      const limits = { notAfter: Date.now() + startTimeout, retries, orphan, ...(timeout !== undefined && { timeout }) };
      return { id, name: task.fn.name, priority, frame: seal.seal(context.task(id), write({ submitter, fn, args, arity, ...limits })) };
    } catch (error) {
      if (!task.future.done()) task.future.setException(error);
      return undefined;
    } finally {
      task.args = undefined;
    }
  }
}
