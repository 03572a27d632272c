import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "./messages.js";

/** How a worker ended. */
export interface ChannelEnd {
  /** `null` when a signal ended it, or nobody knows. */
  readonly exitCode: number | null;
  readonly signal?: string;
  /** The uncaught error that the runtime itself reported, if any: heap exhausted, could not be started. */
  readonly error?: unknown;
  /** The last lines it wrote to stderr. */
  readonly stderr?: string;
}

export interface ChannelEvents {
  message(message: MessageFromWorker): void;
  /** A message came that cannot be read: the transport lost its content. @param task that it was about, if that is known. */
  unreadable(error: unknown, task?: number): void;
  /** Called once, after the last message. */
  end(end: ChannelEnd): void;
}

/** The state of the call sent last, in memory that both sides share and move by compare-and-swap: started, or taken back, never both. */
export interface SharedCall {
  /** Call before the call is sent. */
  offer(): void;
  /** Whether its function has started. */
  started(): boolean;
  /** Takes it back; false if its function has started. The worker answers `revoked` when it comes to it. */
  revoke(): boolean;
}

/** One worker as the pool sees it. */
export interface Channel {
  /** Process id, of a worker that is a process. */
  readonly pid?: number | undefined;
  readonly threadId?: number | undefined;
  /** Absent where no memory is shared: there a call that was sent counts as started. */
  readonly call?: SharedCall | undefined;
  /**
   * Sends a message; messages arrive in order.
   * @param transfer objects whose ownership goes along; copied where the transport cannot give them away.
   * @throws what structured clone throws for content that it refuses; then nothing was sent. A worker that has ended takes messages in silence.
   */
  send(message: MessageToWorker, transfer?: readonly object[]): void;
  /** Takes in what has arrived, without the event loop; also the end of the worker. Absent where the transport needs the loop. */
  drain?(): void;
  /** Ends the worker at once, whatever it does. `end` follows. @param gently by a signal that it may handle, where there is one. */
  kill(gently?: boolean): void;
  /** Whether this worker keeps the program from ending. */
  hold(held: boolean): void;
}

/** Starts workers of one kind: all that a pool needs to be told to run on something new. */
export interface Transport {
  /** For texts: `thread`, `process`. */
  readonly kind: string;
  /** Why this thread cannot block for the results of such workers; absent if it can. */
  readonly cannotBlock?: string;
  /**
   * Starts a worker. It says `ready`, or ends.
   * @throws whatever the runtime throws when it cannot start one.
   */
  start(setup: WorkerSetup, events: ChannelEvents): Channel;
  /** True if structured clone refuses nothing in `value` that this transport would refuse. */
  cloneable(value: unknown): boolean;
  /** No worker will be started any more, and none lives. Resolves when nothing is left of the transport either. */
  close?(): Promise<void>;
}
