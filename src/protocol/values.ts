/** What crosses between kernel and extension about a value, an error, a worker or a task. Plain data: it is sent by structured clone. */

/** The kernel's own executors. */
export type ExecutorKind = "threads" | "processes";

const clusterPrefix = "cluster:";
/** An executor whose workers are on other machines, by its name in the settings. */
export type ClusterId = `${typeof clusterPrefix}${string}`;
/** Which executor runs a task. */
export type ExecutorId = ExecutorKind | ClusterId;

export function clusterId(name: string): ClusterId {
  return `${clusterPrefix}${name}`;
}

/** The name of a cluster; `undefined` if the executor is none. */
export function clusterNameOf(executor: ExecutorId): string | undefined {
  return executor.startsWith(clusterPrefix) ? executor.slice(clusterPrefix.length) : undefined;
}

/** What becomes of a task whose result did not come in time: it goes on, as in Python, or it is stopped as a cancelled one is. */
export type OnTimeout = "keepRunning" | "stop";

/** A task's result, prepared for people. */
export interface ValueDescription {
  /** One line, at most {@link previewLimit} characters, for the end of the function's line. */
  readonly preview: string;
  /** The value as `util.inspect` shows it over several lines, at most {@link textLimit} characters. */
  readonly text: string;
  /** True when `text` was cut at {@link textLimit}, or when collections in it were shortened. */
  readonly truncated: boolean;
  /** `number`, `string`, `Map(3)`, `Array(2)`, `Point`, … */
  readonly type: string;
  /** It has parts to be looked at one by one. */
  readonly expandable?: boolean;
  /** It is an array of records, or the results of a map: it can be looked at as a table. */
  readonly tabular?: boolean;
  /** Of an array of numbers. */
  readonly plot?: NumberPlot;
  /** What the value shows itself as, by MIME type, if it has a method `Symbol.for("Jupyter.display")`; binary data as base64. */
  readonly display?: Readonly<Record<string, string>>;
}

/** How far a task is, by what it has told with `currentTask().progress()` or by `yield`. */
export interface ProgressDescription {
  /** `40/100`, or what was told, as one line. */
  readonly text: string;
  /** From 0 to 1; absent if no total was told. */
  readonly fraction?: number;
}

/** What a call took of its worker. */
export interface UsageDescription {
  /** ms of processor time; absent where the runtime cannot tell it for a thread. */
  readonly cpuTime?: number;
  /** Bytes by which the worker's heap has grown, which a collection of garbage may make less. */
  readonly memory: number;
}

/** How far a map is. */
export interface MapProgress {
  readonly total: number;
  /** Failed ones among them. */
  readonly done: number;
  readonly failed: number;
  /** Inputs a second, of late; 0 before any is done. */
  readonly rate: number;
  /** ms that the rest will take at that rate; absent before any is done. */
  readonly left?: number;
}

/** Numbers as a line: at most 64 of them, each the mean of its neighbours where there are more. */
export interface NumberPlot {
  readonly points: readonly number[];
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

/** Characters of {@link ValueDescription.preview}. */
export const previewLimit = 200;
/** Characters of {@link ValueDescription.text}: VS Code cuts a hover at 100,000. */
export const textLimit = 90_000;

/** Whose code a stack frame is in: the user's own files, a package, Node itself, our own runner, or the argument text. */
export type FrameOrigin = "user" | "dependency" | "node" | "runner" | "arguments";

/** One line of a stack, already mapped to source. */
export interface StackFrame {
  readonly functionName?: string;
  /** Absolute path of the source file; absent for Node's own frames and for the argument text. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
  readonly origin: FrameOrigin;
  /** The line as the runtime printed it, without the leading `at`. */
  readonly text: string;
}

/**
 * Where an error comes from, so that it can be told as what it is:
 * `task`: thrown by user code. `arguments`: thrown while the argument text was evaluated, or the text does not parse.
 * `build`: the file does not compile. `timeout`: the wait ended, the task goes on. `worker`: the worker died under the task.
 * `kernel`: the kernel died or could not start. `transfer`: an argument or the result cannot be sent between workers. `stop`: no error, but where a task
 * was when it was stopped.
 */
export type ErrorSource = "task" | "arguments" | "build" | "timeout" | "worker" | "kernel" | "transfer" | "stop";

export interface ErrorDescription {
  readonly source: ErrorSource;
  /** `TypeError`, or for a thrown non-error what was thrown: `thrown value`. */
  readonly name: string;
  readonly message: string;
  /** The whole stack as text, mapped to source; frames of our own runner left out. */
  readonly stack: string;
  readonly frames: readonly StackFrame[];
  /** Own properties of the error beyond name, message and stack, as `util.inspect` shows them. */
  readonly properties?: string;
  readonly cause?: ErrorDescription;
  /** Of an `AggregateError`, and one per message of a failed build. */
  readonly errors?: readonly ErrorDescription[];
}

export interface WorkerDescription {
  /** `thread-0`, `process-3`: unique within its executor while the kernel lives. */
  readonly name: string;
  readonly state: "starting" | "idle" | "busy" | "stopping";
  /** Process id, for a worker that is a process. */
  readonly pid?: number;
  /** Thread id, for a worker that is a thread. */
  readonly threadId?: number;
  /** The task it runs or loads, if busy. */
  readonly taskId?: string;
}

export interface ExecutorDescription {
  readonly kind: ExecutorKind;
  readonly maxWorkers: number;
  readonly workers: readonly WorkerDescription[];
}

/** A worker of a cluster, as it has told of itself last. */
export interface RemoteWorkerDescription {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** Tasks that it runs at a time, and those that it runs now. */
  readonly slots: number;
  readonly running: number;
  /** Of its machine, of the last minute. */
  readonly load: number;
  readonly nodeVersion: string;
  readonly version: string;
  readonly state: "working" | "draining";
}

/** A cluster that was used. */
export interface ClusterDescription {
  /** In the settings. */
  readonly name: string;
  readonly workers: readonly RemoteWorkerDescription[];
  /** Why nothing is known of its workers. */
  readonly problem?: string;
}
