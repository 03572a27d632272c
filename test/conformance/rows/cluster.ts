/** Rows that cannot hold on a cluster, and why; every other row about executors runs there. */
export const notOnCluster: Readonly<Record<string, string>> = {};
