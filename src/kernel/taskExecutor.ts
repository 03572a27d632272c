import type { PoolExecutor } from "../futures/index.js";

/** What a submission needs of whatever runs it, on this machine or on others. */
export type TaskExecutor = Pick<PoolExecutor, "schedule" | "map">;
