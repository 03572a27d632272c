import type { Engine, JobRequest } from "../engine/engine.js";
import type { contextOf } from "../engine/names.js";
import { write } from "../messages.js";
import type { Seal } from "../security/seal.js";
import type { CheckedClusterOptions } from "./clusterOptions.js";
import type { ClusterTask } from "./clusterTask.js";
import type { Peers } from "./peers.js";
import { RemoteFunctions } from "./remoteFunctions.js";

export interface JobsParts {
  readonly engine: Engine;
  readonly seal: Seal;
  readonly peers: Peers | undefined;
  readonly context: ReturnType<typeof contextOf>;
  readonly submitter: string;
  readonly options: CheckedClusterOptions;
}

/** Makes jobs of tasks: with the program of their function, their arguments, and what shows whose they are. */
export class Jobs {
  readonly #parts: JobsParts;
  readonly #functions: RemoteFunctions;

  constructor(parts: JobsParts) {
    this.#parts = parts;
    this.#functions = new RemoteFunctions(parts.engine);
  }

  /** @returns `undefined` if the task is done already: it was cancelled meanwhile, or cannot be sent. */
  async of(task: ClusterTask): Promise<JobRequest | undefined> {
    const { engine, submitter, options } = this.#parts;
    const { retries, orphans: orphan, startTimeout } = options;
    try {
      const [fn, args] = await Promise.all([this.#functions.of(task.fn), engine.store(task.args as Buffer)]);
      if (task.future.done()) return undefined;
      const { id, arity, timeout, priority } = task;
      const limits = { notAfter: Date.now() + startTimeout, retries, orphan, ...limited(timeout) };
      return { id, name: task.fn.name, priority, frame: this.#seal(task, write({ submitter, fn, args, arity, ...limits })) };
    } catch (error) {
      if (!task.future.done()) task.future.setException(error);
      return undefined;
    } finally {
      task.args = undefined;
    }
  }

  /** One that is run also when this program is gone has to speak for itself, to workers that nobody knows yet. */
  #seal(task: ClusterTask, content: Buffer): Buffer {
    const { seal, peers, context, options } = this.#parts;
    const paired = options.orphans === "drop" ? peers?.seal(context.task(task.id), content) : undefined;
    task.digest = paired?.digest;
    return paired?.frame ?? seal.seal(context.task(task.id), content);
  }
}

/** What JSON has no number for: without a limit, and over before it begins. */
function limited(timeout: number | undefined): { readonly timeout?: number } {
  if (timeout === undefined || timeout === Number.POSITIVE_INFINITY) return {};
  return { timeout: Math.max(timeout, Number.MIN_SAFE_INTEGER) };
}
