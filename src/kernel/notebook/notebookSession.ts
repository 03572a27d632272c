/**
 * The session of a notebook, seen from outside of it: compiles cells, has them run one after another, and ends what does not end by itself.
 *
 *   run ─► (queue) ─► compile ─► session: run ─► started … outputs … ended ─► (closed, when the futures that it shows are done)
 *                        └ ended: failed (syntax, imports)
 */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { BuildError } from "../../programs/errors.js";
import { makeOwnFolder } from "../../programs/ownFolder.js";
import type { AskSessionMessage, CellOutcome, MessageFromSession } from "../../protocol/cells.js";
import type { Answer, Question, Variable } from "../../protocol/questions.js";
import type { ErrorDescription } from "../../protocol/values.js";
import { describeError } from "../describeError.js";
import { CellBuilder } from "./cellBuilder.js";
import { SessionProcess } from "./sessionProcess.js";
import type { CellRun, NotebookSessionOptions } from "./types.js";

/** ms in which a session that is in no loop hears of an interrupt. */
const hearing = 150;
/** ms that loops and libraries have to end after they were told. */
const patience = 1_500;
/** Characters that a cell may print. */
const usualPrintLimit = 200_000;

interface Running {
  readonly cell: CellRun;
  isSent: boolean;
  isHeard: boolean;
  /** It has to end for want of time. */
  isOverdue: boolean;
  isInterrupted: boolean;
  readonly timers: NodeJS.Timeout[];
  /** Told when it has begun. */
  warning?: string;
}

export class NotebookSession {
  readonly #options: NotebookSessionOptions;
  readonly #directory: string;
  readonly #queue: CellRun[] = [];
  /** Runs whose outputs may still change. */
  readonly #live = new Set<number>();
  readonly #questions = new Map<number, (answer: never) => void>();
  #cells: CellBuilder;
  #process: SessionProcess | undefined;
  #running: Running | undefined;
  #asked = 0;
  /** Sent, and not answered. */
  #signals = 0;

  constructor(options: NotebookSessionOptions) {
    this.#options = options;
    mkdirSync(options.storage, { recursive: true });
    this.#directory = makeOwnFolder(options.storage, "session"); // as most kernels are ended with their sessions, theirs are left
    this.#cells = this.#newBuilder();
  }

  /** Takes a cell into the queue. */
  run(cell: CellRun): void {
    this.#queue.push(cell);
    this.#next();
  }

  /** Ends a run; drops one that has not begun. */
  interrupt(run: number): void {
    const place = this.#queue.findIndex((cell) => cell.run === run);
    if (place >= 0) {
      const [dropped] = this.#queue.splice(place, 1);
      this.#options.listener.ended(run, { state: "interrupted" }, false);
      this.#dropBehind(dropped?.batch, place);
      return;
    }
    if (this.#live.has(run)) this.#process?.send({ type: "interrupt", run });
    const running = this.#running;
    if (running?.cell.run !== run || running.isInterrupted) return;
    running.isInterrupted = true;
    if (!running.isSent) return; // it is being compiled, and is not run when that is done
    this.#process?.send({ type: "interrupt", run });
    const later = (ms: number, act: () => void): number => running.timers.push(setTimeout(act, ms));
    later(hearing, () => !running.isHeard && this.#process?.breakLoops(run));
    later(2 * hearing, () => {
      if (!running.isHeard && this.#process?.signal()) this.#signals += 1;
    });
    later(2 * hearing + patience, () => this.#running === running && this.#options.listener.stuck(run));
  }

  /** Runs that have not begun are dropped. */
  dropQueue(): void {
    for (const { run } of this.#queue.splice(0)) this.#options.listener.ended(run, { state: "interrupted" }, false);
  }

  /** Ends the session and all that runs; the next cell begins another. */
  async restart(): Promise<void> {
    this.dropQueue();
    const ending = this.#process;
    this.#process = undefined;
    this.#lose(ending ? "it was restarted" : undefined);
    await ending?.kill();
  }

  /** Ends it for good. */
  async dispose(): Promise<void> {
    await this.restart();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** @param of the `id` of an output, or the name of a variable. */
  ask(of: AskSessionMessage["of"], question: Question): Promise<Answer> {
    return this.#ask((questionId) => ({ type: "ask", questionId, of, question }), { kind: "problem", reason: "gone" });
  }

  variables(): Promise<readonly Variable[]> {
    return this.#ask((questionId) => ({ type: "variables", questionId }), []);
  }

  /** Stops a task of an executor of the session's. */
  cancelTask(id: number): void {
    this.#process?.send({ type: "cancelTask", id });
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  #ask<T>(message: (questionId: number) => Parameters<SessionProcess["send"]>[0], otherwise: T): Promise<T> {
    const session = this.#process;
    if (!session) return Promise.resolve(otherwise);
    const questionId = ++this.#asked;
    return new Promise((resolve) => {
      this.#questions.set(questionId, (answer) => resolve((answer as T | undefined) ?? otherwise));
      session.send(message(questionId));
    });
  }

  #next(): void {
    // A signal that is on its way would end the wrong cell.
    if (this.#running || this.#signals > 0) return;
    const cell = this.#queue.shift();
    if (!cell) return;
    this.#running = { cell, isSent: false, isHeard: false, isOverdue: false, isInterrupted: false, timers: [] };
    void this.#begin(this.#running);
  }

  async #begin(running: Running): Promise<void> {
    const { cell } = running;
    // The process starts while the cell is compiled.
    this.#process ??= this.#start();
    try {
      const built = await this.#cells.build(cell);
      if (this.#running !== running) return;
      if (running.isInterrupted) {
        this.#end({ state: "interrupted" }, false);
        return;
      }
      this.#cells.commit(built);
      running.isSent = true;
      const { declared, warning, ...module } = built;
      if (warning !== undefined) running.warning = warning;
      const executor = cell.executor && { kind: cell.executor, declared: declared.map(({ name }) => name) };
      this.#process.send({ type: "run", run: cell.run, ...module, ...(executor && { executor }), ...(cell.debug && { debug: cell.debug }) });
    } catch (error) {
      if (this.#running !== running) return;
      this.#options.listener.started(cell.run);
      this.#end({ state: "failed", error: this.#describe(error, cell) }, false);
    }
  }

  #start(): SessionProcess {
    const { notebook, sessionUrl, execArgv = [], printLimit = usualPrintLimit, listener } = this.#options;
    const started: SessionProcess = new SessionProcess({
      sessionUrl,
      notebook,
      directory: this.#directory,
      printLimit,
      execArgv,
      cwd: path.dirname(notebook),
      message: (message) => this.#process === started && this.#take(message),
      output: (stream, text) => listener.outputs(this.#running?.cell.run, [{ kind: "stream", stream, text }]),
      ended: (why) => {
        if (this.#process !== started) return;
        this.#process = undefined;
        this.#lose(why);
      },
    });
    return started;
  }

  #take(message: MessageFromSession): void {
    const { listener } = this.#options;
    switch (message.type) {
      case "ready":
        break;
      case "started":
        listener.started(message.run);
        if (this.#running?.warning !== undefined) listener.outputs(message.run, [{ kind: "stream", stream: "stderr", text: this.#running.warning }]);
        this.#startClock(message.run);
        break;
      case "debuggable":
        listener.debuggable?.(message.run, message.port);
        break;
      case "signalled":
        this.#signals = 0;
        this.#next();
        break;
      case "heard":
        if (this.#running?.cell.run === message.run) this.#running.isHeard = true;
        break;
      case "outputs":
        listener.outputs(message.run, message.outputs);
        break;
      case "ended":
        if (this.#running?.cell.run === message.run) this.#end(message.outcome, message.isLive);
        break;
      case "closed":
        this.#live.delete(message.run);
        listener.closed(message.run);
        break;
      case "resolve":
        void this.#resolveImport(message.requestId, message.specifier);
        break;
      case "answer":
        this.#answer(message.questionId, message.answer);
        break;
      case "variables":
        this.#answer(message.questionId, message.variables);
        break;
      case "tasks":
        listener.tasks(message.tasks);
        break;
    }
  }

  #startClock(run: number): void {
    const running = this.#running;
    const timeout = running?.cell.timeout ?? 0;
    if (!running || running.cell.run !== run || timeout <= 0) return;
    running.timers.push(
      setTimeout(() => {
        running.isOverdue = true;
        this.interrupt(run);
      }, timeout),
    );
  }

  #end(outcome: CellOutcome, isLive: boolean): void {
    const running = this.#running;
    if (!running) return;
    for (const timer of running.timers) clearTimeout(timer);
    this.#running = undefined;
    if (isLive) this.#live.add(running.cell.run);
    const told = running.isOverdue && outcome.state === "interrupted" ? overdue(running.cell) : outcome;
    this.#options.listener.ended(running.cell.run, told, isLive);
    if (told.state !== "finished") this.#dropBehind(running.cell.batch, 0);
    this.#next();
  }

  /** As in Jupyter: what stands behind a cell that did not end well would run on what that did not make. @param place in the queue. */
  #dropBehind(batch: number | undefined, place: number): void {
    const next = batch === undefined ? undefined : this.#queue.slice(place).find((cell) => cell.batch === batch);
    if (next) this.interrupt(next.run);
  }

  async #resolveImport(requestId: number, specifier: string): Promise<void> {
    const session = this.#process;
    try {
      const url = await this.#cells.resolve(specifier);
      session?.send({ type: "resolved", requestId, url });
    } catch (error) {
      session?.send({ type: "resolved", requestId, problem: error instanceof Error ? error.message : String(error) });
    }
  }

  #answer(questionId: number, answer: unknown): void {
    this.#questions.get(questionId)?.(answer as never);
    this.#questions.delete(questionId);
  }

  /** @param why absent: there was no session. */
  #lose(why: string | undefined): void {
    this.#signals = 0;
    this.#cells = this.#newBuilder();
    for (const answer of this.#questions.values()) answer(undefined as never);
    this.#questions.clear();
    for (const run of this.#live) this.#options.listener.closed(run);
    this.#live.clear();
    if (why === undefined) return;
    this.#options.listener.lost(why);
    const error: ErrorDescription = {
      source: "kernel",
      name: "SessionLost",
      message: `the session of the notebook ended: ${why}. Its variables are lost`,
      stack: "",
      frames: [],
    };
    this.#end({ state: "failed", error }, false);
  }

  #newBuilder(): CellBuilder {
    const { libraryUrl, notebook } = this.#options;
    return new CellBuilder({ directory: this.#directory, libraryUrl, notebook });
  }

  /** A problem of the cell itself needs no file before it: its place is where the frame says. */
  #describe(error: unknown, { source }: CellRun): ErrorDescription {
    const described = describeError(error, { programsDirectory: this.#directory, libraryDirectory: "" });
    const [problem] = error instanceof BuildError ? error.problems : [];
    if (!problem) return described;
    return { ...described, name: "SyntaxError", message: problem.file === source ? problem.message : described.message };
  }
}

function overdue({ timeout = 0 }: CellRun): CellOutcome {
  const error = { source: "timeout", name: "TimeoutError", message: `the cell was not done after ${timeout} ms`, stack: "", frames: [] } as const;
  return { state: "failed", error };
}
