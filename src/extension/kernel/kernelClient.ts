import type { ConfigureMessage, KernelEvent, MessageToKernel } from "../../protocol/messages.js";
import { clusterNameOf, type ErrorDescription } from "../../protocol/values.js";
import { type Disposable, Emitter } from "../emitter.js";
import type { Logger } from "../logger.js";
import type { Translate } from "../translate.js";
import { KernelProcess } from "./kernelProcess.js";
import type { Runtime } from "./runtime.js";

/** So many deaths within {@link deathWindow} ms, and no new kernel is started until the user says so. */
export const deathLimit = 3;
export const deathWindow = 30_000;

export interface KernelClientOptions {
  /** Names it among the kernels: its folder, or the `Uri.toString()` of its notebook. */
  readonly key: string;
  /** The folder that the kernel serves. */
  readonly folder: string;
  /** Absolute path of the kernel's entry file. */
  readonly modulePath: string;
  readonly findRuntime: () => Promise<Runtime>;
  /** The first message of every kernel. */
  readonly configuration: () => ConfigureMessage;
  readonly log: Logger;
  readonly t: Translate;
}

/** What is known of a living kernel. */
export interface KernelInfo {
  readonly runtime: Runtime;
  readonly pid: number | undefined;
  readonly generation: number;
}

/** A kernel from its request to its end. Its number is in what {@link KernelClient.start} gives and in every event. */
interface Generation {
  readonly number: number;
  /** Until the process is forked. */
  readonly waiting: MessageToKernel[];
  runtime?: Runtime;
  process?: KernelProcess;
  /** It may have tasks on other machines, which do not end with its process. */
  usesClusters?: true;
}

/** The kernel of one folder: started on demand, watched, started again after a death, stopped when it keeps dying. */
export class KernelClient implements Disposable {
  readonly #options: KernelClientOptions;
  readonly #events = new Emitter<{ generation: number; events: readonly KernelEvent[] }>();
  readonly #ends = new Emitter<{ generation: number; error: ErrorDescription }>();
  readonly #stops = new Emitter<string>();
  readonly #starts = new Emitter<KernelInfo>();
  readonly #deaths: number[] = [];
  #current: Generation | undefined;
  #lastNumber = 0;
  #stopped: string | undefined;
  #ending: Promise<unknown> = Promise.resolve();

  /** A kernel was forked. */
  readonly onStart = this.#starts.event;
  readonly onEvents = this.#events.event;
  /** A generation has ended or could not start: it will report nothing more. */
  readonly onEnd = this.#ends.event;
  /** It died too often and is not started again before {@link restart}; says how it died last. */
  readonly onStop = this.#stops.event;

  constructor(options: KernelClientOptions) {
    this.#options = options;
  }

  /** Names it among the kernels: its folder, or the `Uri.toString()` of its notebook. */
  get key(): string {
    return this.#options.key;
  }

  /** The folder that it serves. */
  get folder(): string {
    return this.#options.folder;
  }

  /** Process id of the living kernel. */
  get pid(): number | undefined {
    return this.#current?.process?.pid;
  }

  /** Of the living kernel. */
  get info(): KernelInfo | undefined {
    const { runtime, process, number = 0 } = this.#current ?? {};
    return runtime && { runtime, pid: process?.pid, generation: number };
  }

  /** Makes sure that a kernel is on its way. Gives its generation, which the task that it is for must carry. */
  start(): number {
    if (!this.#current) {
      this.#lastNumber += 1;
      this.#current = { number: this.#lastNumber, waiting: [] };
      void this.#run(this.#current);
    }
    return this.#current.number;
  }

  /** Sends to the present kernel; without one there is nobody to tell. */
  send(message: MessageToKernel): void {
    const current = this.#current;
    if (current && message.type === "submit" && clusterNameOf(message.executor) !== undefined) current.usesClusters = true;
    if (current?.process) current.process.send(message);
    else current?.waiting.push(message);
  }

  /** Ends the kernel with all its tasks; the next {@link start} makes a new one, whatever happened before. Resolves when it is gone. */
  async restart(): Promise<void> {
    this.#stopped = undefined;
    this.#deaths.length = 0;
    await this.#end(this.#options.t("the kernel was restarted"));
  }

  /** Ends the kernel for good. {@link disposed} resolves when it is gone. */
  dispose(): void {
    this.#stopped = this.#options.t("its folder or the window was closed");
    void this.#end(this.#stopped);
  }

  /** Resolves when no process of ours is left. */
  get disposed(): Promise<unknown> {
    return this.#ending;
  }

  async #run(generation: Generation): Promise<void> {
    // Not before the caller has stored the task with this generation's number.
    await Promise.resolve();
    const { t, log } = this.#options;
    try {
      if (this.#stopped !== undefined) throw new Error(this.#stopped);
      const runtime = await this.#options.findRuntime();
      if (this.#current !== generation) return;
      log.info(
        `starting a kernel for ${this.#options.folder}: ${runtime.command}, Node.js ${runtime.version} (${runtime.source}${runtime.note === undefined ? "" : `: ${runtime.note}`})`,
      );
      const process = new KernelProcess({ ...this.#options, runtime });
      generation.process = process;
      generation.runtime = runtime;
      this.#starts.fire({ runtime, pid: process.pid, generation: generation.number });
      process.onEvents((events) => this.#current === generation && this.#events.fire({ generation: generation.number, events }));
      for (const message of [this.#options.configuration(), ...generation.waiting]) process.send(message);
      const how = await process.ended;
      if (this.#current !== generation) return;
      log.error(`kernel ${process.pid}: ${how}`);
      this.#finish(generation, t("the kernel is gone: {0}", how));
      this.#countDeath(how);
    } catch (error) {
      if (this.#current === generation) this.#finish(generation, error instanceof Error ? error.message : String(error));
    }
  }

  #end(reason: string): Promise<unknown> {
    const generation = this.#current;
    if (generation) {
      if (generation.usesClusters) generation.process?.end();
      else generation.process?.kill();
      this.#ending = Promise.all([this.#ending, generation.process?.ended]);
      this.#finish(generation, reason);
    }
    return this.#ending;
  }

  #finish(generation: Generation, message: string): void {
    this.#current = undefined;
    const error: ErrorDescription = { source: "kernel", name: "KernelError", message, stack: "", frames: [] };
    this.#ends.fire({ generation: generation.number, error });
  }

  #countDeath(how: string): void {
    const now = Date.now();
    this.#deaths.push(now);
    const recent = this.#deaths.filter((at) => now - at < deathWindow);
    this.#deaths.splice(0, this.#deaths.length, ...recent);
    if (recent.length < deathLimit) return;
    this.#stopped = this.#options.t(
      "the kernel died {0} times within {1} s; run Futures: Restart Kernel to try again",
      deathLimit,
      deathWindow / 1000,
    );
    this.#stops.fire(how);
  }
}
