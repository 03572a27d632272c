import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { MessageFromSession, MessageToSession } from "../../protocol/cells.js";
import { debuggerNotes } from "../debuggerNotes.js";
import { interruptPipe } from "../session/interrupts.js";

/** Characters of what a session has written past us, to tell why it ended. */
const tailLength = 4_000;

export interface SessionProcessOptions {
  /** `file:` URL of the built `session/main`. */
  readonly sessionUrl: string;
  readonly notebook: string;
  readonly directory: string;
  /** Characters that a cell may print before the rest goes into a file; `Infinity`: all. */
  readonly printLimit: number;
  readonly execArgv: readonly string[];
  readonly cwd: string;
  message(message: MessageFromSession): void;
  /** What the process itself writes, and what native code does. */
  output(stream: "stdout" | "stderr", text: string): void;
  /** It has ended. @param why a sentence. */
  ended(why: string): void;
}

/** The process of a session. It ends with this one. */
export class SessionProcess {
  readonly #child: ChildProcess;
  #tail = "";
  #isEnding = false;

  constructor({ sessionUrl, notebook, directory, printLimit, execArgv, cwd, message, output, ended }: SessionProcessOptions) {
    const stdio: ("ignore" | "pipe" | "ipc")[] = ["ignore", "pipe", "pipe", "ipc", "pipe"];
    this.#child = fork(fileURLToPath(sessionUrl), [notebook, directory, String(printLimit)], {
      cwd,
      execArgv: ["--enable-source-maps", ...execArgv],
      stdio,
      serialization: "advanced",
    });
    this.#child.on("message", (told) => message(told as MessageFromSession));
    this.#child.on("error", (error) => ended(`it could not be started: ${error.message}`));
    for (const stream of ["stdout", "stderr"] as const) {
      this.#child[stream]?.setEncoding("utf8").on("data", (written: string) => {
        const text = stream === "stderr" ? written.replace(debuggerNotes, "") : written;
        this.#tail = (this.#tail + text).slice(-tailLength);
        if (text !== "") output(stream, text);
      });
    }
    this.#pipe.on("error", () => {});
    this.#child.on("close", (code, signal) => ended(this.#isEnding ? "it was ended" : whyEnded(code, signal, this.#tail)));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: MessageToSession): void {
    // The callback takes the error of a channel that has closed: then "close" comes.
    this.#child.send(message, () => {});
  }

  /** Ends loops of the run. */
  breakLoops(run: number): void {
    this.#pipe.write(`${run}\n`);
  }

  /** Ends any code that a cell is in before it has waited; the session answers with `signalled`. @returns false on Windows, which has no such signal. */
  signal(): boolean {
    return process.platform !== "win32" && this.#child.kill("SIGINT");
  }

  /** Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
  }

  get #pipe(): Writable {
    return this.#child.stdio[interruptPipe] as Writable;
  }
}

function whyEnded(code: number | null, signal: NodeJS.Signals | null, tail: string): string {
  if (/JavaScript heap out of memory|Reached heap limit/.test(tail)) return "it ran out of memory";
  if (signal) return `it was ended by ${signal}`;
  return `it exited with code ${code}`;
}
