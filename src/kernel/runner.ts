import { clusterNameOf, type ExecutorId } from "../protocol/values.js";
import type { Clusters } from "./clusters/clusters.js";
import type { Executors } from "./executors.js";
import type { TaskExecutor } from "./taskExecutor.js";

/** What runs a submission. */
export interface Runner {
  readonly executor: TaskExecutor;
  /** Where the inputs of a map are read: on this machine, whose files they are. */
  readonly reader: TaskExecutor;
  /** Calls that the executor runs at a time, as far as it is known. */
  slots(): number;
}

/** @throws ClusterSettingError if there is no such cluster, or its settings will not do. */
export async function runnerOf(id: ExecutorId, executors: Executors, clusters: Clusters): Promise<Runner> {
  const name = clusterNameOf(id);
  if (name === undefined) {
    const executor = executors.get(id === "processes" ? id : "threads");
    return { executor, reader: executor, slots: () => executor.maxWorkers };
  }
  const cluster = await clusters.get(name);
  return { executor: cluster.executor, reader: executors.get("threads"), slots: () => cluster.slots };
}
