import type { ClusterExecutor } from "../../cluster/index.js";
import type { PoolEvents, TaskOutput } from "../../futures/index.js";
import type { ClusterSettings } from "../../protocol/messages.js";
import type { ClusterDescription } from "../../protocol/values.js";
import { Cluster } from "./cluster.js";
import { ClusterSettingError, clusterOptionsOf } from "./clusterOptions.js";

export interface ClustersListener {
  taskSubmit(...args: PoolEvents["taskSubmit"]): void;
  taskStart(...args: PoolEvents["taskStart"]): void;
  output(output: TaskOutput): void;
  /** What `describe` gives has changed. */
  workersChange(): void;
  /** For the log. */
  problem(text: string): void;
}

/** ms that tasks on other machines have to take note of the kernel's end. */
const lastWords = 1_000;

/** The clusters of a kernel. An executor is made at the first use of its cluster; with other settings another takes its place, and it ends when its tasks have. */
export class Clusters {
  readonly #listener: ClustersListener;
  #settings: ReadonlyMap<string, ClusterSettings> = new Map();
  #folder = "";
  #isWatched = false;
  readonly #current = new Map<string, Cluster>();
  /** Executors that have not ended. */
  readonly #all = new Set<ClusterExecutor>();

  constructor(listener: ClustersListener) {
    this.#listener = listener;
  }

  /** @param folder from which the paths of keys go on. @param isWatched somebody looks at the workers. */
  configure(settings: readonly ClusterSettings[], folder: string, isWatched: boolean): void {
    const before = this.#settings;
    this.#settings = new Map(settings.map((one) => [one.name, one]));
    this.#folder = folder;
    this.#isWatched = isWatched;
    for (const [name, cluster] of this.#current) {
      if (JSON.stringify(this.#settings.get(name)) === JSON.stringify(before.get(name))) cluster.watch(isWatched);
      else this.#forget(name, cluster);
    }
  }

  /**
   * The cluster of that name, for a submission now.
   * @throws ClusterSettingError if there is none, or it cannot be what it is set to be.
   */
  async get(name: string): Promise<Cluster> {
    // BullMQ is loaded later still, with the first connection.
    const { ClusterExecutor: Executor } = await import("../../cluster/index.js");
    const known = this.#current.get(name);
    if (known && !known.executor.broken) {
      known.use();
      return known;
    }
    if (known) this.#forget(name, known); // the server may be there again
    const cluster = this.#make(name, Executor);
    this.#current.set(name, cluster);
    cluster.watch(this.#isWatched);
    cluster.use();
    return cluster;
  }

  describe(): ClusterDescription[] {
    return [...this.#current.values()].map((cluster) => cluster.describe());
  }

  /** Drops what is pending, and resolves when those that run have been told to stop; their signals have to be aborted already. */
  async end(): Promise<void> {
    const ends = [...this.#all].map((executor) => executor.shutdown({ cancelFutures: true, timeout: lastWords }));
    await Promise.allSettled(ends);
  }

  #make(name: string, Executor: typeof ClusterExecutor): Cluster {
    const settings = this.#settings.get(name);
    if (!settings) throw new ClusterSettingError(name, "there is no such cluster any more");
    let executor: ClusterExecutor;
    try {
      executor = new Executor({
        ...clusterOptionsOf(settings, this.#folder, process.env),
        onOutput: (output) => this.#listener.output(output),
      });
    } catch (error) {
      if (error instanceof ClusterSettingError) throw error;
      throw new ClusterSettingError(name, error instanceof Error ? error.message : String(error));
    }
    this.#all.add(executor);
    executor.events.on("taskSubmit", (...args) => this.#listener.taskSubmit(...args));
    executor.events.on("taskStart", (...args) => this.#listener.taskStart(...args));
    return new Cluster(executor, {
      changed: () => this.#listener.workersChange(),
      failed: (problem) => this.#listener.problem(`cluster ${name}: ${problem}`),
    });
  }

  #forget(name: string, cluster: Cluster): void {
    this.#current.delete(name);
    const gone = (): unknown => this.#all.delete(cluster.executor);
    void cluster.end().then(gone, gone);
    this.#listener.workersChange();
  }
}
