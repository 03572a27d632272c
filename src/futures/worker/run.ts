/** Calls functions for the worker loop: one call, a chunk of them, and generators, whose yields are told as they come. */
import type { AnyFunction } from "../executor.js";
import type { EncodedOutcome } from "../pool/messages.js";
import type { EncodedThrown } from "../transfer/errors.js";
import { transferError } from "../transfer/uncloneable.js";
import { type CurrentTask, taskStorage } from "./currentTask.js";
import type { PoolPort } from "./port.js";

/** What a worker has for all its tasks. */
interface TaskPool {
  readonly worker: string;
  readonly port: PoolPort;
  readonly encode: (error: unknown) => EncodedThrown;
  /** Whether the task has started and not ended. */
  readonly isOpen: (task: number) => boolean;
}

/** What a task comes to: the value or the error of a call, or the outcomes of a chunk. */
export type Answer =
  | { readonly value: unknown }
  | { readonly error: unknown }
  /** `errors`: how many of them are errors. */
  | { readonly outcomes: readonly EncodedOutcome[]; readonly errors: number };

/** A task that runs, as it sees itself. */
export class TaskRun implements CurrentTask {
  readonly id: number;
  readonly #call: number | undefined;
  readonly #pool: TaskPool;
  /** Made when somebody asks for its signal: most tasks never do, and it costs more than they. */
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(id: number, call: number | undefined, pool: TaskPool) {
    this.id = id;
    this.#call = call;
    this.#pool = pool;
  }

  get worker(): string {
    return this.#pool.worker;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  progress(value: unknown, total?: unknown): void {
    this.tell(total === undefined ? { value } : { value, total });
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }

  /** @throws the reason, once aborted. */
  throwIfAborted(): void {
    if (this.#aborted) throw this.#aborted.reason;
  }

  /** @throws TransferError */
  tell(value: unknown): void {
    const { port, isOpen } = this.#pool;
    if (!isOpen(this.id)) return;
    try {
      port.send({ type: "progress", task: this.id, value, ...(this.#call === undefined ? {} : { call: this.#call }) });
    } catch (refusal) {
      throw transferError(value, "progress", refusal, port.cloneable);
    }
  }

  encode(error: unknown): EncodedThrown {
    return this.#pool.encode(error);
  }
}

/**
 * Runs a call, or a chunk of calls one after another.
 * @returns a promise only if a function does not return at once.
 * @throws what the function throws; of a chunk, the reason of the signal once aborted.
 */
export function run(fn: AnyFunction, args: readonly unknown[], chunk: boolean, task: TaskRun): Answer | Promise<Answer> {
  return taskStorage().run(task, chunk ? runChunk : runCall, fn, args, task);
}

function runCall(fn: AnyFunction, args: readonly unknown[], task: TaskRun): Answer | Promise<Answer> {
  const returned = fn(...args);
  if (isImmediate(returned)) return { value: returned };
  return settle(returned, task).then((value) => ({ value }));
}

/** What one of the calls throws is its own. */
function runChunk(fn: AnyFunction, calls: readonly unknown[], task: TaskRun): Answer | Promise<Answer> {
  const outcomes: EncodedOutcome[] = [];
  let errors = 0;
  const fail = (error: unknown): void => {
    errors += 1;
    outcomes.push({ kind: "error", error: task.encode(error) });
  };
  const runFrom = (first: number): Answer | Promise<Answer> => {
    for (let i = first; i < calls.length; i += 1) {
      task.throwIfAborted();
      try {
        const returned = fn(...(calls[i] as unknown[]));
        if (!isImmediate(returned)) {
          const push = (value: unknown): void => void outcomes.push({ kind: "value", value });
          return settle(returned, task)
            .then(push, fail)
            .then(() => runFrom(i + 1));
        }
        outcomes.push({ kind: "value", value: returned });
      } catch (error) {
        fail(error);
      }
    }
    return { outcomes, errors };
  };
  return runFrom(0);
}

/** The outcome, or the error that it cannot be sent. @param refusal what structured clone threw for the chunk. */
export function sendable(
  outcome: EncodedOutcome,
  refusal: unknown,
  { cloneable }: PoolPort,
  encode: (error: unknown) => EncodedThrown,
): EncodedOutcome {
  if (outcome.kind === "error" || cloneable(outcome.value)) return outcome;
  return { kind: "error", error: encode(transferError(outcome.value, "result", refusal, cloneable)) };
}

/** Whether it is the result itself: no promise of one, and no generator. Other thenables count as promises, as for `await`. */
function isImmediate(returned: unknown): boolean {
  if ((typeof returned !== "object" && typeof returned !== "function") || returned === null) return true;
  const prototype = Object.getPrototypeOf(returned);
  if (prototype === Object.prototype || prototype === Array.prototype) return typeof (returned as { then?: unknown }).then !== "function";
  return false;
}

async function settle(returned: unknown, task: TaskRun): Promise<unknown> {
  return isGenerator(returned) ? drive(returned, task) : returned;
}

function isGenerator(value: unknown): value is AsyncGenerator | Generator {
  return Object.prototype.toString.call(value) === "[object AsyncGenerator]" || Object.prototype.toString.call(value) === "[object Generator]";
}

/** Runs a generator to its end; when the task is to stop, at its next yield, where its `finally` blocks run. */
async function drive(generator: AsyncGenerator | Generator, task: TaskRun): Promise<unknown> {
  for (;;) {
    const step = await generator.next();
    if (step.done) return step.value;
    try {
      task.tell(step.value);
      task.throwIfAborted();
    } catch (error) {
      await generator.return(undefined);
      throw error;
    }
    // A generator that never waits would starve the message that tells it to stop.
    await nextTurn();
  }
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
