/** Calls functions for the worker loop: one call, a chunk of them, and generators, whose yields are told as they come. */
import type { AnyFunction } from "../executor.js";
import type { EncodedOutcome, MessageFromWorker } from "../pool/messages.js";
import type { EncodedThrown } from "../transfer/errors.js";
import { transferError } from "../transfer/uncloneable.js";
import { type CurrentTask, taskStorage } from "./currentTask.js";
import type { PoolPort } from "./port.js";

export interface TaskContext {
  readonly id: number;
  readonly signal: AbortSignal;
  readonly worker: string;
  readonly port: PoolPort;
  readonly encode: (error: unknown) => EncodedThrown;
  /** Whether the task has not ended yet. */
  readonly open: () => boolean;
}

type Answer = MessageFromWorker & { readonly task: number };

/** Runs one call to its end. @throws what the function throws. */
export async function runCall(fn: AnyFunction, args: readonly unknown[], context: TaskContext): Promise<Answer> {
  return { type: "result", task: context.id, value: await call(fn, args, context) };
}

/** Runs the calls one after another; what one of them throws is its own. @throws the reason of the signal, once aborted. */
export async function runChunk(fn: AnyFunction, calls: readonly unknown[][], context: TaskContext): Promise<Answer> {
  const outcomes: EncodedOutcome[] = [];
  for (const args of calls) {
    if (context.signal.aborted) throw context.signal.reason;
    try {
      outcomes.push({ kind: "value", value: await call(fn, args, context) });
    } catch (error) {
      outcomes.push({ kind: "error", error: context.encode(error) });
    }
  }
  return { type: "chunk", task: context.id, outcomes };
}

/** The outcome, or the error that it cannot be sent. @param refusal what structured clone threw for the chunk. */
export function sendable(outcome: EncodedOutcome, refusal: unknown, { cloneable }: PoolPort, encode: TaskContext["encode"]): EncodedOutcome {
  if (outcome.kind === "error" || cloneable(outcome.value)) return outcome;
  return { kind: "error", error: encode(transferError(outcome.value, "result", refusal, cloneable)) };
}

function call(fn: AnyFunction, args: readonly unknown[], context: TaskContext): Promise<unknown> {
  const { id, signal, worker } = context;
  const current: CurrentTask = {
    id,
    signal,
    worker,
    progress: (value, total) => tell(total === undefined ? { value } : { value, total }, context),
  };
  return taskStorage().run(current, async () => {
    const returned = await fn(...args);
    return isGenerator(returned) ? drive(returned, context) : returned;
  });
}

function isGenerator(value: unknown): value is AsyncGenerator | Generator {
  return Object.prototype.toString.call(value) === "[object AsyncGenerator]" || Object.prototype.toString.call(value) === "[object Generator]";
}

/** Runs a generator to its end; when the task is to stop, at its next yield, where its `finally` blocks run. */
async function drive(generator: AsyncGenerator | Generator, context: TaskContext): Promise<unknown> {
  for (;;) {
    const step = await generator.next();
    if (step.done) return step.value;
    try {
      tell(step.value, context);
      if (context.signal.aborted) throw context.signal.reason;
    } catch (error) {
      await generator.return(undefined);
      throw error;
    }
    // A generator that never waits would starve the message that tells it to stop.
    await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @throws TransferError */
function tell(value: unknown, { id, port, open }: TaskContext): void {
  if (!open()) return;
  try {
    port.send({ type: "progress", task: id, value });
  } catch (refusal) {
    throw transferError(value, "progress", refusal, port.cloneable);
  }
}
