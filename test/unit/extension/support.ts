import type { NewTask } from "../../../src/extension/tasks/taskRecord.js";
import type { ErrorDescription } from "../../../src/protocol/values.js";

/** A submission of `fib(40)` at the time 1000, with what a test wants different. */
export function newTask(different: Partial<NewTask> = {}): NewTask {
  return {
    id: "1",
    kernel: "/w",
    generation: 1,
    uri: "file:///w/fib.ts",
    functionName: "fib",
    functionHash: "a",
    line: 3,
    tick: 0,
    argumentsText: "40",
    executor: "threads",
    resultTimeout: 1000,
    onTimeout: "keepRunning",
    priority: 0,
    asked: {},
    createdAt: 1000,
    ...different,
  };
}

/** An error of user code, with what a test wants different. */
export function error(different: Partial<ErrorDescription> = {}): ErrorDescription {
  return { source: "task", name: "RangeError", message: "too deep", stack: "RangeError: too deep", frames: [], ...different };
}
