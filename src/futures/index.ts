/// <reference types="node" preserve="true" />
/** `concurrent-futures`: Python's `concurrent.futures` for Node. The public surface, nothing else. */
export type { Chunk, ChunkOutcomes } from "./chunk.js";
export {
  BlockingError,
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  CancelledError,
  FuturesError,
  InvalidStateError,
  QueueFullError,
  ShutdownError,
  TimeoutError,
  TransferError,
  WorkerDiedError,
  type WorkerEnd,
} from "./errors.js";
export {
  type AnyFunction,
  Executor,
  type ShutdownOptions,
  type TaskProgress,
  type TaskResult,
} from "./executor.js";
export { Future, type FutureState, type Outcome } from "./future.js";
export type { MapInput, MapOptions } from "./mapOptions.js";
export type { DiagnosticsMessage, PoolEvents } from "./pool/events.js";
export type { WorkerMemory } from "./pool/messages.js";
export type { PoolOptions, TaskOutput } from "./pool/options.js";
export { PoolExecutor } from "./pool/poolExecutor.js";
export type { WorkerInfo } from "./pool/poolWorker.js";
export type { ExecutorStats, WorkerStats } from "./pool/stats.js";
export type { ScheduleOptions } from "./pool/task.js";
export { ProcessPoolExecutor } from "./process/processPoolExecutor.js";
export type { ProcessPoolOptions } from "./process/processPoolOptions.js";
export { deserializeThrown, deserializeValue, functionReference, referencedFunction, serializeThrown, serializeValue } from "./remote.js";
export { type FunctionReference, type Tasks, task, tasks } from "./task.js";
export { ThreadPoolExecutor } from "./thread/threadPoolExecutor.js";
export type { ThreadPoolOptions } from "./thread/threadPoolOptions.js";
export { type ErrorClass, registerErrorClass } from "./transfer/errorClasses.js";
export {
  ALL_COMPLETED,
  type AsCompletedOptions,
  asCompleted,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type ReturnWhen,
  type WaitOptions,
  type WaitResult,
  wait,
  waitSync,
} from "./wait.js";
export { type CurrentTask, currentTask } from "./worker/currentTask.js";
