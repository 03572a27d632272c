import { CancelledError, Future, task } from "../../futures/index.js";
import type { MapInputs } from "../../protocol/messages.js";
import type { Runner } from "../runner.js";
import { readInputs } from "./mapInputs.js";
import { MapRun } from "./mapRun.js";

/** Maps whose failures can be run again. */
const remembered = 10;

export interface MapsListener {
  /** The inputs are there. */
  began(taskId: string, run: MapRun): void;
  /** More is done. */
  progressed(taskId: string, run: MapRun): void;
}

export interface MapSubmission extends Runner {
  readonly taskId: string;
  readonly functionName: string;
  readonly inputs: MapInputs;
  /** `file:` URL of the call module. */
  readonly url: string;
  readonly signal: AbortSignal;
  /** Does what makes futures. */
  within<T>(act: () => T): T;
}

/** The maps of a kernel: those that run, and the last that did. */
export class Maps {
  readonly #readerUrl: string;
  readonly #listener: MapsListener;
  readonly #runs = new Map<string, MapRun>();

  /** @param readerUrl `file:` URL of `readInputs`, for workers to load. */
  constructor(readerUrl: string, listener: MapsListener) {
    this.#readerUrl = readerUrl;
    this.#listener = listener;
  }

  /** Of one of the last maps. */
  get(taskId: string): MapRun | undefined {
    return this.#runs.get(taskId);
  }

  /**
   * Starts a map.
   * @returns one future for all: it is done when there is an outcome of every input, or when it was stopped.
   * @throws RangeError if its inputs are those of a map that is not kept.
   */
  start(submission: MapSubmission): Future<unknown> {
    const { inputs, reader, url, signal } = submission;
    const sources = { call: { url }, readerUrl: this.#readerUrl, failedOf: (other: string) => this.get(other)?.unsuccessful };
    const read = submission.within(() => readInputs(inputs, reader, signal, sources));
    const future = new Future<unknown>();
    void this.#run(submission, read).then(
      (results) => !future.done() && future.setResult(results),
      (error: unknown) => !future.done() && future.setException(error),
    );
    return future;
  }

  async #run(
    { taskId, functionName, executor, slots, url, signal, within }: MapSubmission,
    read: readonly unknown[] | Future<unknown[]>,
  ): Promise<unknown[]> {
    const run = new MapRun(read instanceof Future ? await read.result() : read);
    this.#remember(taskId, run);
    this.#listener.began(taskId, run);
    const changed = (): void => this.#listener.progressed(taskId, run);
    changed();
    const one = task<(item: readonly [number, unknown]) => unknown>(url, "callOne", functionName);
    await run.run({ executor, slots: Math.max(1, slots()), one, signal, changed, within });
    changed();
    if (signal.aborted) throw new CancelledError("the map was stopped");
    return run.results;
  }

  #remember(taskId: string, run: MapRun): void {
    this.#runs.set(taskId, run);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= remembered) break;
      this.#runs.delete(oldest);
    }
  }
}
