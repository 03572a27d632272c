import { type Future, task } from "../../futures/index.js";
import type { CallProgram } from "../../programs/types.js";
import type { MapInputs } from "../../protocol/messages.js";
import type { TaskExecutor } from "../taskExecutor.js";

export interface InputSources {
  /** Of this map. */
  readonly call: Pick<CallProgram, "url">;
  /** `file:` URL of `readInputs`. */
  readonly readerUrl: string;
  /** What failed or was not done in another map; `undefined` if that is not kept. */
  failedOf(taskId: string): readonly unknown[] | undefined;
}

/**
 * Has the inputs of a map read, or evaluated, by a worker.
 * @returns what is there already, or the future of it.
 * @throws RangeError if they are those of a map that is not kept.
 */
export function readInputs(
  inputs: MapInputs,
  executor: TaskExecutor,
  signal: AbortSignal,
  { call, readerUrl, failedOf }: InputSources,
): readonly unknown[] | Future<unknown[]> {
  const schedule = (url: string, name: string, args: unknown[]): Future<unknown[]> =>
    executor.schedule(task<(...args: unknown[]) => unknown[]>(url, name), args, { signal });
  switch (inputs.kind) {
    case "expression":
      return schedule(call.url, "inputs", []);
    case "file":
      return schedule(readerUrl, "readFileInputs", [inputs.path]);
    case "text":
      return schedule(readerUrl, "readText", [inputs.text]);
    case "failed": {
      const failed = failedOf(inputs.taskId);
      if (!failed) throw new RangeError(`the inputs of task #${inputs.taskId} are not kept any more; map over them again`);
      return failed;
    }
  }
}
