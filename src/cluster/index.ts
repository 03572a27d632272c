/** `concurrent-futures/cluster`: executors whose workers are on other machines. The public surface, nothing else. */
export type { ConnectionOptions } from "./engine/connection.js";
export { BrokenCluster, ClusterConfigError, NotTrustedError, TaskLostError } from "./errors.js";
export { ClusterExecutor, type ClusterStats, type RemoteWorker } from "./executor/clusterExecutor.js";
export type { ClusterOptions } from "./executor/clusterOptions.js";
export type { IdentityOptions } from "./security/identity.js";
export { generateKeys } from "./security/keys.js";
export { ClusterWorker, type ClusterWorkerOptions } from "./worker/clusterWorker.js";
