/** Finds out where a task is, also in an endless loop. */
import type { WorkerInfo } from "../../futures/index.js";
import type { Inspector } from "./inspector.js";
import { ProcessInspectors } from "./processInspector.js";
import { inspectThread } from "./threadInspector.js";

/**
 * Asks workers for their stack by V8's inspector, which has them evaluate an expression in the midst of whatever they run. They are not paused: a thread
 * that is ended while it is paused never ends.
 */
export class WhereaboutsFinder {
  readonly #processes = new ProcessInspectors();

  /**
   * @param ms that it may take; a worker that is in a function of Node's own does not answer before that returns.
   * @returns the stack as V8 writes it, mapped to source by Node; `undefined` if the worker did not answer in time, or cannot be asked.
   */
  async find(worker: WorkerInfo, ms: number): Promise<string | undefined> {
    let inspector: Inspector | undefined;
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ms);
    });
    const ask = async (): Promise<unknown> => {
      inspector = await this.#inspect(worker);
      if (isOver) inspector?.close();
      return isOver ? undefined : inspector?.evaluate("new Error().stack");
    };
    const stack = await Promise.race([ask().catch(() => undefined), late]);
    isOver = true;
    clearTimeout(timer);
    inspector?.close();
    return typeof stack === "string" ? withoutQuestion(stack) : undefined;
  }

  /** Of a worker that has ended. */
  forget(worker: string): void {
    this.#processes.forget(worker);
  }

  /** What a worker has written, without what Node wrote because it was asked. */
  withoutNotes(worker: string, text: string): string {
    return this.#processes.withoutNotes(worker, text);
  }

  async #inspect({ name, pid, threadId }: WorkerInfo): Promise<Inspector | undefined> {
    if (pid !== undefined) return this.#processes.inspect(name, pid);
    return threadId === undefined ? undefined : inspectThread(threadId);
  }
}

/** Without the frame of the expression itself, the first one. */
function withoutQuestion(stack: string): string {
  const [head, , ...frames] = stack.split("\n");
  return [head, ...frames].join("\n");
}
