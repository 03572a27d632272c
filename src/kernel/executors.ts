import {
  type PoolEvents,
  type PoolExecutor,
  type PoolOptions,
  ProcessPoolExecutor,
  type TaskOutput,
  ThreadPoolExecutor,
  type WorkerInfo,
} from "../futures/index.js";
import type { ExecutorSettings } from "../protocol/messages.js";
import type { ExecutorDescription, ExecutorKind } from "../protocol/values.js";
import { debuggerNotes } from "./debuggerNotes.js";

export interface ExecutorsListener {
  taskSubmit(...args: PoolEvents["taskSubmit"]): void;
  taskStart(...args: PoolEvents["taskStart"]): void;
  output(output: TaskOutput): void;
  workersChange(): void;
  workerEnd(name: string): void;
}

const kinds: readonly ExecutorKind[] = ["threads", "processes"];
/** In the worker: deep enough that a throw in a package still shows the user's own frame. */
const keepDeepStacks = (): void => {
  Error.stackTraceLimit = 50;
};

function portIn(text: string): number | undefined {
  const port = /^Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)\//m.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** The executors of a kernel. An executor is made at its first use; with other settings another takes its place, and it ends when its tasks have. */
export class Executors {
  readonly #listener: ExecutorsListener;
  #settings: ExecutorSettings = { maxWorkers: 0, maxMemory: 0, stopGrace: 500, execArgv: [] };
  readonly #current = new Map<ExecutorKind, PoolExecutor>();
  /** With those that are ending, in order of their making. */
  readonly #all = new Map<PoolExecutor, ExecutorKind>();
  #made = 0;

  constructor(listener: ExecutorsListener) {
    this.#listener = listener;
  }

  /** Later submissions follow these settings; what runs goes on under the old ones. */
  configure(settings: ExecutorSettings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
    this.#settings = settings;
    for (const executor of this.#current.values()) void executor.shutdown().then(() => this.#forget(executor));
    this.#current.clear();
    this.#listener.workersChange();
  }

  get(kind: ExecutorKind): PoolExecutor {
    const known = this.#current.get(kind);
    if (known && !known.broken) return known;
    if (known) this.#forget(known); // whatever broke it, such as an option of Node's, may be another by now
    const executor = this.#make(kind);
    this.#current.set(kind, executor);
    this.#add(executor, kind);
    return executor;
  }

  #add(executor: PoolExecutor, kind: ExecutorKind): void {
    this.#all.set(executor, kind);
    executor.events.on("taskSubmit", (...args) => this.#listener.taskSubmit(...args));
    executor.events.on("taskStart", (...args) => this.#listener.taskStart(...args));
    executor.events.on("workersChange", () => this.#listener.workersChange());
    executor.events.on("workerEnd", ({ name }) => this.#listener.workerEnd(name));
  }

  /**
   * An executor for one task, whose process waits for a debugger before it does anything. Ends by {@link PoolExecutor.shutdown}.
   * @param listens gets the port at which it waits.
   */
  makeForDebugging(listens: (port: number) => void): PoolExecutor {
    const { stopGrace, execArgv } = this.#settings;
    const executor = new ProcessPoolExecutor({
      name: `debug${++this.#made}`,
      maxWorkers: 1,
      onWorkerDeath: "replace",
      stopGrace,
      initializer: keepDeepStacks,
      execArgv: ["--enable-source-maps", ...execArgv, "--inspect-brk=127.0.0.1:0"],
      onOutput: (output) => {
        const port = output.stream === "stderr" ? portIn(output.text) : undefined;
        if (port !== undefined) listens(port);
        const text = output.stream === "stderr" ? output.text.replace(debuggerNotes, "") : output.text;
        if (text !== "") this.#listener.output({ ...output, text });
      },
    });
    this.#add(executor, "processes");
    return executor;
  }

  /** Ends an executor that was made for one task. */
  async end(executor: PoolExecutor): Promise<void> {
    await executor.killWorkers();
    this.#forget(executor);
  }

  /** A worker that holds one of some futures, by their numbers. */
  workerOf(isMeant: (future: number) => boolean): WorkerInfo | undefined {
    for (const executor of this.#all.keys()) {
      const found = executor.workers().find(({ task }) => task !== undefined && isMeant(task));
      if (found) return found;
    }
    return undefined;
  }

  /** ms that a task which is told to stop has, before its worker is replaced. */
  get stopGrace(): number {
    return this.#settings.stopGrace;
  }

  /** Options of Node.js for whatever runs the user's code. */
  get execArgv(): readonly string[] {
    return this.#settings.execArgv;
  }

  /** @param taskOf gives the protocol's task id for a future's id. */
  describe(taskOf: (future: number) => string | undefined): ExecutorDescription[] {
    return kinds.flatMap((kind) => {
      const executors = [...this.#all].filter(([, ofKind]) => ofKind === kind).map(([executor]) => executor);
      if (executors.length === 0) return [];
      const workers = executors
        .flatMap((executor) => executor.workers())
        .map(({ task, ...worker }) => {
          const taskId = task === undefined ? undefined : taskOf(task);
          return taskId === undefined ? worker : { ...worker, taskId };
        });
      return [{ kind, maxWorkers: this.#current.get(kind)?.maxWorkers ?? executors[0]?.maxWorkers ?? 0, workers }];
    });
  }

  #make(kind: ExecutorKind): PoolExecutor {
    const { maxWorkers, maxMemory, stopGrace, execArgv: ownOptions } = this.#settings;
    const word = kind === "threads" ? "thread" : "process";
    const again = [...this.#all.values()].includes(kind) ? `${++this.#made}` : "";
    const common: PoolOptions = {
      name: `${word}${again}`,
      onWorkerDeath: "replace",
      stopGrace,
      initializer: keepDeepStacks,
      onOutput: (output) => this.#listener.output(output),
    };
    if (maxWorkers > 0) common.maxWorkers = maxWorkers;
    const execArgv = ["--enable-source-maps", ...ownOptions];
    if (kind === "threads")
      return new ThreadPoolExecutor({ ...common, execArgv, resourceLimits: maxMemory > 0 ? { maxOldGenerationSizeMb: maxMemory } : {} });
    // Nothing listens at that port unless the kernel asks for it, to find out where a task is; it is chosen by the system then.
    const ofProcess = [...execArgv, "--inspect-port=127.0.0.1:0"];
    return new ProcessPoolExecutor({ ...common, execArgv: maxMemory > 0 ? [...ofProcess, `--max-old-space-size=${maxMemory}`] : ofProcess });
  }

  #forget(executor: PoolExecutor): void {
    this.#all.delete(executor);
    this.#listener.workersChange();
  }
}
