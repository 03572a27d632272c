/** Every id that package.json and the code must agree on. A unit test compares the two in both directions. */
import type { NotebookCell } from "vscode";
import type { ExecutorId, ExecutorKind, OnTimeout } from "../protocol/values.js";

/** What `futures.submit` takes; whatever is left out is taken from the active editor or asked for. */
export interface SubmitOptions {
  /** `Uri.toString()` of the document. */
  readonly uri?: string;
  /** As analysis names it: `fib`, `Shape.area`. */
  readonly functionName?: string;
  /** One line of TypeScript expressions separated by commas. Given: nothing is asked. */
  readonly argumentsText?: string;
  readonly executor?: ExecutorId;
  /** ms to wait for the result; 0: without limit. */
  readonly timeout?: number;
  readonly onTimeout?: OnTimeout;
  /** Of pending tasks, those of the highest priority start first; 0 if left out. */
  readonly priority?: number;
}

/** What `futures.map` takes; whatever is left out is taken from the active editor or asked for. */
export interface MapOverOptions extends Omit<SubmitOptions, "argumentsText"> {
  /** Given: nothing is asked. An expression among the module's names, the `Uri.toString()` of a JSON, NDJSON or CSV file, or a text of lines or JSON. */
  readonly inputs?: { readonly expression: string } | { readonly file: string } | { readonly text: string };
}

/** A task, from wherever it is named: a tree node, a link in a hover, a test. */
export interface TaskReference {
  readonly taskId: string;
}

/** A function with CodeLens, named without its code. */
export interface FunctionReference {
  readonly uri: string;
  readonly functionName: string;
}

/** A notebook; absent: the one that is active. */
export interface NotebookReference {
  /** `Uri.toString()` of the notebook. */
  readonly uri?: string;
}

/** A stack frame of a task's error: index into `framesOf(error)`. */
export interface FrameReference extends TaskReference {
  readonly frame: number;
}

/** How the tree has its tasks: one below the other, or below what they have in common. */
export type TaskGrouping = "none" | "state" | "function";

/** Our commands and the arguments each takes. */
export interface CommandArguments {
  "futures.submit": [options?: SubmitOptions];
  "futures.submitWith": [options?: SubmitOptions];
  "futures.debug": [options?: SubmitOptions];
  "futures.showMenu": [];
  "futures.exportTimeline": [];
  "futures.showResolution": [];
  "futures.openExample": [];
  "futures.map": [options?: MapOverOptions];
  "futures.rerunFailed": [task?: TaskReference];
  "futures.showTable": [task?: TaskReference];
  "futures.copyJson": [task?: TaskReference];
  "futures.copyNodeValue": [node: TaskReference & { readonly text?: string }];
  "futures.submitAgain": [task?: TaskReference];
  "futures.cancel": [what?: TaskReference | FunctionReference];
  "futures.interruptAll": [];
  "futures.groupTasks": [by?: TaskGrouping];
  "futures.filterTasks": [text?: string];
  "futures.clearFilter": [];
  "futures.selectExecutor": [choice?: { readonly executor: ExecutorId }];
  "futures.openValue": [task?: TaskReference];
  "futures.copyValue": [task?: TaskReference];
  "futures.showOutput": [];
  "futures.showLog": [];
  "futures.restartKernel": [];
  "futures.clearTasks": [];
  "futures.restartNotebook": [notebook?: NotebookReference];
  "futures.restartAndRunAll": [notebook?: NotebookReference];
  "futures.debugCell": [cell?: { readonly uri: string } | NotebookCell];
  "futures.openFullOutput": [cell?: { readonly uri: string }];
  "futures.runCell": [cell: { readonly uri: string; readonly cell: number; readonly which: "one" | "above" | "below" }];
  "futures.newNotebook": [];
  "futures.exportModule": [notebook?: NotebookReference];
  "futures.exportScript": [notebook?: NotebookReference];
  "futures.openFrame": [frame: FrameReference];
  "futures.revealFunction": [task: TaskReference];
}

export type CommandId = keyof CommandArguments;

/** The commands again as a list, each with whether a person finds it in the command palette. */
export const commandIds = {
  "futures.submit": { palette: true },
  "futures.submitWith": { palette: true },
  "futures.debug": { palette: true },
  "futures.showMenu": { palette: false },
  "futures.exportTimeline": { palette: true },
  "futures.showResolution": { palette: true },
  "futures.openExample": { palette: true },
  "futures.map": { palette: true },
  "futures.rerunFailed": { palette: true },
  "futures.showTable": { palette: true },
  "futures.copyJson": { palette: true },
  "futures.copyNodeValue": { palette: false },
  "futures.submitAgain": { palette: true },
  "futures.cancel": { palette: true },
  "futures.interruptAll": { palette: true },
  "futures.groupTasks": { palette: true },
  "futures.filterTasks": { palette: true },
  "futures.clearFilter": { palette: true },
  "futures.selectExecutor": { palette: true },
  "futures.openValue": { palette: true },
  "futures.copyValue": { palette: true },
  "futures.showOutput": { palette: true },
  "futures.showLog": { palette: true },
  "futures.restartKernel": { palette: true },
  "futures.clearTasks": { palette: true },
  "futures.restartNotebook": { palette: true },
  "futures.restartAndRunAll": { palette: true },
  "futures.debugCell": { palette: true },
  "futures.openFullOutput": { palette: false },
  "futures.runCell": { palette: false },
  "futures.newNotebook": { palette: true },
  "futures.exportModule": { palette: true },
  "futures.exportScript": { palette: true },
  "futures.openFrame": { palette: false },
  "futures.revealFunction": { palette: false },
} as const satisfies Record<CommandId, { palette: boolean }>;

/** A call of a command: one of ours, or one of the editor's own that we link to. */
export interface CommandCall {
  readonly id: CommandId | "workbench.trust.manage" | "workbench.action.openSettings";
  readonly args?: readonly unknown[];
}

/** Our settings, without the section `futures`, with their types as they are used. */
export interface Settings {
  runtime: string;
  executor: ExecutorKind;
  executors: Readonly<Record<string, unknown>>;
  resultTimeout: number;
  onTimeout: OnTimeout;
  maxWorkers: number;
  maxMemory: number;
  stopGrace: number;
  envFile: string;
  execArgv: readonly string[];
  rerunOnSave: boolean;
  cellTimeout: number;
  "inlineText.enabled": boolean;
  "inlineText.maxLength": number;
  "inlineText.states": readonly LineKind[];
  "codeLens.enabled": boolean;
}

/** In the order in which they are offered and listed. */
export const executorKinds: readonly ExecutorKind[] = ["threads", "processes"];

/** In the order in which they are offered. */
export const onTimeouts: readonly OnTimeout[] = ["keepRunning", "stop"];

/** In the order in which they are offered. */
export const taskGroupings: readonly TaskGrouping[] = ["none", "state", "function"];

/** Tools for language models. */
export const toolNames = {
  listFunctions: "futures_list_functions",
  submitFunction: "futures_submit_function",
  readResult: "futures_read_result",
} as const;

/** Section of every setting, and prefix of every id. */
export const section = "futures";

export const viewIds = { container: "futures", tasks: "futures.tasks", variables: "futures.variables" } as const;

/** Types of notebooks that stand as plain modules: by their name, and by "Open With…". */
export const notebookTypes = ["futures-notebook", "futures-module"] as const;
/** The type of Jupyter's files, whose serializer the editor has. */
export const jupyterType = "jupyter-notebook";

/** The plugin of TypeScript's server, as a package in our `node_modules`. */
export const typescriptPlugin = "concurrent-futures-typescript-plugin";

/** Keys for `when` clauses. */
export const contextKeys = {
  hasOpenTasks: "futures.hasOpenTasks",
  hasSettledTasks: "futures.hasSettledTasks",
  isFiltered: "futures.isFiltered",
} as const;

/** What a tree item is, for the menus. */
export const contextValues = {
  openTask: "openTask",
  settledTask: "settledTask",
  executor: "executor",
  worker: "worker",
  value: "value",
  variable: "variable",
} as const;

/** The panel that shows what a value shows itself as. */
export const displayPanelType = "futures.display";

/** The panel that shows rows. */
export const tablePanelType = "futures.table";

/** Language of the read-only documents that show a whole value. */
export const valueLanguage = "futures-value";

/** Scheme of the read-only documents that show a whole value. */
export const valueScheme = "futures-value";

/** The language ids whose functions can be submitted. */
export const languageIds = ["typescript", "typescriptreact", "javascript", "javascriptreact"] as const;

/** What the text at the end of a line says; each has a colour, `futures.<kind>Foreground`. */
export const lineKinds = ["pending", "running", "finished", "failed", "timedOut", "cancelled", "stale"] as const;
export type LineKind = (typeof lineKinds)[number];

/** Id of the contributed colour of a kind. */
export function colorId(kind: LineKind): string {
  return `${section}.${kind}Foreground`;
}
