import type { WorkerSetup } from "../pool/messages.js";
import type { CodePlace } from "./codeFile.js";

/** What a process knows from its start. */
export interface ProcessSetup extends WorkerSetup {
  /** Whether there are calls to be taken at {@link callsDescriptor}. */
  readonly takesCalls: boolean;
  /** Whether the pool takes other frames than packets. */
  readonly plainFrames: boolean;
  /** At {@link codeDescriptor}. */
  readonly code?: CodePlace;
}

/** File descriptors in the process. */
export const wireDescriptor = 4;
export const callsDescriptor = 5;
export const codeDescriptor = 6;
