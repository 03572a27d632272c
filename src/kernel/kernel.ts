/**
 * The process that owns the executors of a workspace folder. User code runs in their workers, never here: this thread only builds,
 * schedules and watches, so a task can always be stopped.
 *
 *   submit ─► accepted ─► build the program ─► schedule on the pool ─► submitted ─► (started) ─► settled
 *                              │                                          └ timedOut, if the wait for the result ends first
 *                              └ settled: failed (build, arguments)
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { type Future, type PoolExecutor, type TaskOutput, TimeoutError, task, WorkerDiedError } from "../futures/index.js";
import {
  type MessageFromKernel,
  type MessageToKernel,
  type Outcome,
  protocolVersion,
  type ResolveMessage,
  type SubmitMessage,
} from "../protocol/messages.js";
import type { Answer } from "../protocol/questions.js";
import { clusterNameOf, type ErrorDescription, type UsageDescription, type ValueDescription } from "../protocol/values.js";
import { Builds } from "./builds.js";
import { Clusters } from "./clusters/clusters.js";
import { describeError, describeTimeout, describeWhere, type KnownPlaces } from "./describeError.js";
import { describeProgress, describeValue, usageIn } from "./describeValue.js";
import { EventStream } from "./eventStream.js";
import { Executors } from "./executors.js";
import { Maps } from "./map/maps.js";
import { NotebookHost } from "./notebook/notebookHost.js";
import { runnerOf } from "./runner.js";
import { KeptValues } from "./values/keptValues.js";
import { WhereaboutsFinder } from "./whereabouts/whereabouts.js";

/** Settled tasks of which a worker's late output is still told as theirs. */
const rememberedTasks = 1000;

/** A submission from its acceptance to its end. */
interface Submission {
  readonly message: SubmitMessage;
  readonly stop: AbortController;
  future?: Future<unknown>;
  /** Where it was when it was to stop and did not. */
  stack?: string;
  /** It is stopped for want of a result in time: what it ends with, whatever comes of it. */
  overdue?: ErrorDescription;
  /** What it took, told at its end. */
  usage?: UsageDescription;
  /** By the monotonic clock. */
  startedAt?: number;
}

export interface KernelOptions {
  send(message: MessageFromKernel): void;
  /** Ends the process, with everything it started. */
  exit(): void;
  /** `file:` URL of the built library. */
  readonly libraryUrl: string;
  /** `file:` URL of what the modules of calls import. */
  readonly supportUrl: string;
  /** `file:` URL of the session of a notebook. */
  readonly sessionUrl: string;
  /** `file:` URL of what reads the inputs of maps, for workers to load. */
  readonly readerUrl: string;
}

export class Kernel {
  readonly #options: KernelOptions;
  readonly #submissions = new Map<string, Submission>();
  /** Longer than the submission: output may come late, and the snapshot names the task of a worker. */
  readonly #taskOfFuture = new Map<number, string>();
  /** Ids of settled tasks, oldest first. */
  readonly #settled: string[] = [];
  readonly #executors: Executors;
  readonly #clusters: Clusters;
  readonly #finder = new WhereaboutsFinder();
  readonly #events: EventStream;
  readonly #values = new KeptValues();
  readonly #builds = new Builds();
  readonly #maps: Maps;
  readonly #notebook: NotebookHost;
  /** Whose futures are being made. */
  #submitting: Submission | undefined;
  #places: KnownPlaces = { programsDirectory: "", libraryDirectory: "" };

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#events = new EventStream(
      (events) => options.send({ type: "events", events }),
      () => ({
        type: "executors",
        executors: this.#executors.describe((future) => this.#taskOfFuture.get(future)),
        clusters: this.#clusters.describe(),
      }),
    );
    const listener = {
      taskSubmit: (future: Future<unknown>) => this.#submitting && this.#taskOfFuture.set(future.id, this.#submitting.message.taskId),
      taskStart: (future: Future<unknown>, worker: { readonly name: string }) => this.#started(future, worker.name),
      workersChange: () => this.#events.pushSnapshot(),
      workerEnd: (name: string) => this.#finder.forget(name),
      output: (output: TaskOutput) => this.#printed(output),
    };
    this.#executors = new Executors(listener);
    this.#clusters = new Clusters({ ...listener, problem: (text) => this.#log("warn", text) });
    this.#maps = new Maps(options.readerUrl, {
      began: (taskId, run) => this.#values.keep(taskId, undefined, run.rows),
      progressed: (taskId, run) => this.#events.pushLatest(`map ${taskId}`, { type: "mapProgress", taskId, map: run.progress }),
    });
    this.#notebook = new NotebookHost({
      libraryUrl: options.libraryUrl,
      sessionUrl: options.sessionUrl,
      storage: () => this.#places.programsDirectory,
      execArgv: () => this.#executors.execArgv,
      push: (event) => this.#events.push(event),
    });
    options.send({ type: "hello", protocol: protocolVersion, pid: process.pid, nodeVersion: process.version });
  }

  take(message: MessageToKernel): void {
    switch (message.type) {
      case "configure":
        this.#configure(message.folder, message.storage);
        this.#executors.configure(message.settings);
        this.#clusters.configure(message.clusters, message.folder, message.watchesClusters);
        break;
      case "submit":
        void this.#submit(message);
        break;
      case "cancel":
        this.#stop(this.#submissions.get(message.taskId));
        break;
      case "ask": {
        const answer = this.#values.answer(message.taskId, message.question);
        this.#events.push({ type: "answer", questionId: message.questionId, answer });
        break;
      }
      case "resolve":
        void this.#resolve(message);
        break;
      case "shutdown":
        void this.#end();
        break;
      default:
        this.#notebook.take(message);
    }
  }

  #configure(folder: string, storage: string): void {
    if (storage === this.#places.programsDirectory) return;
    mkdirSync(storage, { recursive: true });
    try {
      process.chdir(folder);
    } catch (error) {
      this.#log("warn", `cannot work in ${folder}: ${String(error)}`);
    }
    const { libraryUrl, supportUrl } = this.#options;
    this.#builds.configure({ directory: storage, libraryUrl, supportUrl });
    this.#places = { programsDirectory: storage, libraryDirectory: path.dirname(path.dirname(fileURLToPath(libraryUrl))) };
  }

  async #submit(message: SubmitMessage): Promise<void> {
    const submission: Submission = { message, stop: new AbortController() };
    this.#submissions.set(message.taskId, submission);
    this.#events.push({ type: "accepted", taskId: message.taskId, at: Date.now() });
    try {
      const { url, exportName, warnings, files, buildTime } = await this.#builds.build(message);
      if (submission.stop.signal.aborted) {
        this.#settle(submission, { state: "cancelled" });
        return;
      }
      const { signal } = submission.stop;
      const debugged = message.debug && this.#debuggable(message.taskId);
      const runner = debugged
        ? { executor: debugged, reader: debugged, slots: () => 1 }
        : await runnerOf(message.executor, this.#executors, this.#clusters);
      const call = task<() => unknown>(url, exportName, message.functionName);
      const future = message.map
        ? this.#maps.start({ ...message, ...runner, inputs: message.map, url, signal, within: (act) => this.#within(submission, act) })
        : this.#within(submission, () => runner.executor.schedule(call, [], { signal, priority: message.priority }));
      submission.future = future;
      this.#events.push({ type: "submitted", taskId: message.taskId, at: Date.now(), buildTime, warnings, files });
      if (debugged) future.addDoneCallback(() => void this.#executors.end(debugged));
      future.addProgressCallback((told) => this.#tellProgress(submission, told));
      future.addDoneCallback(() => this.#settle(submission, this.#outcomeOf(submission, future)));
      if (message.resultTimeout > 0) void this.#watch(submission, future);
    } catch (error) {
      this.#settle(submission, { state: "failed", error: describeError(error, this.#places) });
    }
  }

  #debuggable(taskId: string): PoolExecutor {
    return this.#executors.makeForDebugging((port) => this.#events.push({ type: "debuggable", taskId, port }));
  }

  async #resolve({ questionId, file, overlay }: ResolveMessage): Promise<void> {
    let answer: Answer;
    try {
      const { tsconfig, imports } = await this.#builds.resolution(file, overlay);
      answer = { kind: "resolution", ...(tsconfig !== undefined && { tsconfig }), imports };
    } catch (error) {
      answer = { kind: "problem", reason: describeError(error, this.#places).message };
    }
    this.#events.push({ type: "answer", questionId, answer });
  }

  /** Futures that are made meanwhile are the submission's: their output and their workers are. */
  #within<T>(submission: Submission, act: () => T): T {
    this.#submitting = submission;
    try {
      return act();
    } finally {
      this.#submitting = undefined;
    }
  }

  /** Python's meaning of a timeout is that the wait ends, and the task does not; who wants it stopped has said so. */
  async #watch(submission: Submission, future: Future<unknown>): Promise<void> {
    const { message, stop } = submission;
    const { taskId, resultTimeout, onTimeout } = message;
    try {
      await future.exception(resultTimeout);
    } catch (error) {
      if (future.done() || !(error instanceof TimeoutError)) return;
      const stops = onTimeout === "stop" && !stop.signal.aborted;
      const described = describeTimeout(new TimeoutError(`no result within ${resultTimeout} ms; the task ${stops ? "was stopped" : "goes on"}`));
      this.#events.push({ type: "timedOut", taskId, at: Date.now(), error: described });
      if (!stops) return;
      submission.overdue = described;
      this.#stop(submission);
    }
  }

  #stop(submission: Submission | undefined): void {
    if (!submission || submission.stop.signal.aborted) return;
    submission.stop.abort();
    const isWorthIt = submission.startedAt !== undefined && !submission.message.debug;
    if (isWorthIt && this.#executors.stopGrace > 0) void this.#look(submission);
  }

  /**
   * One that has been told to stop and still runs after a quarter of its time probably never will: before its worker is replaced, it is found out
   * where it is. A process may be asked until its end; a thread that is ended while it is asked may never end.
   */
  async #look(submission: Submission): Promise<void> {
    const grace = this.#executors.stopGrace;
    await new Promise((resolve) => setTimeout(resolve, grace / 4));
    const isOpen = this.#submissions.has(submission.message.taskId);
    const isIts = (future: number): boolean => this.#taskOfFuture.get(future) === submission.message.taskId;
    const worker = isOpen ? this.#executors.workerOf(isIts) : undefined;
    const stack = worker && (await this.#finder.find(worker, worker.pid === undefined ? grace / 2 : (grace * 3) / 4));
    if (stack !== undefined) submission.stack = stack;
  }

  #printed({ stream, text: written, worker, task: future }: TaskOutput): void {
    const text = stream === "stderr" ? this.#finder.withoutNotes(worker, written) : written;
    if (text === "") return;
    const taskId = future === undefined ? undefined : this.#taskOfFuture.get(future);
    this.#events.push({ type: "output", stream, text, worker, ...(taskId === undefined ? {} : { taskId }) });
  }

  /** What runs on other machines does not end with this process. */
  async #end(): Promise<void> {
    for (const { message, stop } of this.#submissions.values()) if (clusterNameOf(message.executor) !== undefined) stop.abort();
    await this.#clusters.end();
    this.#options.exit();
  }

  #started(future: Future<unknown>, worker: string): void {
    const taskId = this.#taskOfFuture.get(future.id);
    const submission = taskId === undefined ? undefined : this.#submissions.get(taskId);
    if (!submission || submission.startedAt !== undefined) return; // of a map, the first of many
    submission.startedAt = performance.now();
    this.#events.push({ type: "started", taskId: submission.message.taskId, at: Date.now(), worker });
  }

  #tellProgress(submission: Submission, told: unknown): void {
    const { taskId } = submission.message;
    const usage = usageIn(told);
    if (usage) {
      submission.usage = usage;
      return;
    }
    this.#events.pushLatest(`progress ${taskId}`, { type: "progress", taskId, progress: describeProgress(told) });
  }

  #outcomeOf(submission: Submission, future: Future<unknown>): Outcome {
    const { overdue, stack } = submission;
    const withPlace = (error: Pick<ErrorDescription, "source" | "name" | "message">): ErrorDescription | undefined =>
      stack === undefined ? undefined : describeWhere(error, stack, this.#places);
    if (overdue) return { state: "failed", error: withPlace(overdue) ?? overdue };
    const outcome = future.peek();
    if (outcome?.kind === "value") return { state: "finished", value: this.#describe(submission, outcome.value) };
    // A task that was told to stop and ended by an error has stopped, whatever error it chose.
    // A debugger ends what it is attached to when its session is ended.
    const wasEnded =
      submission.message.debug && outcome?.kind === "error" && outcome.error instanceof WorkerDiedError && outcome.error.signal !== undefined;
    if (outcome?.kind !== "error" || submission.stop.signal.aborted || wasEnded) {
      const where = withPlace({ source: "stop", name: "Stopped", message: "it was here" });
      return { state: "cancelled", ...(where && { error: where }) };
    }
    return { state: "failed", error: describeError(outcome.error, this.#places) };
  }

  #describe({ message: { taskId } }: Submission, value: unknown): ValueDescription {
    const run = this.#maps.get(taskId);
    this.#values.keep(taskId, value, run?.rows);
    const described = describeValue(value);
    return run ? { ...described, tabular: true } : described;
  }

  #settle(submission: Submission, outcome: Outcome): void {
    const { message, future, startedAt } = submission;
    const duration = startedAt === undefined ? {} : { duration: performance.now() - startedAt };
    const usage = submission.usage ? { usage: submission.usage } : {};
    this.#submissions.delete(message.taskId);
    this.#events.push({ type: "settled", taskId: message.taskId, at: Date.now(), ...duration, ...usage, outcome });
    if (future) this.#settled.push(message.taskId);
    const forgotten = this.#settled.length > rememberedTasks ? this.#settled.shift() : undefined;
    if (forgotten === undefined) return;
    for (const [number, taskId] of this.#taskOfFuture) if (taskId === forgotten) this.#taskOfFuture.delete(number);
  }

  #log(level: "error" | "warn" | "info" | "debug", text: string): void {
    this.#options.send({ type: "log", level, text });
  }
}
