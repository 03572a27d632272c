import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

const library = import.meta.resolve("concurrent-futures");

// One line, so that the lines of a stack in the source are its own.
const prelude = [
  `import { writeSync } from "node:fs"`,
  `import { once } from "node:events"`,
  `import { ThreadPoolExecutor, ProcessPoolExecutor } from ${JSON.stringify(library)}`,
  `const library = ${JSON.stringify(library)}`,
  // To the test, beside the program's own output.
  `const tell = (word) => writeSync(3, word + "\\n")`,
  `const sleep = (ms) => new Promise((resolve) => setTimeout(() => resolve(ms), ms))`,
  // Says so on the program's own stdout when it is in its loop for certain: there is no other way out of it.
  `const spin = async () => { const { writeSync } = await import("node:fs"); writeSync(1, "spinning\\n"); for (;;); }`,
].join("; ");

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** ms after which a program that has not ended is killed, so that its test fails with what it printed. */
const limit = 20_000;

/** A program of its own that uses the library, in a process group of its own. */
export class Program implements AsyncDisposable {
  /** Resolves when the program has ended and nobody holds its stdout and stderr any more: no worker either. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #words: AsyncIterableIterator<string>;
  readonly #limit: NodeJS.Timeout;
  #stdout = "";

  /**
   * @param source an ES module. At hand are the two pools, `library` (its URL), `once`, `tell(word)` for {@link word}, and two functions to submit, `sleep(ms)` and
   * `spin()`, which never returns.
   * @param nodeOptions options of Node for the program.
   */
  constructor(source: string, nodeOptions: readonly string[] = []) {
    const child = spawn(process.execPath, [...nodeOptions, "--input-type=module", "--eval", `${prelude}; ${source}`], {
      cwd: tmpdir(),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.#child = child;
    this.#words = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (this.#stdout += chunk));
    this.#limit = setTimeout(() => this.#end(), limit);
    this.ended = Promise.all([text(child.stderr as Readable), once(child, "close")]).then(([stderr]) => {
      clearTimeout(this.#limit);
      return { code: child.exitCode, signal: child.signalCode, stdout: this.#stdout, stderr };
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /**
   * Resolves to the next word that the program tells.
   * @throws Error, with all that it printed, if it has ended and told no more.
   */
  async word(): Promise<string> {
    const { done, value } = await this.#words.next();
    if (done) throw new Error(`the program told no more: ${JSON.stringify(await this.ended)}`);
    return value;
  }

  /** The next word, a number. */
  async number(): Promise<number> {
    return Number(await this.word());
  }

  /** All words that are still to come until its end. */
  async words(): Promise<string[]> {
    const words: string[] = [];
    for await (const word of this.#words) words.push(word);
    return words;
  }

  /** Sends a signal to the program alone. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal to the program and its workers, as a terminal does. */
  killGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  /** Resolves when the program, or one of its workers, has printed this; to the first group of a pattern. */
  async printed(text: string | RegExp): Promise<string> {
    for (;;) {
      if (typeof text === "string" && this.#stdout.includes(text)) return text;
      const match = typeof text === "string" ? null : text.exec(this.#stdout);
      if (match) return match[1] ?? match[0];
      await once(this.#child.stdout as Readable, "data");
    }
  }

  /** Ends what a failed test leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await this.ended;
  }

  #end(): void {
    try {
      this.killGroup("SIGKILL");
    } catch {
      // Nothing is left.
    }
  }
}

/** Runs a program to its end. */
export async function run(source: string, nodeOptions?: readonly string[]): Promise<Ended & { readonly words: string[] }> {
  await using program = new Program(source, nodeOptions);
  const words = await program.words();
  return { ...(await program.ended), words };
}
