/**
 * What goes between the kernel of a notebook and the session, the process where its cells run. The kernel sends a cell when the one before has ended; the
 * session tells what becomes of it, in order. The kernel has a second way to the session, for when its only thread is in a loop: see `kernel/session/interrupts.ts`.
 */
import type { Answer, Question, Variable } from "./questions.js";
import type { ErrorDescription, ExecutorKind, ProgressDescription, ValueDescription } from "./values.js";

/** Contents by MIME type; binary ones as base64. */
export type MimeBundle = Readonly<Record<string, string>>;

/** What a cell shows. */
export type CellOutput =
  | { readonly kind: "stream"; readonly stream: "stdout" | "stderr"; readonly text: string }
  /** With an `id` that was told before: in the place of what that showed. */
  | { readonly kind: "display"; readonly id: number; readonly bundle: MimeBundle; readonly isResult?: boolean }
  /** All that was shown so far goes. */
  | { readonly kind: "clear" }
  /** Of what a cell prints only so much is shown; the rest is in a file. */
  | { readonly kind: "cut"; readonly file: string };

/** How the code of a cell ended. */
export type CellOutcome =
  | { readonly state: "finished" }
  | { readonly state: "failed"; readonly error: ErrorDescription }
  | { readonly state: "interrupted" };

export interface RunCellMessage {
  readonly type: "run";
  /** Counted up with each. */
  readonly run: number;
  /** `file:` URL of the compiled cell. */
  readonly url: string;
  /** What it imports. */
  readonly imports: readonly { readonly specifier: string; readonly url: string; readonly attributes?: Readonly<Record<string, string>> }[];
  /** It waits for a debugger before it begins: see {@link CellDebuggableMessage}. */
  readonly debug?: true;
  /** Where it runs, if not in the session, and what it declares. */
  readonly executor?: { readonly kind: ExecutorKind; readonly declared: readonly string[] };
  /** URLs, by specifier, of what earlier cells have imported and was changed since. */
  readonly changed: Readonly<Record<string, string>>;
}

/** Cancels what the run waits for, and takes its end for granted; loops are ended in the other way. */
export interface InterruptMessage {
  readonly type: "interrupt";
  readonly run: number;
}

/** To a {@link ResolveImportMessage}. */
export interface ResolvedMessage {
  readonly type: "resolved";
  readonly requestId: number;
  readonly url?: string;
  readonly problem?: string;
}

/** A value that the session has: one that was shown, by the `id` of its output; a variable, by its name; the result of a task, by its number. */
export type SessionValue = number | string | { readonly task: number };

/** Asks about a value. */
export interface AskSessionMessage {
  readonly type: "ask";
  readonly questionId: number;
  readonly of: SessionValue;
  readonly question: Question;
}

export interface AskVariablesMessage {
  readonly type: "variables";
  readonly questionId: number;
}

/** Stops a task: a pending one is cancelled, a running one is stopped as one of the kernel's is. */
export interface CancelTaskMessage {
  readonly type: "cancelTask";
  /** {@link SessionTask.id} */
  readonly id: number;
}

export type MessageToSession = CancelTaskMessage | RunCellMessage | InterruptMessage | ResolvedMessage | AskSessionMessage | AskVariablesMessage;

/** A task of an executor that a cell has made, as it is now. Times are ms since the epoch. */
export interface SessionTask {
  /** Of the future; unique in its session. */
  readonly id: number;
  /** Name of the executor. */
  readonly executor: string;
  /** The run whose code has submitted it, if that is known. */
  readonly run?: number;
  readonly functionName: string;
  /** Its arguments, as short previews. */
  readonly argumentsText: string;
  readonly state: "pending" | "running" | "finished" | "failed" | "cancelled";
  readonly submittedAt: number;
  readonly startedAt?: number;
  readonly settledAt?: number;
  readonly worker?: string;
  readonly progress?: ProgressDescription;
  readonly value?: ValueDescription;
  readonly error?: ErrorDescription;
}

/** Tasks that have changed, a few times a second. */
export interface SessionTasksMessage {
  readonly type: "tasks";
  readonly tasks: readonly SessionTask[];
}

/** The session is up. */
export interface SessionReadyMessage {
  readonly type: "ready";
}

/** The session waits for a debugger at a port of the loopback interface, until the cell has ended. */
export interface CellDebuggableMessage {
  readonly type: "debuggable";
  readonly run: number;
  readonly port: number;
}

/** The code of a cell begins to run. */
export interface CellStartedMessage {
  readonly type: "started";
  readonly run: number;
}

/** The main thread has heard of an interrupt: it is in no loop. */
export interface HeardMessage {
  readonly type: "heard";
  readonly run: number;
}

/** A SIGINT has come, and can end nothing any more. */
export interface SignalledMessage {
  readonly type: "signalled";
}

export interface CellOutputsMessage {
  readonly type: "outputs";
  /** Absent: printed by what no cell has called. */
  readonly run?: number;
  readonly outputs: readonly CellOutput[];
}

/** The code of the cell has ended, and its outputs are told. */
export interface CellEndedMessage {
  readonly type: "ended";
  readonly run: number;
  readonly outcome: CellOutcome;
  /** Futures are shown that are not done: outputs change until `closed`. */
  readonly isLive: boolean;
}

export interface CellClosedMessage {
  readonly type: "closed";
  readonly run: number;
}

/** A cell imports what is known only now. */
export interface ResolveImportMessage {
  readonly type: "resolve";
  readonly requestId: number;
  readonly specifier: string;
}

export interface SessionAnswerMessage {
  readonly type: "answer";
  readonly questionId: number;
  readonly answer: Answer;
}

export interface VariablesMessage {
  readonly type: "variables";
  readonly questionId: number;
  readonly variables: readonly Variable[];
}

export type MessageFromSession =
  | SessionReadyMessage
  | CellStartedMessage
  | CellDebuggableMessage
  | HeardMessage
  | SignalledMessage
  | CellOutputsMessage
  | CellEndedMessage
  | CellClosedMessage
  | ResolveImportMessage
  | SessionAnswerMessage
  | VariablesMessage
  | SessionTasksMessage;
