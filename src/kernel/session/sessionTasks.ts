/** The tasks of all executors in this process, whoever has made them: their pools tell of them on channels of Node's. */
import { subscribe } from "node:diagnostics_channel";
import { CancelledError, type DiagnosticsMessage, type Future, type Outcome } from "../../futures/index.js";
import type { SessionTask } from "../../protocol/cells.js";
import type { ErrorDescription } from "../../protocol/values.js";
import { describeProgress, describeValue } from "../describeValue.js";

/** ms between two messages. */
const pause = 50;
/** Tasks of one message; of more that have come and gone meanwhile nobody is told. */
const most = 200;

/** Characters of the arguments of a call. */
const argumentsLimit = 80;

type Settled = { -readonly [K in keyof SessionTask]: SessionTask[K] };

export interface SessionTasksOptions {
  send(tasks: readonly SessionTask[]): void;
  /** The run whose code is running. */
  currentRun(): number | undefined;
  describeError(error: unknown): ErrorDescription;
  /** Keeps a result for questions. */
  keep(id: number, value: unknown): void;
}

export class SessionTasks {
  readonly #options: SessionTasksOptions;
  readonly #known = new WeakMap<object, Settled>();
  readonly #told = new WeakSet<object>();
  /** Changed since the last message. */
  readonly #changed = new Set<Future<unknown>>();
  /** Arguments that nobody has asked for yet; most never are. */
  readonly #arguments = new Map<Future<unknown>, Required<Pick<DiagnosticsMessage, "args" | "calls">>>();
  /** Submitted by a run and not done, as far as it was asked for. */
  readonly #ofRun = new Map<number, Set<Future<unknown>>>();
  /** What stops those that are not done. */
  readonly #open = new Map<number, () => void>();
  readonly #listeners = new Set<(future: Future<unknown>) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SessionTasksOptions) {
    this.#options = options;
    const on = (event: string, listener: (message: DiagnosticsMessage & { readonly future: Future<unknown> }) => void): void =>
      subscribe(`concurrent-futures:task:${event}`, (message) => listener(message as never));
    on("submit", ({ future, executor, functionName = "the function", stop, args = [], calls = 1 }) => {
      this.#arguments.set(future, { args, calls });
      this.#submitted(future, executor, functionName);
      this.#open.set(future.id, () => (stop ? stop(new CancelledError("the task was stopped")) : future.cancel()));
    });
    on("start", ({ future, worker }) => this.#change(future, { state: "running", startedAt: Date.now(), ...(worker && { worker: worker.name }) }));
    on("done", ({ future }) => this.#done(future));
  }

  /** What is known of a future; `undefined`: it is no pool's. */
  of(future: object): SessionTask | undefined {
    const task = this.#known.get(future);
    return task && this.#withArguments(future as Future<unknown>, task);
  }

  /** Stops a task: a pending one is cancelled, a running one gets its signal, and after the grace its worker is replaced. */
  stop(id: number): void {
    this.#open.get(id)?.();
  }

  /** Stops those of a run that are not done. */
  stopAllOf(run: number): void {
    for (const { id } of [...(this.#ofRun.get(run) ?? [])]) this.stop(id);
  }

  /** Calls `listener` with every future that changes. @returns what ends that. */
  onDidChange(listener: (future: Future<unknown>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changed = [...this.#changed];
    this.#changed.clear();
    const tasks: SessionTask[] = [];
    for (const future of changed) {
      const task = this.#known.get(future);
      if (task) this.#withArguments(future, task, tasks.length < most);
      if (!task || (tasks.length >= most && task.settledAt !== undefined && !this.#told.has(future))) continue;
      this.#told.add(future);
      tasks.push(this.#described(task, future.peek()));
    }
    if (tasks.length > 0) this.#options.send(tasks);
  }

  #submitted(future: Future<unknown>, executor: string, functionName: string): void {
    const run = this.#options.currentRun();
    const task: Settled = {
      id: future.id,
      executor,
      functionName,
      state: "pending",
      argumentsText: "…",
      submittedAt: Date.now(),
      ...(run !== undefined && { run }),
    };
    this.#known.set(future, task);
    if (run !== undefined) this.#openIn(run).add(future);
    future.addProgressCallback((told) => this.#change(future, { progress: describeProgress(told) }));
    this.#changedOne(future);
  }

  /** Lets the arguments go, which the future may outlive by long. @param isAsked false: nobody wants to read them. */
  #withArguments(future: Future<unknown>, task: Settled, isAsked = true): Settled {
    const call = this.#arguments.get(future);
    if (!call) return task;
    this.#arguments.delete(future);
    if (isAsked) task.argumentsText = argumentsText(call);
    return task;
  }

  #done(future: Future<unknown>): void {
    this.#open.delete(future.id);
    const run = this.#known.get(future)?.run;
    if (run !== undefined) {
      const open = this.#openIn(run);
      open.delete(future);
      if (open.size === 0) this.#ofRun.delete(run);
    }
    const outcome = future.peek();
    if (outcome?.kind === "value") this.#options.keep(future.id, outcome.value);
    const isFailure = outcome?.kind === "error" && !(outcome.error instanceof CancelledError);
    const state = outcome?.kind === "value" ? "finished" : isFailure ? "failed" : "cancelled";
    this.#change(future, { state, settledAt: Date.now() });
  }

  #openIn(run: number): Set<Future<unknown>> {
    const open = this.#ofRun.get(run) ?? new Set();
    this.#ofRun.set(run, open);
    return open;
  }

  #change(future: Future<unknown>, change: Partial<Settled>): void {
    const task = this.#known.get(future);
    if (!task) return;
    Object.assign(task, change);
    this.#changedOne(future);
  }

  #changedOne(future: Future<unknown>): void {
    this.#changed.add(future);
    for (const listener of this.#listeners) listener(future);
    this.#timer ??= setTimeout(() => this.flush(), pause);
  }

  #described(task: SessionTask, outcome: Outcome<unknown> | undefined): SessionTask {
    if (outcome?.kind === "value") return { ...task, value: describeValue(outcome.value) };
    return task.state === "failed" && outcome?.kind === "error" ? { ...task, error: this.#options.describeError(outcome.error) } : { ...task };
  }
}

/** Those of one call; of a chunk those of its first, and how many there are. */
function argumentsText({ args, calls }: Required<Pick<DiagnosticsMessage, "args" | "calls">>): string {
  const ofFirst = args.slice(0, args.length / calls);
  const text = ofFirst
    .slice(0, 10)
    .map((value) => describeValue(value).preview)
    .join(", ");
  const short = text.length > argumentsLimit ? `${text.slice(0, argumentsLimit - 1)}…` : text;
  return calls > 1 ? `${short}; … ${calls.toLocaleString("en")} calls` : short;
}
