import { monotonicNow } from "../../futures/clock.js";
import type { JobState } from "../engine/engine.js";
import type { ClusterTask } from "./clusterTask.js";

/** ms between two rounds, and of silence after which a task is asked about. */
const every = 1_000;
/** Tasks of one round: that takes the server some 30 ms. */
const most = 500;

export interface ReconcilerParts {
  /** Those that are in the queue. */
  tasks(): Iterable<ClusterTask>;
  stateOf(id: string): Promise<JobState>;
  found(task: ClusterTask, state: JobState): void;
}

/** Asks the queue about tasks that nothing was heard of: what workers tell at once may be lost on its way. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /** @param needed whether there are tasks in the queue. */
  run(needed: boolean): void {
    if (needed) this.#timer ??= setInterval(() => void this.#ask(), every);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const now = monotonicNow();
      const silent: ClusterTask[] = [];
      for (const task of this.#parts.tasks()) {
        if (now - task.heardOf > every) silent.push(task);
        if (silent.length >= most) break;
      }
      await Promise.all(
        silent.map(async (task) => {
          task.heardOf = now; // so that the others have their turn in the next round
          this.#parts.found(task, await this.#parts.stateOf(task.id));
        }),
      );
    } catch {
      // No connection: there will be another round.
    } finally {
      this.#isAsking = false;
    }
  }
}
