/** The messages between extension and kernel about the cells of a notebook: see `messages.ts`. */
import type { CellOutcome, CellOutput, SessionTask, SessionValue } from "./cells.js";
import type { OverlayFile } from "./messages.js";
import type { Question } from "./questions.js";
import type { ExecutorKind } from "./values.js";

/** A cell of the kernel's notebook is to be run after those that were sent before. The first one begins the session. */
export interface RunCellRequest {
  readonly type: "runCell";
  /** Chosen by the extension; unique in the kernel. */
  readonly run: number;
  /** Absolute path of the notebook. */
  readonly notebook: string;
  readonly text: string;
  readonly language: "ts" | "tsx" | "js" | "jsx";
  /** What stands for the cell in stacks. */
  readonly source: string;
  readonly overlay: readonly OverlayFile[];
  /** Where it runs; absent: in the session. */
  readonly executor?: ExecutorKind;
  /** ms after which it is interrupted; 0: never. */
  readonly timeout: number;
  /** It waits for a debugger. */
  readonly debug?: true;
  /** Of cells that were begun together: when one of them does not end well, those behind it are dropped. */
  readonly batch?: number;
}

/** Ends a run, or what it shows of futures; drops one that has not begun. */
export interface InterruptCellMessage {
  readonly type: "interruptCell";
  readonly run: number;
}

/** Asks about a value that the session has; answered by an {@link AnswerEvent}. */
export interface AskCellMessage {
  readonly type: "askCell";
  readonly questionId: number;
  readonly of: SessionValue;
  readonly question: Question;
}

/** Asks for the variables of the session; answered by an {@link AnswerEvent}. */
export interface AskVariablesRequest {
  readonly type: "askVariables";
  readonly questionId: number;
}

/** Stops a task of an executor that a cell has made. */
export interface CancelSessionTaskMessage {
  readonly type: "cancelSessionTask";
  /** {@link SessionTask.id} */
  readonly id: number;
}

export type MessageOfNotebook = RunCellRequest | InterruptCellMessage | AskCellMessage | AskVariablesRequest | CancelSessionTaskMessage;

/** What becomes of a run of a cell. `ended` may come without `started`: it was dropped. */
export interface CellEvent {
  readonly type: "cell";
  readonly run: number;
  readonly at: number;
  readonly change:
    | { readonly kind: "started" }
    /** It waits for a debugger at a port of the loopback interface, which is closed when it has ended. */
    | { readonly kind: "debuggable"; readonly port: number }
    | { readonly kind: "outputs"; readonly outputs: readonly CellOutput[] }
    /** `isLive`: outputs change until `closed`. */
    | { readonly kind: "ended"; readonly outcome: CellOutcome; readonly isLive: boolean }
    | { readonly kind: "closed" }
    /** Nothing ends it but a restart. */
    | { readonly kind: "stuck" };
}
/** Tasks of executors that cells have made. */
export interface SessionTasksEvent {
  readonly type: "sessionTasks";
  readonly tasks: readonly SessionTask[];
}
/** The variables of the notebook are lost. */
export interface SessionLostEvent {
  readonly type: "sessionLost";
  /** A sentence. */
  readonly why: string;
}
export type NotebookEvent = CellEvent | SessionTasksEvent | SessionLostEvent;
