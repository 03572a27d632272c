/** What a pool and its workers say to each other. Plain data; the transport decides how it crosses. */
import type { FunctionReference } from "../task.js";
import type { EncodedThrown } from "../transfer/errors.js";
import type { CompiledCode } from "../worker/code/compiledCode.js";

/** How a worker is set up; known to it from its start. */
export interface WorkerSetup {
  /** Tells it from every other living worker of the pool; small. */
  readonly place: number;
  /** Tasks after which it takes none any more. */
  readonly maxTasks?: number;
  /** The pool has no other worker. */
  readonly alone?: boolean;
  /** `<pool name>-<number>`. */
  readonly worker: string;
  readonly initializer?: FunctionReference;
  /** Where functions of the pool are, by their numbers: those that it knew when the worker started, up to some. */
  readonly functions: readonly FunctionReference[];
  /** True: what is printed goes to the pool as {@link MessageFromWorker} `output`, not to the program's own output. */
  readonly captureOutput: boolean;
  /** 1 for a worker of the program itself, 2 for one of a pool within such a worker, and so on. */
  readonly depth: number;
}

export type MessageToWorker =
  /** Only with an initializer; the first message. */
  | { readonly type: "initialize"; readonly args: readonly unknown[] }
  /** Find the function; nothing of it runs yet, but its module's top level does. */
  | { readonly type: "load"; readonly reference: number; readonly to: FunctionReference }
  /** Call a loaded function; `announce`: say `started` first. */
  | { readonly type: "run"; readonly task: number; readonly reference: number; readonly args: readonly unknown[]; readonly announce: boolean }
  /** Call it several times, one after another, and answer once. */
  | {
      readonly type: "runChunk";
      readonly task: number;
      readonly reference: number;
      readonly arity: number;
      readonly args: readonly unknown[];
      readonly announce: boolean;
    }
  /** Abort the signal of the task. */
  | { readonly type: "abort"; readonly task: number; readonly reason: EncodedThrown }
  /** Flush what was printed, and end. */
  | { readonly type: "exit" };

/** `call`: of a task that the worker has taken from the call queue, its number there. */
export type MessageFromWorker =
  | { readonly type: "ready" }
  /** It has claimed a call of a function that it has to load first; `asks`: it does not know where from, and waits for `load`. */
  | { readonly type: "loading"; readonly reference: number; readonly call: number; readonly asks: boolean }
  | { readonly type: "initializerFailed"; readonly error: EncodedThrown }
  | { readonly type: "loaded"; readonly reference: number }
  /** `moduleFailed`: the worker cannot evaluate that module ever again, nor one that imports it. */
  | { readonly type: "loadFailed"; readonly reference: number; readonly moduleFailed: boolean; readonly error: EncodedThrown; readonly call?: number }
  | { readonly type: "started"; readonly task: number; readonly call?: number }
  /** The task, which was sent to it in a message, was taken back before its function started. */
  | { readonly type: "revoked"; readonly task: number }
  | { readonly type: "progress"; readonly task: number; readonly value: unknown; readonly call?: number }
  | { readonly type: "result"; readonly task: number; readonly value: unknown; readonly call?: number }
  | ({ readonly type: "chunk"; readonly task: number; readonly call?: number } & EncodedOutcomes)
  | { readonly type: "error"; readonly task: number; readonly error: EncodedThrown; readonly call?: number }
  /** A message to the worker could not be read: the call of its task, as a rule, and nothing of it ran. */
  | { readonly type: "unreadable"; readonly task?: number; readonly error: EncodedThrown }
  | { readonly type: "output"; readonly task?: number; readonly stream: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "memory"; readonly memory: WorkerMemory }
  /** What the worker runs, for others; only of one that was asked for it. */
  | { readonly type: "code"; readonly code: CompiledCode }
  /** An error that nothing catches; the worker ends now. */
  | { readonly type: "uncaught"; readonly error: EncodedThrown }
  /** The worker ends with this code. Only of use where nobody sees it end: while the pool's thread blocks. */
  | { readonly type: "exiting"; readonly exitCode: number };

/** The outcomes of a chunk, as `ChunkOutcomes` tells them. */
export interface EncodedOutcomes {
  readonly values: readonly unknown[];
  readonly errors?: readonly (readonly [place: number, error: EncodedThrown])[];
}

/** Bytes. */
export interface WorkerMemory {
  /** Of the worker's own JavaScript heap. */
  readonly heapUsed: number;
  /** Resident memory of the process; only of a worker that is one. */
  readonly rss?: number;
}
