/** Runs the cells of a notebook, one after another, in one scope. */
import { AsyncLocalStorage } from "node:async_hooks";
import inspector from "node:inspector";
import type { AnyFunction } from "../../futures/index.js";
import { moduleName } from "../../programs/cells/names.js";
import type { CellOutcome, MessageFromSession, RunCellMessage, SessionValue } from "../../protocol/cells.js";
import type { Answer, Question, Variable } from "../../protocol/questions.js";
import { describeError, type KnownPlaces } from "../describeError.js";
import { describeValue } from "../describeValue.js";
import { KeptValues } from "../values/keptValues.js";
import { Capture } from "./capture.js";
import { CellExecutors } from "./cellExecutors.js";
import { makeDisplay } from "./display.js";
import { CellInterrupt, Interrupts } from "./interrupts.js";
import { futuresIn, isFuture, showFutures } from "./liveFutures.js";
import { mimeBundleOf } from "./mime.js";
import { importModule } from "./namespace.js";
import { Origins } from "./origins.js";
import { cellCaller, plainError } from "./plainNames.js";
import { RunOutputs } from "./runOutputs.js";
import { SessionScope } from "./scope.js";
import { SessionTasks } from "./sessionTasks.js";

/** ms that what a cell imports has to end by itself, or in a loop, before it is no longer waited for. */
const loadingGrace = 1_000;

type Cell = (scope: object, declare: object, flag: Int32Array, session: object) => Promise<[unknown] | undefined>;

/** A cell while its code runs, and as long as what it shows may change. */
export interface Run {
  readonly run: number;
  readonly outputs: RunOutputs;
  readonly stop: AbortController;
  /** What it imports is being run. */
  isLoading: boolean;
}

export interface SessionOptions {
  /** Of the session's own. */
  readonly directory: string;
  /** Characters that a cell may print before the rest goes into a file. */
  readonly printLimit: number;
  /** Absolute path of the notebook. */
  readonly notebook: string;
  readonly libraryDirectory: string;
  /** `file:` URL of `capturedScope`. */
  readonly supportUrl: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly given: Record<string, unknown>;
  /** Of `interruptListener`. */
  readonly listenerUrl: URL;
  send(message: MessageFromSession): void;
  /** Finds what only now is known to be imported. @throws what the kernel finds wrong with it. */
  resolve(specifier: string): Promise<string>;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #scope: SessionScope;
  readonly #current = new AsyncLocalStorage<Run>();
  readonly #runs = new Map<number, Run>();
  readonly #values = new KeptValues();
  readonly #modules = new Map<string, string>();
  readonly #executors = new CellExecutors();
  readonly #origins = new Origins();
  readonly #capture: Capture;
  readonly #interrupts: Interrupts;
  readonly #tasks: SessionTasks;
  readonly #places: KnownPlaces;
  readonly #cellContext: object;
  #shown = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { directory, supportUrl, meta, libraryDirectory, send } = options;
    const currentRun = (): number | undefined => this.#current.getStore()?.run;
    this.#interrupts = new Interrupts(options.listenerUrl, currentRun, () => send({ type: "signalled" }));
    const interrupts = this.#interrupts;
    this.#places = { programsDirectory: directory, libraryDirectory };
    const display = makeDisplay({ outputs: () => this.#current.getStore()?.outputs, nextId: () => ++this.#shown });
    this.#scope = new SessionScope({ ...options.given, ...display });
    this.#capture = new Capture({ scope: this.#scope, directory, supportUrl, modules: this.#modules, meta, origins: this.#origins });
    this.#tasks = new SessionTasks({
      send: (tasks) => send({ type: "tasks", tasks }),
      currentRun,
      describeError: (error) => describeError(error, this.#places),
      keep: (id, value) => this.#values.keep(`task ${id}`, value),
    });
    this.#cellContext = {
      maybe: (name: string) => this.#scope.maybe(name),
      constant: this.#scope.constant,
      meta,
      import: (specifier: unknown, importOptions?: ImportCallOptions) => this.#import(String(specifier), importOptions),
      stop: () => interrupts.stop(),
      resumed: (value: unknown) => interrupts.resumed(value),
    };
    (globalThis as Record<symbol, unknown>)[Symbol.for("concurrent-futures.standIn")] = (fn: unknown) => this.#capture.standIn(fn);
  }

  /** What is being printed is of the run whose code prints it; of none, if that is not known any more. */
  print(stream: "stdout" | "stderr", text: string): void {
    const run = this.#current.getStore();
    if (run) run.outputs.print(stream, text);
    else this.#options.send({ type: "outputs", outputs: [{ kind: "stream", stream, text }] });
  }

  async run({ run: number, url, imports, changed, executor, debug }: RunCellMessage): Promise<void> {
    const { send, directory, printLimit } = this.#options;
    const interrupts = this.#interrupts;
    const outputs = new RunOutputs(directory, number, printLimit, (told) => send({ type: "outputs", run: number, outputs: told }));
    const run: Run = { run: number, outputs, stop: new AbortController(), isLoading: true };
    this.#runs.set(number, run);
    const live: Promise<void>[] = [];
    interrupts.begin(number);
    let outcome: CellOutcome = { state: "finished" };
    try {
      await this.#current.run(run, async () => {
        send({ type: "started", run: number });
        await interrupts.wait(number, this.#takeModules(imports, changed));
        run.isLoading = false;
        this.#origins.add(url);
        if (debug) this.#waitForDebugger(number);
        const { default: cell } = (await import(url)) as { default: Cell };
        const { variables, declare } = this.#scope;
        const call = async (): Promise<[unknown] | undefined> =>
          executor ? await this.#runRemotely(run, cell, executor) : await cell(variables, declare, interrupts.flag, this.#cellContext);
        Object.defineProperty(call, "name", { value: cellCaller });
        const result = await interrupts.enter(number, call);
        if (result) await this.#showResult(run, result[0], live);
      });
    } catch (error) {
      outcome =
        error instanceof CellInterrupt ? { state: "interrupted" } : { state: "failed", error: describeError(plainError(error), this.#places) };
      if (outcome.state === "interrupted") this.#cancelAll(run);
    }
    interrupts.end(number);
    if (debug) inspector.close();
    // What a stream has taken is printed in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    outputs.flush();
    this.#tasks.flush();
    send({ type: "ended", run: number, outcome, isLive: live.length > 0 });
    await Promise.all(live);
    outputs.flush();
    this.#tasks.flush();
    if (live.length > 0) send({ type: "closed", run: number });
    this.#runs.delete(number);
  }

  /** Cancels what the run waits for, and no longer waits for its code. */
  interrupt(number: number): void {
    const run = this.#runs.get(number);
    if (run?.isLoading) {
      // A module may come to a loop yet: the kernel, which has heard nothing, sets the flag.
      run.isLoading = false;
      setTimeout(() => this.interrupt(number), loadingGrace);
      return;
    }
    this.#options.send({ type: "heard", run: number });
    if (!run) return;
    this.#cancelAll(run);
    this.#interrupts.giveUp(number);
  }

  /** Stops a task of an executor. */
  cancelTask(id: number): void {
    this.#tasks.stop(id);
  }

  answer(of: SessionValue, question: Question): Answer {
    if (typeof of === "object") return this.#values.answer(`task ${of.task}`, question);
    if (typeof of === "number") return this.#values.answer(`output ${of}`, question);
    if (!this.#scope.has(of)) return { kind: "problem", reason: "gone" };
    const kept = new KeptValues();
    kept.keep(of, this.#scope.variables[of]);
    return kept.answer(of, question);
  }

  /** The variables, in the order of their making; what was imported comes under the modules' names. */
  variables(): Variable[] {
    return Object.entries(this.#scope.variables).map(([name, value]) => {
      const { preview, type, expandable = false } = describeValue(value);
      return { name, type, preview, expandable };
    });
  }

  #cancelAll(run: Run): void {
    run.stop.abort(new CellInterrupt());
    this.#tasks.stopAllOf(run.run);
  }

  async #showResult(run: Run, value: unknown, live: Promise<void>[]): Promise<void> {
    if (value === undefined) return;
    const id = ++this.#shown;
    this.#values.keep(`output ${id}`, value);
    const futures = futuresIn(value);
    if (!futures || (futures.length === 1 && futures[0]?.done() && isFuture(value) && value.peek()?.kind === "value")) {
      run.outputs.show(id, await mimeBundleOf(isFuture(value) ? (value.peek() as { value: unknown }).value : value, id), true);
      return;
    }
    live.push(showFutures(futures, { id, isSingle: isFuture(value), tasks: this.#tasks, show: (bundle) => run.outputs.show(id, bundle, true) }));
  }

  /** Until the cell has ended the port is open. */
  #waitForDebugger(run: number): void {
    inspector.open(0, "127.0.0.1");
    const port = Number(new URL(inspector.url() ?? "").port);
    this.#options.send({ type: "debuggable", run, port });
    inspector.waitForDebugger();
  }

  /** What the cell declares comes back, as far as it can be sent. */
  async #runRemotely(run: Run, cell: Cell, { kind, declared }: NonNullable<RunCellMessage["executor"]>): Promise<[unknown] | undefined> {
    const { result, values } = await this.#executors.run(kind, this.#capture.cell(cell as AnyFunction, declared), run.stop.signal, (stream, text) =>
      run.outputs.print(stream, text),
    );
    Object.assign(this.#scope.declare, values);
    return result;
  }

  /** Before the cell is entered: what it does before it waits can be ended wherever it is. */
  async #takeModules(imports: RunCellMessage["imports"], changed: RunCellMessage["changed"]): Promise<void> {
    const reloaded = Object.entries(changed)
      .map(([specifier, url]) => ({ specifier, url, attributes: undefined }))
      .filter(({ specifier }) => this.#scope.has(moduleName(specifier)));
    for (const { specifier, url } of [...imports, ...reloaded]) this.#modules.set(specifier, url);
    if (imports.length + reloaded.length > 0) this.#capture.forgetImports();
    for (const { specifier, url, attributes } of [...reloaded, ...imports]) {
      this.#scope.declare[moduleName(specifier)] = await importModule(url, attributes && { with: attributes });
    }
  }

  async #import(specifier: string, options?: ImportCallOptions): Promise<unknown> {
    const known = this.#modules.get(specifier);
    const url = known ?? (await this.#options.resolve(specifier));
    if (!known) this.#modules.set(specifier, url);
    return importModule(url, options);
  }
}
