import type { ValueNode, ValueStep } from "../../protocol/questions.js";
import { type ClusterId, clusterId, type ExecutorKind } from "../../protocol/values.js";

/** What stands in the tree. Nodes hold ids; what they show is looked up when it is shown. */
export type TreeNode = KernelNode | ExecutorNode | WorkerNode | ClusterNode | RemoteWorkerNode | TasksNode | GroupNode | TaskNode | ValuePartNode;

/** Only when several kernels have executors. */
export interface KernelNode {
  readonly kind: "kernel";
  readonly id: string;
  readonly kernel: string;
}
export interface ExecutorNode {
  readonly kind: "executor";
  readonly id: string;
  readonly kernel: string;
  readonly executor: ExecutorKind;
}
export interface WorkerNode {
  readonly kind: "worker";
  readonly id: string;
  readonly kernel: string;
  readonly executor: ExecutorKind;
  readonly worker: string;
}
/** Fits what "Select Executor" takes. */
export interface ClusterNode {
  readonly kind: "cluster";
  readonly id: string;
  readonly kernel: string;
  readonly executor: ClusterId;
  readonly cluster: string;
}
export interface RemoteWorkerNode {
  readonly kind: "remoteWorker";
  readonly id: string;
  readonly kernel: string;
  readonly cluster: string;
  readonly worker: string;
}
export interface TasksNode {
  readonly kind: "tasks";
  readonly id: "tasks";
}
/** Tasks of one state, or of one function: see `groupOf`. */
export interface GroupNode {
  readonly kind: "group";
  readonly id: string;
  readonly group: string;
}
/** Fits `TaskReference`: the menus hand the node itself to the command. */
export interface TaskNode {
  readonly kind: "task";
  readonly id: string;
  readonly taskId: string;
}

/** A part of a task's value. */
export interface ValuePartNode {
  readonly kind: "value";
  readonly id: string;
  readonly taskId: string;
  /** From the whole value. */
  readonly path: readonly ValueStep[];
  readonly part: ValueNode;
  /** For `futures.copyNodeValue`, which is handed the node itself. */
  readonly text: string;
}

/** One object per id, as the editor recognises a node by the object. */
export class TreeNodes {
  readonly #nodes = new Map<string, TreeNode>();

  readonly tasks: TasksNode = { kind: "tasks", id: "tasks" };

  kernel(kernel: string): KernelNode {
    return this.#once({ kind: "kernel", id: `kernel ${kernel}`, kernel });
  }

  executor(kernel: string, executor: ExecutorKind): ExecutorNode {
    return this.#once({ kind: "executor", id: `${executor} ${kernel}`, kernel, executor });
  }

  worker(kernel: string, executor: ExecutorKind, worker: string): WorkerNode {
    return this.#once({ kind: "worker", id: `${worker} ${executor} ${kernel}`, kernel, executor, worker });
  }

  cluster(kernel: string, cluster: string): ClusterNode {
    return this.#once({ kind: "cluster", id: `cluster ${cluster} ${kernel}`, kernel, executor: clusterId(cluster), cluster });
  }

  remoteWorker(kernel: string, cluster: string, worker: string): RemoteWorkerNode {
    return this.#once({ kind: "remoteWorker", id: `${worker} cluster ${cluster} ${kernel}`, kernel, cluster, worker });
  }

  group(group: string): GroupNode {
    return this.#once({ kind: "group", id: `group ${group}`, group });
  }

  task(taskId: string): TaskNode {
    return this.#once({ kind: "task", id: `task ${taskId}`, taskId });
  }

  /** Forgets the node of a task that is no longer kept. */
  deleteTask(taskId: string): void {
    this.#nodes.delete(`task ${taskId}`);
  }

  #once<T extends TreeNode>(node: T): T {
    const known = this.#nodes.get(node.id);
    if (known) return known as T;
    this.#nodes.set(node.id, node);
    return node;
  }
}
