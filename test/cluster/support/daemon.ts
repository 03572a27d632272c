/** A worker of a cluster as its users start it: the command, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const command = path.resolve("dist/cli/main.js");

export class Daemon {
  readonly process: ChildProcess;
  #stderr = "";
  readonly #listeners = new Set<() => void>();

  /** @param args of `futures worker`. @param prefix of the command, to run it elsewhere. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}, prefix: readonly string[] = []) {
    const [program = "", ...rest] = [...prefix, process.execPath, command, "worker", ...args];
    this.process = spawn(program, rest, { stdio: ["ignore", "inherit", "pipe"], env: { ...process.env, ...env } });
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  static async ready(args: readonly string[]): Promise<Daemon> {
    const daemon = new Daemon(args);
    await daemon.says(/: ready$/m);
    return daemon;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when it has said that on stderr. Rejects if it ends without. */
  async says(expected: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the worker ended with ${code} and said: ${this.#stderr}`));
      const look = (): void => {
        if (!expected.test(this.#stderr)) return;
        this.#listeners.delete(look);
        this.process.off("exit", ended);
        resolve();
      };
      this.#listeners.add(look);
      this.process.once("exit", ended);
      look();
    });
  }

  /** Ends it with a signal. @returns its exit code. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const { exitCode, signalCode } = this.process;
    if (exitCode !== null || signalCode !== null) return exitCode;
    const exited = once(this.process, "exit") as Promise<[number | null]>;
    this.process.kill(signal);
    return (await exited)[0];
  }
}
