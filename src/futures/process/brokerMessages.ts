/** What the thread that submits and the broker, the thread that holds the channels to the processes, say to each other. */
import type { MessagePort } from "node:worker_threads";
import type { WorkerSetup } from "../pool/messages.js";
import type { EncodedThrown } from "../transfer/errors.js";
import type { Packet } from "./packets.js";
import type { ProcessPlace } from "./processLink.js";
import type { ProcessPoolOptions } from "./processPoolOptions.js";

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
  /** The broker reads no packet. */
  | { readonly type: "post"; readonly worker: number; readonly packet: Packet }
  | { readonly type: "kill"; readonly worker: number; readonly gently: boolean };

export type MessageFromBroker =
  | { readonly type: "started"; readonly worker: number; readonly pid?: number }
  | { readonly type: "packet"; readonly worker: number; readonly packet: Packet }
  | { readonly type: "output"; readonly worker: number; readonly stream: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "end"; readonly worker: number; readonly end: EncodedEnd };

export interface EncodedEnd {
  readonly exitCode: number | null;
  readonly signal?: string;
  readonly error?: EncodedThrown;
  readonly stderr?: string;
}
