import type { MapInputs, TaskEvent } from "../../protocol/messages.js";
import type {
  ErrorDescription,
  ExecutorId,
  MapProgress,
  OnTimeout,
  ProgressDescription,
  StackFrame,
  UsageDescription,
  ValueDescription,
} from "../../protocol/values.js";

/** How a task is to be run; what is left out is as the settings have it. */
export interface SubmitChoice {
  readonly executor?: ExecutorId | undefined;
  /** ms to wait for the result; 0: without limit. */
  readonly timeout?: number | undefined;
  readonly onTimeout?: OnTimeout | undefined;
  /** Of pending tasks, those of the highest priority start first; 0 if left out. */
  readonly priority?: number | undefined;
}

/** `building` until the kernel has put the task into an executor's queue; the rest are the states of a future. */
export type TaskState = "building" | "pending" | "running" | "finished" | "failed" | "cancelled";

export interface TaskWorker {
  readonly name: string;
  readonly pid?: number;
  readonly threadId?: number;
}

/** All that is known about one submission. Immutable: every change makes a new record. Times are ms since the epoch. */
export interface TaskRecord {
  /** Counted from `1` while the extension lives; shown as `#1`. */
  readonly id: string;
  /** Key of its kernel: the folder that the kernel serves. */
  readonly kernel: string;
  readonly generation: number;
  /** `Uri.toString()` of the document. */
  readonly uri: string;
  readonly functionName: string;
  /** Hash of the function's text at submission. */
  readonly functionHash: string;
  /** The function's line at submission, counted from 0. */
  readonly line: number;
  /** Tick of the edit tracker at submission: lines of that moment can be found again after edits. */
  readonly tick: number;
  readonly argumentsText: string;
  readonly executor: ExecutorId;
  /** ms that its result was waited for; 0: without limit. */
  readonly resultTimeout: number;
  readonly onTimeout: OnTimeout;
  readonly priority: number;
  /** What was asked for with this submission and not taken from the settings: another one of the same asks for it again. */
  readonly asked: SubmitChoice;
  readonly state: TaskState;
  readonly createdAt: number;
  /** When it came into the executor's queue. */
  readonly submittedAt?: number;
  /** ms; 0 when the program was known. */
  readonly buildTime?: number;
  readonly startedAt?: number;
  readonly settledAt?: number;
  /** ms from start to end by the kernel's monotonic clock. */
  readonly duration?: number;
  /** What it took of its worker. */
  readonly usage?: UsageDescription;
  readonly worker?: TaskWorker;
  /** Set while still open, when the wait for the result has ended. */
  readonly timedOut?: ErrorDescription;
  /** The user has asked for its end; it is still open. */
  readonly cancelling: boolean;
  /** It has printed something, which is in the output channel. */
  readonly printed: boolean;
  readonly value?: ValueDescription;
  readonly error?: ErrorDescription;
  readonly warnings: readonly string[];
  /** Absolute paths of the workspace's files that its program was made of; none before it was built. */
  readonly files: readonly string[];
  /** It is a call that was selected, of a function from elsewhere: its line is that of the call, and no text of a function tells whether it is stale. */
  readonly isCall?: true;
  /** Runs under a debugger, in a process of its own. */
  readonly debug?: true;
  /** Of that process; set when it waits for the debugger. */
  readonly debugPort?: number;
  /** Of a task that a cell of a notebook has submitted to an executor of its own: the number of its future there, and the executor's name. */
  readonly session?: { readonly future: number; readonly executor: string };
  /** How far it has told to be. */
  readonly progress?: ProgressDescription;
  /** What it is run over, if it is a map. */
  readonly map?: MapInputs;
  readonly mapProgress?: MapProgress;
  /** The function's text is another one now. */
  readonly stale: boolean;
  /** It ran in an earlier window: nobody has its value any more but for what is kept here. */
  readonly isRestored?: boolean;
}

/** What is known of a task before the kernel has said anything. */
export type NewTask = Pick<
  TaskRecord,
  | "id"
  | "kernel"
  | "generation"
  | "uri"
  | "functionName"
  | "functionHash"
  | "line"
  | "tick"
  | "argumentsText"
  | "executor"
  | "resultTimeout"
  | "onTimeout"
  | "priority"
  | "asked"
  | "createdAt"
> &
  Partial<Pick<TaskRecord, "map" | "debug" | "isCall" | "session">>;

/** The first record of a task. */
export function newRecord(task: NewTask): TaskRecord {
  return { ...task, state: "building", cancelling: false, printed: false, warnings: [], files: [], stale: false };
}

/** True until the task has settled. */
export function isOpen(task: TaskRecord): boolean {
  return task.state === "building" || task.state === "pending" || task.state === "running";
}

/** The record after `event`. A settled record stays as it is: what comes late from a kernel that is already given up is dropped. */
export function applyEvent(task: TaskRecord, event: TaskEvent): TaskRecord {
  if (!isOpen(task)) return task;
  switch (event.type) {
    case "accepted":
      return task;
    case "debuggable":
      return { ...task, debugPort: event.port };
    case "output":
      return task.printed ? task : { ...task, printed: true };
    case "submitted":
      return { ...task, state: "pending", submittedAt: event.at, buildTime: event.buildTime, warnings: event.warnings, files: event.files };
    case "started":
      return { ...task, state: "running", startedAt: event.at, worker: { name: event.worker } };
    case "progress":
      return { ...task, progress: event.progress };
    case "mapProgress":
      return { ...task, mapProgress: event.map };
    case "timedOut":
      return { ...task, timedOut: event.error };
    case "settled": {
      const { state: _, ...outcome } = event.outcome;
      const duration = event.duration === undefined ? {} : { duration: event.duration };
      const usage = event.usage ? { usage: event.usage } : {};
      return { ...task, ...outcome, ...duration, ...usage, state: event.outcome.state, settledAt: event.at, cancelling: false };
    }
  }
}

/** `fib(40)`, `fib over [1, 2, 3]`: how a task is called in a list. */
export function callText({ functionName, argumentsText, map }: Pick<TaskRecord, "functionName" | "argumentsText" | "map">): string {
  switch (map?.kind) {
    case undefined:
      return `${functionName}(${argumentsText})`;
    case "expression":
      return `${functionName} over ${argumentsText}`;
    case "file":
      return `${functionName} over ${map.path.split(/[\\/]/).at(-1)}`;
    case "text":
      return `${functionName} over a selection`;
    case "failed":
      return `${functionName} over what failed in #${map.taskId}`;
  }
}

/** True if the task was stopped for want of a result in time. */
export function wasOverdue({ state, error }: Pick<TaskRecord, "state" | "error">): boolean {
  return state === "failed" && error?.source === "timeout";
}

/** True if some input of a map failed or was not done. */
export function hasUnsuccessful({ total, done, failed }: MapProgress): boolean {
  return failed > 0 || done < total;
}

/** What went wrong, if something did: the task's error, or while it is open the timeout of its wait. */
export function faultOf(task: TaskRecord): ErrorDescription | undefined {
  return task.error ?? (isOpen(task) ? task.timedOut : undefined);
}

/** `TypeError: x is not a function`; the name alone when there is no message. */
export function headline(error: Pick<ErrorDescription, "name" | "message">): string {
  return error.message === "" ? error.name : `${error.name}: ${error.message}`;
}

/** An error, then its causes and parts, depth first, at most 20: the order in which a hover tells them. */
export function errorsOf(error: ErrorDescription): ErrorDescription[] {
  const found: ErrorDescription[] = [];
  const visit = (one: ErrorDescription): void => {
    if (found.length >= 20) return;
    found.push(one);
    if (one.cause) visit(one.cause);
    for (const part of one.errors ?? []) visit(part);
  };
  visit(error);
  return found;
}

/** Every frame of {@link errorsOf}, in that order; a link names a frame by its index here. */
export function framesOf(error: ErrorDescription): StackFrame[] {
  return errorsOf(error).flatMap((one) => one.frames);
}

/** Where user code threw: the innermost frame in the user's own files. */
export function thrownAt(error: ErrorDescription): (StackFrame & { file: string; line: number }) | undefined {
  return error.frames.find(
    (frame): frame is StackFrame & { file: string; line: number } => frame.origin === "user" && frame.file !== undefined && frame.line !== undefined,
  );
}
