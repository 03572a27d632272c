/** What a session of a notebook is asked for, and what it tells. */
import type { Language } from "../../analysis/types.js";
import type { CellOutcome, CellOutput, SessionTask } from "../../protocol/cells.js";
import type { ExecutorKind } from "../../protocol/values.js";

/** A cell to be run. */
export interface CellRun {
  /** Chosen by who asks; unique in the session. */
  readonly run: number;
  readonly text: string;
  readonly language: Language;
  /** See `compileCell`. */
  readonly source: string;
  readonly firstLine?: number;
  /** Unsaved texts by absolute path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Where it runs; absent: in the session. */
  readonly executor?: ExecutorKind;
  /** ms after which it is interrupted; 0: never. */
  readonly timeout?: number;
  /** It waits for a debugger. */
  readonly debug?: true;
  /** Of runs that were begun together: when one of them does not end well, those behind it are dropped. */
  readonly batch?: number;
}

export interface SessionListener {
  started(run: number): void;
  /** The session waits for a debugger. */
  debuggable?(run: number, port: number): void;
  outputs(run: number | undefined, outputs: readonly CellOutput[]): void;
  /** @param isLive outputs change until {@link closed}. */
  ended(run: number, outcome: CellOutcome, isLive: boolean): void;
  closed(run: number): void;
  tasks(tasks: readonly SessionTask[]): void;
  /** Nothing ends the run but the end of the session. */
  stuck(run: number): void;
  /** The variables are lost. The next cell gets another session. @param why a sentence. */
  lost(why: string): void;
}

export interface NotebookSessionOptions {
  /** Absolute path of the notebook. */
  readonly notebook: string;
  /** Absolute path of a folder for what is built. */
  readonly storage: string;
  readonly libraryUrl: string;
  readonly sessionUrl: string;
  readonly execArgv?: readonly string[];
  /** Characters that a cell may print before the rest goes into a file; default 200,000. */
  readonly printLimit?: number;
  readonly listener: SessionListener;
}
