/** What a pool and its workers say to each other. Plain data; the transport decides how it crosses. */
import type { FunctionReference } from "../task.js";
import type { EncodedThrown } from "../transfer/errors.js";

/** How a worker is set up; known to it from its start. */
export interface WorkerSetup {
  /** `<pool name>-<number>`. */
  readonly worker: string;
  readonly initializer?: FunctionReference;
  /** True: what is printed goes to the pool as {@link OutputMessage}, not to the program's own output. */
  readonly captureOutput: boolean;
}

export type MessageToWorker =
  /** Only with an initializer; the first message. */
  | { readonly type: "initialize"; readonly args: readonly unknown[] }
  /** Find the function; nothing of it runs yet, but its module's top level does. */
  | { readonly type: "load"; readonly reference: number; readonly to: FunctionReference }
  /** Call a loaded function. */
  | { readonly type: "run"; readonly task: number; readonly reference: number; readonly args: readonly unknown[] }
  /** Abort the signal of the task. */
  | { readonly type: "abort"; readonly task: number; readonly reason: EncodedThrown }
  /** Flush what was printed, and end. */
  | { readonly type: "exit" };

export type MessageFromWorker =
  | { readonly type: "ready" }
  | { readonly type: "initializerFailed"; readonly error: EncodedThrown }
  | { readonly type: "loaded"; readonly reference: number }
  /** `moduleFailed`: the worker cannot evaluate that module ever again, nor one that imports it. */
  | { readonly type: "loadFailed"; readonly reference: number; readonly moduleFailed: boolean; readonly error: EncodedThrown }
  | { readonly type: "result"; readonly task: number; readonly value: unknown }
  | { readonly type: "error"; readonly task: number; readonly error: EncodedThrown }
  | { readonly type: "output"; readonly task?: number; readonly stream: "stdout" | "stderr"; readonly text: string }
  /** An error that nothing catches; the worker ends now. */
  | { readonly type: "uncaught"; readonly error: EncodedThrown };
