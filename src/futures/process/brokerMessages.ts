/** What the thread that submits and the broker, the thread that holds the channels to the processes, say to each other. */
import type { MessagePort } from "node:worker_threads";
import type { MessageFromWorker, WorkerSetup } from "../pool/messages.js";
import type { EncodedThrown } from "../transfer/errors.js";
import type { ProcessPoolOptions } from "./processPoolOptions.js";
import type { ProcessPlace } from "./processTransport.js";

/** What the broker knows from its start. */
export interface BrokerData {
  readonly port: MessagePort;
  readonly lifeLine: MessagePort;
  readonly arrivals: SharedArrayBuffer;
  readonly options: ProcessPoolOptions;
  readonly place: ProcessPlace;
}

export type MessageToBroker =
  | { readonly type: "start"; readonly worker: number; readonly setup: WorkerSetup }
  /** `message` for the worker, serialized where it was submitted: what a process cannot take is refused there. */
  | { readonly type: "send"; readonly worker: number; readonly message: Uint8Array }
  | { readonly type: "kill"; readonly worker: number; readonly gently: boolean };

export type MessageFromBroker =
  | { readonly type: "started"; readonly worker: number; readonly pid?: number }
  | { readonly type: "message"; readonly worker: number; readonly message: MessageFromWorker }
  | { readonly type: "unreadable"; readonly worker: number; readonly error: EncodedThrown }
  | { readonly type: "end"; readonly worker: number; readonly end: EncodedEnd };

export interface EncodedEnd {
  readonly exitCode: number | null;
  readonly signal?: string;
  readonly error?: EncodedThrown;
  readonly stderr?: string;
}
