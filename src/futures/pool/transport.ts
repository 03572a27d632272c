import type { MessageFromWorker, MessageToWorker, WorkerSetup } from "./messages.js";
import type { Task } from "./task.js";

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

/** Outcomes after which there is room for as many calls: at the end of many, workers would have nothing to do while they are taken in, and then this thread. */
export const refillEvery = 32;

export interface ChannelEvents {
  message(message: MessageFromWorker): void;
  /** The outcome of a call that the worker took from the {@link CallQueue}. @param chunk then `value` is an array of the values of its calls. */
  outcome(call: number, chunk: boolean, value: unknown): void;
  /** The worker has claimed a call whose function it does not know: the call is the pool's again, and the worker takes nothing but what is sent to it. */
  givenBack?(call: number): void;
  /** Some outcomes were taken in, and more follow: there is room for calls, which workers that are awake may have at once. */
  taken?(): void;
  /** What had come was taken in; or the worker rests, if {@link Channel.hire} had been told that it did not. */
  drained(): void;
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

/**
 * Calls on their way to whichever worker comes first, in memory that all workers of a pool share. Each is started or taken back, never both, and they start
 * in the order in which they were offered.
 */
export interface CallQueue {
  /**
   * Puts a call where workers take it, once {@link publish} is called.
   * @param announces the worker is to say `started`.
   * @param taken whether the pool still needs the call of that number.
   * @returns the number of the call; `"full"`; or `"unfit"` if it must be sent to one worker in a message.
   */
  offer(task: Task, announces: boolean, taken: (call: number) => boolean): Offer;
  /** Offers what was put there to all workers. */
  publish(): void;
  /** How many no worker has claimed. @param most not counted beyond. */
  unclaimed(most: number): number;
  /** Whether its function has started. */
  started(call: number): boolean;
  /** Takes it back; false if its function has started. */
  revoke(call: number): boolean;
  /** Takes back those of the calls that no worker has claimed which are meant. @returns them, in the order in which they would have started. */
  recall(which: (call: number) => boolean): number[];
  /** Calls back when it is known of every call whether a worker has claimed it, and which; until then none is claimed. */
  settle(then: () => void): void;
  /** Whether it takes long until a worker at rest looks for calls: a single call had better be sent to it. */
  readonly wakesSlowly: boolean;
  /** Place of the worker that has claimed it. */
  holder(call: number): number | undefined;
  /** Calls that the worker of that place has claimed and the pool has not released, in the order in which it claimed them. */
  heldBy(place: number): number[];
  /** Tells whether a call of that number is still the same, and where it was: then it is the same number. */
  stamp(call: number): number;
  /** The pool is done with a call: one that has started is over, one that was taken back is the worker's to forget. */
  done(call: number): void;
  /** The worker that had claimed the call is gone. */
  release(call: number): void;
  /**
   * The worker of that place is gone.
   * @param alone there is no other worker.
   * @param lost gets, now or in a while, the calls that it had claimed without anybody's knowledge. They have not started.
   */
  forget(place: number, alone: boolean, lost: (calls: readonly number[]) => void): void;
}

export type Offer = number | "full" | "unfit";

/** One worker as the pool sees it. Where there is a {@link CallQueue}, a worker takes calls from it by itself. */
export interface Channel {
  /** Process id, of a worker that is a process. */
  readonly pid?: number | undefined;
  readonly threadId?: number | undefined;
  /** State of the call sent in a message. Absent where no memory is shared: there a call that was sent counts as started. */
  readonly call?: SharedCall | undefined;
  /** Number of the call that it has claimed. */
  readonly current?: number | undefined;
  /** Whether it holds no call that it has claimed, and waits for none in a message. Absent without a call queue: then only the pool knows. */
  readonly free?: boolean;
  /** ms that it has worked. Absent without a call queue: then only the pool knows. */
  readonly busyTime?: number;
  /** Whether it looks for calls, or has come from one to another since this was last asked: it need not be woken for one. */
  comes?(): boolean;
  /** Whether it rests, but looks for calls within a fraction of a ms. */
  readonly dozes?: boolean;
  /** Lets it look for calls if it rests. @returns false if it does not rest. */
  wake?(): boolean;
  /** From now on it takes nothing but what is sent to it; false if it is at work: then `drained` is told as soon as it rests. */
  hire?(): boolean;
  /** `drained` is to be told when it has found no call to claim. */
  tellRest?(): void;
  /** Undoes `hire`, unless a call was sent to it meanwhile. */
  dismiss?(): void;
  /** Whether it is kept from claiming another call. */
  halt?(halts: boolean): void;
  /** Whether it is kept from running at all; what it has sent before still arrives. Absent, or false, where that cannot be. */
  freeze?(freezes: boolean): boolean;
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
  /** Absent where workers share nothing: then each call is sent to one worker. */
  readonly calls?: CallQueue;
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
