import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { type HelloMessage, type KernelEvent, type MessageFromKernel, type MessageToKernel, protocolVersion } from "../../protocol/messages.js";
import { Emitter } from "../emitter.js";
import type { Logger } from "../logger.js";
import type { Translate } from "../translate.js";
import { kernelEnvironment } from "./environment.js";
import { killGroup } from "./killGroup.js";
import type { Runtime } from "./runtime.js";

/** ms that a kernel may take to say hello. */
const helloLimit = 20_000;
/** ms that the last messages and lines of a kernel may take after its exit. */
const lastWordsLimit = 200;
/** ms that a kernel may take to end by itself. */
const endLimit = 1_500;
/** Characters kept of what it wrote to stderr. */
const tailLimit = 16_000;

export interface KernelProcessOptions {
  readonly modulePath: string;
  /** Its working directory. */
  readonly folder: string;
  readonly runtime: Runtime;
  readonly log: Logger;
  readonly t: Translate;
}

/** One forked kernel, from fork to exit. Messages sent before its hello wait for it. */
export class KernelProcess {
  readonly #child: ChildProcess;
  readonly #options: KernelProcessOptions;
  readonly #events = new Emitter<readonly KernelEvent[]>();
  readonly #helloTimer: NodeJS.Timeout;
  #waiting: MessageToKernel[] | undefined = [];
  #stderrTail = "";
  /** Why we ended it, if we did. */
  #verdict: string | undefined;

  readonly onEvents = this.#events.event;
  /** Resolves when the process and everything it started is gone, to a sentence that says how it ended. Never rejects. */
  readonly ended: Promise<string>;

  constructor(options: KernelProcessOptions) {
    this.#options = options;
    const { runtime, folder, modulePath } = options;
    const ownGroup = process.platform !== "win32";
    this.#child = fork(modulePath, ownGroup ? ["--own-group"] : [], {
      execPath: runtime.command,
      execArgv: [],
      cwd: folder,
      env: kernelEnvironment(process.env, runtime.env),
      serialization: "advanced",
      detached: ownGroup,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.ended = this.#watch();
    this.#helloTimer = setTimeout(() => this.#giveUp(options.t("it did not start within {0} s", helloLimit / 1000)), helloLimit);
  }

  /** Process id, if the process could be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a message, or keeps it until the kernel is up; to a kernel that has ended it is lost. */
  send(message: MessageToKernel): void {
    if (this.#waiting) this.#waiting.push(message);
    else if (this.#child.connected) this.#child.send(message, (error) => error && this.#options.log.debug(`kernel ${this.pid}: ${error.message}`));
  }

  /** Ends the kernel and its workers at once; {@link ended} resolves when they are gone. */
  kill(): void {
    if (this.pid !== undefined) killGroup(this.pid);
  }

  /** As {@link kill}, when it has told its tasks on other machines to end, or after {@link endLimit}. */
  end(): void {
    this.send({ type: "shutdown" });
    const timer = setTimeout(() => this.kill(), endLimit);
    void this.ended.then(() => clearTimeout(timer));
  }

  async #watch(): Promise<string> {
    const child = this.#child;
    const { log, t } = this.#options;
    child.on("message", (message) => this.#receive(message as MessageFromKernel));
    child.stdout?.setEncoding("utf8").on("data", (text: string) => log.info(`kernel ${child.pid}: ${text.trimEnd()}`));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-tailLimit);
      log.warn(`kernel ${child.pid}: ${text.trimEnd()}`);
    });
    const how = await new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal ? t("it was ended by {0}", signal) : t("it ended with exit code {0}", code ?? "?")));
    });
    clearTimeout(this.#helloTimer);
    this.kill();
    // Once its group is gone, nothing holds its pipes open: "close" comes after the last line and the last message.
    await Promise.race([new Promise((resolve) => child.once("close", resolve)), delay(lastWordsLimit, undefined, { ref: false })]);
    this.#events.dispose();
    return [this.#verdict ?? how, lastLines(this.#stderrTail)].filter((part) => part !== "").join(":\n");
  }

  #receive(message: MessageFromKernel): void {
    switch (message.type) {
      case "hello":
        this.#greet(message);
        break;
      case "events":
        this.#events.fire(message.events);
        break;
      case "log":
        this.#options.log[message.level](`kernel ${this.pid}: ${message.text}`);
    }
  }

  #greet({ protocol, pid, nodeVersion }: HelloMessage): void {
    clearTimeout(this.#helloTimer);
    if (protocol !== protocolVersion) {
      this.#giveUp(this.#options.t("it speaks version {0} of the protocol, not {1}; reload the window", protocol, protocolVersion));
      return;
    }
    this.#options.log.info(`kernel ${pid}: up, Node.js ${nodeVersion}, ${this.#options.folder}`);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const message of waiting) this.send(message);
  }

  #giveUp(verdict: string): void {
    this.#verdict = verdict;
    this.kill();
  }
}

/** Node's own verdict if there is one, which long native stacks may follow; else the last lines. */
function lastLines(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const verdict = lines.findLast((line) => /^(FATAL ERROR|\w*Error\b)/.test(line));
  return verdict ?? lines.slice(-5).join("\n");
}
