/**
 * The messages between extension and kernel, all on one page. They go over the IPC channel of the forked kernel (structured
 * clone), in order. The kernel answers nothing by return: every fact reaches the extension as an event, so there is one stream
 * to follow and nothing to match but ids.
 *
 * Times are milliseconds since the epoch, read from the kernel's clock; durations are milliseconds.
 */
import type { MessageOfNotebook, NotebookEvent } from "./notebookMessages.js";
import type { Answer, Question } from "./questions.js";
import type {
  ClusterDescription,
  ErrorDescription,
  ExecutorDescription,
  ExecutorId,
  MapProgress,
  OnTimeout,
  ProgressDescription,
  UsageDescription,
  ValueDescription,
} from "./values.js";

/** Sent in the kernel's `hello`; the extension refuses a kernel of another version. */
export const protocolVersion = 5;

/** A file whose text in the editor differs from the disk, or is not on the disk at all. */
export interface OverlayFile {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
}

export interface ExecutorSettings {
  /** Workers of each executor; 0: as many as `os.availableParallelism()`. */
  readonly maxWorkers: number;
  /** Heap limit of a worker in MB; 0: Node's own default. */
  readonly maxMemory: number;
  /** ms between the abort signal to a running task and the replacement of its worker. */
  readonly stopGrace: number;
  /** Options of Node.js for every worker. */
  readonly execArgv: readonly string[];
}

/** A cluster as it is set. */
export interface ClusterSettings {
  readonly name: string;
  /** URL of the server, a secret; `${env:NAME}` in it is a variable of the kernel's environment. */
  readonly connection: string;
  readonly queue: string;
  /** Path of the key that signs: absolute, from the folder, or from `~`. */
  readonly key?: string;
  /** The keys of the workers, or the path of a file with them. */
  readonly trust?: string | readonly string[];
  readonly insecure?: boolean;
  readonly allowPlaintext?: boolean;
  readonly retries?: number;
}

/** First message: what the kernel needs before it can do anything. Sent again when settings change; executors pick it up when they are next idle. */
export interface ConfigureMessage {
  readonly type: "configure";
  readonly settings: ExecutorSettings;
  readonly clusters: readonly ClusterSettings[];
  /** Somebody looks at the workers of clusters: they are asked for also when nothing is to do. */
  readonly watchesClusters: boolean;
  /** Absolute path of the folder that the kernel serves; its working directory. */
  readonly folder: string;
  /** Absolute path of a folder of the extension's, where built programs are kept. */
  readonly storage: string;
}

export interface SubmitMessage {
  readonly type: "submit";
  /** Chosen by the extension; unique for its lifetime. */
  readonly taskId: string;
  readonly executor: ExecutorId;
  /** Absolute path of the module. */
  readonly file: string;
  /** As analysis names it: `fib`, `Shape.area`, `default`. */
  readonly functionName: string;
  /** One line of TypeScript expressions separated by commas: `[1, 2], { deep: true }`. Empty: no arguments. */
  readonly argumentsText: string;
  /** Every unsaved text the module may import, its own among them. */
  readonly overlay: readonly OverlayFile[];
  /** ms that the kernel waits for the result, counted from the submission to the executor, before it reports `timedOut`; 0: without limit. */
  readonly resultTimeout: number;
  readonly onTimeout: OnTimeout;
  /** Of pending tasks, those of the highest priority start first. */
  readonly priority: number;
  /** Run it over many inputs, as one task. `argumentsText` is the expression then, if it is one. */
  readonly map?: MapInputs;
  /** Run it in a process of its own that waits for a debugger: see {@link DebuggableEvent}. `executor` is `processes`. */
  readonly debug?: true;
}

/** What a function is to be run over: an expression evaluated among the module's names, a file, a text, or what failed in another map. */
export type MapInputs =
  | { readonly kind: "expression" }
  /** Absolute path of a JSON, NDJSON or CSV file. */
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "failed"; readonly taskId: string };

/** Asks about the value of a settled task; answered by an {@link AnswerEvent}. */
export interface AskMessage {
  readonly type: "ask";
  /** Chosen by the extension. */
  readonly questionId: number;
  readonly taskId: string;
  readonly question: Question;
}

/** Asks how the imports of a module are found; answered by an {@link AnswerEvent}. */
export interface ResolveMessage {
  readonly type: "resolve";
  readonly questionId: number;
  /** Absolute path of the module. */
  readonly file: string;
  readonly overlay: readonly OverlayFile[];
}

/** Pending: dropped at once. Running: abort signal, then after `stopGrace` its worker is replaced; no other task is touched. */
export interface CancelMessage {
  readonly type: "cancel";
  readonly taskId: string;
}

/** Ends the kernel: running tasks are stopped, on clusters too, and workers are gone when the process exits. */
export interface ShutdownMessage {
  readonly type: "shutdown";
}

export type MessageToKernel = ConfigureMessage | SubmitMessage | CancelMessage | AskMessage | ResolveMessage | MessageOfNotebook | ShutdownMessage;

/** The kernel took the submission and builds the program. First event of every task. */
export interface AcceptedEvent {
  readonly type: "accepted";
  readonly taskId: string;
  readonly at: number;
}
/** The program is built and the task is in the executor's queue: the state is pending. */
export interface SubmittedEvent {
  readonly type: "submitted";
  readonly taskId: string;
  readonly at: number;
  /** ms that bundling took; esbuild looks at the disk also when nothing has changed. */
  readonly buildTime: number;
  /** Not reasons to refuse: too few arguments, say, or esbuild's own warnings. */
  readonly warnings: readonly string[];
  /** Absolute paths of the workspace's files that the program was made of. */
  readonly files: readonly string[];
}
/** The function has started: the state is running. */
export interface StartedEvent {
  readonly type: "started";
  readonly taskId: string;
  readonly at: number;
  /** {@link WorkerDescription.name}, or {@link RemoteWorkerDescription.name}. */
  readonly worker: string;
}
/** The wait for the result ended, the task still runs or is still pending; its `settled` comes later. With `onTimeout: "stop"` it is being stopped. */
export interface TimedOutEvent {
  readonly type: "timedOut";
  readonly taskId: string;
  readonly at: number;
  readonly error: ErrorDescription;
}
/** The process of the task waits for a debugger at a port of the loopback interface, and goes on when one is there. It ends with the task. */
export interface DebuggableEvent {
  readonly type: "debuggable";
  readonly taskId: string;
  readonly port: number;
}
/** How far the task is; replaces what was said before. */
export interface ProgressEvent {
  readonly type: "progress";
  readonly taskId: string;
  readonly progress: ProgressDescription;
}
/** How far a map is; replaces what was said before. */
export interface MapProgressEvent {
  readonly type: "mapProgress";
  readonly taskId: string;
  readonly map: MapProgress;
}
/** What the task printed, in order, and in order with its other events. */
export interface OutputEvent {
  readonly type: "output";
  /** Absent for what a worker printed outside any task. */
  readonly taskId?: string;
  readonly worker: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}
export type Outcome =
  | { readonly state: "finished"; readonly value: ValueDescription }
  | { readonly state: "failed"; readonly error: ErrorDescription }
  /** `error`: where it was, of source `stop`, if it did not stop by itself. */
  | { readonly state: "cancelled"; readonly error?: ErrorDescription };
/** Last event of every task. */
export interface SettledEvent {
  readonly type: "settled";
  readonly taskId: string;
  readonly at: number;
  /** ms from `started` to the end by the monotonic clock; absent if the task never started. */
  readonly duration?: number;
  /** Absent if it did not come to its end, and of a map. */
  readonly usage?: UsageDescription;
  readonly outcome: Outcome;
}
/** The executors and workers as they are now; replaces what was said before. */
export interface ExecutorsEvent {
  readonly type: "executors";
  readonly executors: readonly ExecutorDescription[];
  /** Those that were used. */
  readonly clusters: readonly ClusterDescription[];
}

export type TaskEvent =
  | AcceptedEvent
  | SubmittedEvent
  | StartedEvent
  | DebuggableEvent
  | ProgressEvent
  | MapProgressEvent
  | TimedOutEvent
  | OutputEvent
  | SettledEvent;
/** To an {@link AskMessage} or a {@link ResolveMessage}. */
export interface AnswerEvent {
  readonly type: "answer";
  readonly questionId: number;
  readonly answer: Answer;
}
export type KernelEvent = TaskEvent | ExecutorsEvent | AnswerEvent | NotebookEvent;

/** The kernel is up; sent once, before any event. */
export interface HelloMessage {
  readonly type: "hello";
  readonly protocol: number;
  readonly pid: number;
  /** `process.version` of the kernel. */
  readonly nodeVersion: string;
}
/** What happened since the last one; sent at once unless much happens, and at most 20 times in any second. */
export interface EventsMessage {
  readonly type: "events";
  readonly events: readonly KernelEvent[];
}
/** For the log: a fault of our own, with its stack. */
export interface LogMessage {
  readonly type: "log";
  readonly level: "error" | "warn" | "info" | "debug";
  readonly text: string;
}

export type MessageFromKernel = HelloMessage | EventsMessage | LogMessage;
