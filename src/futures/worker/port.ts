import type { MessageFromWorker } from "../pool/messages.js";
import type { ClaimedCall } from "../thread/claims.js";

/** The worker's end of its channel. */
export interface PoolPort {
  /** @throws what structured clone throws for content that it refuses. */
  send(message: MessageFromWorker): void;
  /** Resolves when everything sent has left this worker. */
  flush(): Promise<void>;
  cloneable(value: unknown): boolean;
  /** Marks the call that was sent as started; false if it was taken back. Absent where the pool shares no memory: there it never is. */
  start?(): boolean;
  /** Where calls wait for whichever worker comes first. Absent where the pool shares no memory. */
  readonly calls?: OpenCalls;
  /** Whether the worker is a process, whose memory is its own. */
  readonly ownProcess: boolean;
}

/** Calls that wait for whichever worker comes first, as a worker sees them. */
export interface OpenCalls {
  /** This worker is about to run a call that was sent to it. */
  work(): void;
  /** This worker is about to look for calls; false if it is to wait for one that is sent to it. */
  begin(): boolean;
  /** This worker takes none any more. */
  close(): void;
  /** Whether calls may be waiting. */
  readonly any: boolean;
  /** Claims the oldest call; nothing if there is none, or this worker is to take none. */
  claim(): ClaimedCall | undefined;
  /** Gives up a claimed call whose function this worker does not know, and rests: the pool sends it. Absent where a worker may keep it while it loads the function. */
  giveBack?(call: number): void;
  /** Tells the pool what there is to be told. Absent where it sees it. */
  flush?(): void;
  /** Marks a claimed call as started; false if it was taken back. */
  start(call: number): boolean;
  /**
   * Gives the outcome of a call.
   * @param values of a chunk.
   * @param looks it looks for another call at once, before anything else.
   * @returns false if it must be sent in a message.
   */
  answer(call: number, value: unknown, values: readonly unknown[] | undefined, looks: boolean): boolean;
  /** It holds no call that it has claimed, and may be at something else before it looks for another. */
  end(): void;
  /** It is at something else, though calls may be waiting: others had better take them. */
  leave(): void;
  /** There was nothing to claim: rests until there is, in vain after a while. @returns whether to look again. */
  rest(): boolean | Promise<boolean>;
}
