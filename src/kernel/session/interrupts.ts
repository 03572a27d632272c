/**
 * Three ways to end what a cell does, by where it is:
 *
 *   waiting                      its promise is given up, and the futures that it made are cancelled; its code ends where it would go on
 *   in a loop of its own         every loop looks at a flag, which a thread of ours sets that listens to the kernel on a pipe
 *   in synchronous library code  SIGINT, while the cell has not waited yet: V8 gives the code up, and the variables stay
 *
 * After the cell has waited, library code that never returns cannot be ended: the process has to be.
 */
import vm from "node:vm";
import { Worker } from "node:worker_threads";

/** The file descriptor on which the kernel writes the number of a run that is to end. */
export const interruptPipe = 4;

/** What a cell that is interrupted ends with. */
export class CellInterrupt extends Error {
  override name = "CellInterrupt";

  constructor() {
    super("the cell was interrupted");
  }
}

interface OpenRun {
  readonly run: number;
  readonly giveUp: (reason: CellInterrupt) => void;
}

const entryKey = Symbol.for("concurrent-futures.cell");

export class Interrupts {
  /** Of which the first element is the number of the run that is to end, or 0. */
  readonly flag = new Int32Array(new SharedArrayBuffer(4));
  readonly #entry = new vm.Script(`globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(entryKey))})]()`, { filename: "futures-cell-entry" });
  readonly #open = new Map<number, OpenRun>();
  /** Given up, with code that has not ended. */
  readonly #doomed = new Set<number>();
  readonly #currentRun: () => number | undefined;
  readonly #signalled: () => void;

  /**
   * @param listenerUrl of `interruptListener`.
   * @param currentRun whose code is running.
   * @param signalled called for every SIGINT, when it can end nothing any more.
   */
  constructor(listenerUrl: URL, currentRun: () => number | undefined, signalled: () => void) {
    this.#currentRun = currentRun;
    this.#signalled = signalled;
    // Modules of the workspace find it there.
    (globalThis as Record<symbol, unknown>)[Symbol.for("concurrent-futures.loops")] = { flag: this.flag, stop: () => this.stop() };
    new Worker(listenerUrl, { workerData: this.flag, execArgv: [], stdout: false, stderr: false }).unref();
    // Without a listener the signal ends the process wherever no cell is being entered.
    process.on("SIGINT", () => signalled());
  }

  /** Runs the code of a cell so that it can be interrupted. @throws what it throws; {@link CellInterrupt}. */
  async enter<T>(run: number, code: () => Promise<T>): Promise<T> {
    const givenUp = new Promise<never>((_resolve, reject) => this.#open.set(run, { run, giveUp: reject }));
    (globalThis as Record<symbol, unknown>)[entryKey] = code;
    try {
      const promise = this.#entry.runInThisContext({ breakOnSigint: true }) as Promise<T>;
      promise.finally(() => this.#doomed.delete(run)).catch(() => {});
      return await Promise.race([promise, givenUp]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException | undefined)?.code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
      this.#signalled();
      throw new CellInterrupt();
    } finally {
      this.#open.delete(run);
      if (this.flag[0] === run) this.flag[0] = 0;
    }
  }

  /** Called by loops when the flag is set. @throws CellInterrupt if the run that is to end has not ended. */
  stop(): void {
    const run = this.flag[0] ?? 0;
    if (this.#open.has(run)) throw new CellInterrupt();
    this.flag[0] = 0;
  }

  /** Ends a run that waits. */
  giveUp(run: number): void {
    const open = this.#open.get(run);
    if (!open) return;
    this.#doomed.add(run);
    open.giveUp(new CellInterrupt());
  }

  /** Called where code goes on that has waited. @throws CellInterrupt if its run was given up. */
  resumed<T>(value: T): T {
    // Code that goes on and on lets nothing else be heard.
    if (this.flag[0] !== 0) this.stop();
    if (this.#doomed.size > 0 && this.#doomed.has(this.#currentRun() ?? 0)) throw new CellInterrupt();
    return value;
  }
}
