/** Calls functions for the worker loop: one call, a chunk of them, and generators, whose yields are told as they come. */
import type { AnyFunction } from "../executor.js";
import type { EncodedOutcomes } from "../pool/messages.js";
import type { EncodedThrown } from "../transfer/errors.js";
import { type CurrentTask, taskStorage } from "./currentTask.js";
import { failures } from "./late.js";
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
export type Answer = { readonly value: unknown } | { readonly error: unknown } | EncodedOutcomes;

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
      throw failures().transferError(value, "progress", refusal, port.cloneable);
    }
  }

  encode(error: unknown): EncodedThrown {
    return this.#pool.encode(error);
  }
}

/**
 * Runs a call, or a chunk of calls one after another.
 * @param arity as `PoolFunction.arity`.
 * @returns a promise only if a function does not return at once.
 * @throws what the function throws; of a chunk, the reason of the signal once aborted.
 */
export function run(fn: AnyFunction, args: readonly unknown[], arity: number, task: TaskRun): Answer | Promise<Answer> {
  if (arity === 0) return taskStorage().run(task, runCall, fn, args, task);
  return taskStorage().run(task, () => new ChunkRun(fn, args, arity, task).run());
}

function runCall(fn: AnyFunction, args: readonly unknown[], task: TaskRun): Answer | Promise<Answer> {
  const returned = fn(...args);
  if (isImmediate(returned)) return { value: returned };
  return settle(returned, task).then((value) => ({ value }));
}

/** Runs the calls of a chunk; what one of them throws is its own. */
class ChunkRun {
  readonly #values: unknown[] = [];
  readonly #errors: [place: number, error: EncodedThrown][] = [];
  /** What the call that is next to end has returned, if not at once. */
  #returned: unknown;

  constructor(
    readonly fn: AnyFunction,
    readonly args: readonly unknown[],
    readonly arity: number,
    readonly task: TaskRun,
  ) {}

  run(): Answer | Promise<Answer> {
    return this.#advance() ? this.#answerLater() : this.#answer;
  }

  get #answer(): Answer {
    return this.#errors.length === 0 ? { values: this.#values } : { values: this.#values, errors: this.#errors };
  }

  async #answerLater(): Promise<Answer> {
    do {
      try {
        this.#values.push(await settle(this.#returned, this.task));
      } catch (error) {
        this.#fail(error);
      }
    } while (this.#advance());
    return this.#answer;
  }

  /** @returns true if a call has not returned at once, false at the end. */
  #advance(): boolean {
    const { fn, args, arity, task } = this;
    const calls = args.length / arity;
    for (let call = this.#values.length; call < calls; call += 1) {
      task.throwIfAborted();
      try {
        const returned = arity === 1 ? fn(args[call]) : fn(...args.slice(call * arity, (call + 1) * arity));
        if (!isImmediate(returned)) {
          this.#returned = returned;
          return true;
        }
        this.#values.push(returned);
      } catch (error) {
        this.#fail(error);
      }
    }
    return false;
  }

  #fail(error: unknown): void {
    this.#errors.push([this.#values.length, this.task.encode(error)]);
    this.#values.push(undefined);
  }
}

/** The outcomes, in which values that cannot be sent have failed. @param refusal what structured clone threw for the chunk. */
export function sendable(
  { values, errors = [] }: EncodedOutcomes,
  refusal: unknown,
  { cloneable }: PoolPort,
  encode: (error: unknown) => EncodedThrown,
): EncodedOutcomes {
  const failed = [...errors];
  const sent = values.map((value, place) => {
    if (cloneable(value)) return value;
    failed.push([place, encode(failures().transferError(value, "result", refusal, cloneable))]);
    return undefined;
  });
  return { values: sent, errors: failed };
}

/** Whether it is the result itself: no promise of one, and no generator. Other thenables count as promises, as for `await`. */
function isImmediate(returned: unknown): boolean {
  if ((typeof returned !== "object" && typeof returned !== "function") || returned === null) return true;
  const prototype = Object.getPrototypeOf(returned);
  if (prototype === Object.prototype || prototype === Array.prototype) return typeof (returned as { then?: unknown }).then !== "function";
  return false;
}

async function settle(returned: unknown, task: TaskRun): Promise<unknown> {
  const value = isGenerator(returned) ? returned : await returned;
  return isGenerator(value) ? drive(value, task) : value; // one that a promise gave cannot be sent either
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
