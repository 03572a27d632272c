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
  /** Never resolves; rejects when the run is given up. */
  readonly givenUp: Promise<never>;
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

  /** From now on the run can be interrupted, until {@link end}. */
  begin(run: number): void {
    let giveUp = (_reason: CellInterrupt): void => {};
    const givenUp = new Promise<never>((_resolve, reject) => {
      giveUp = reject;
    });
    givenUp.catch(() => {}); // it may be that nobody waits at that moment
    this.#open.set(run, { givenUp, giveUp });
  }

  end(run: number): void {
    this.#open.delete(run);
    if (this.flag[0] === run) this.flag[0] = 0;
  }

  /** Waits for what a run waits for. @throws {@link CellInterrupt} if that is given up. */
  async wait<T>(run: number, promise: Promise<T>): Promise<T> {
    promise.finally(() => this.#doomed.delete(run)).catch(() => {});
    const open = this.#open.get(run);
    return open ? Promise.race([promise, open.givenUp]) : promise;
  }

  /** Runs the code of a cell, so that SIGINT ends what it does before it waits. @throws what it throws; {@link CellInterrupt}. */
  async enter<T>(run: number, code: () => Promise<T>): Promise<T> {
    (globalThis as Record<symbol, unknown>)[entryKey] = code;
    try {
      return await this.wait(run, this.#entry.runInThisContext({ breakOnSigint: true }) as Promise<T>);
    } catch (error) {
      if ((error as NodeJS.ErrnoException | undefined)?.code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
      this.#signalled();
      throw new CellInterrupt();
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
