import type { MessageFromWorker } from "../pool/messages.js";

/** The worker's end of its channel. */
export interface PoolPort {
  /** @throws what structured clone throws for content that it refuses. */
  send(message: MessageFromWorker): void;
  /** Resolves when everything sent has left this worker. */
  flush(): Promise<void>;
  cloneable(value: unknown): boolean;
  /** Marks the call that was sent as started; false if it was taken back. Absent where the pool shares no memory: there it never is. */
  start?(): boolean;
  /** Whether the worker is a process, whose memory is its own. */
  readonly ownProcess: boolean;
}
