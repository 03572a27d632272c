import { BrokenExecutor, FuturesError } from "../futures/index.js";

/** The executor has lost its server for longer than `connectTimeout`, or never found it: every open future fails with one of these. */
export class BrokenCluster extends BrokenExecutor {
  override name = "BrokenCluster";
}

/** Options of a cluster that cannot work, or would not be safe; the message says which and what to do. Never holds a key or a password. */
export class ClusterConfigError extends FuturesError {
  override name = "ClusterConfigError";
  override readonly code = "ERR_FUTURES_CLUSTER_CONFIG";
}

/** Something came over the queue that nobody has signed whom this side trusts. It was not read. */
export class NotTrustedError extends FuturesError {
  override name = "NotTrustedError";
  override readonly code = "ERR_FUTURES_NOT_TRUSTED";
}

/** A task was taken by a worker that is gone, or has come to nothing in another way that nobody can tell; it was not run again, or too often. */
export class TaskLostError extends BrokenExecutor {
  override name = "TaskLostError";
  override readonly code = "ERR_FUTURES_TASK_LOST";
}
