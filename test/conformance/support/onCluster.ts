/** The third ground of the rows: a real server and a real worker, which runs its tasks in threads. */
import assert from "node:assert/strict";
import type { PoolExecutor } from "concurrent-futures";
import { ClusterExecutor, ClusterWorker } from "../../../src/cluster/index.js";
import { RedisServer, serverProgram } from "../../cluster/support/redisServer.js";
import { skip } from "../../support/skip.js";
import type { Make } from "./conformance.js";

/** Whether this run is about the cluster alone. */
export const isAboutCluster = process.env["FUTURES_CONFORMANCE"] === "cluster";

let server: RedisServer | undefined;
let made = 0;

if (isAboutCluster) {
  before(async function () {
    if (serverProgram() !== undefined) server = await RedisServer.start();
    else if (process.env["CI"]) throw new Error("there is no redis-server and no valkey-server");
    else skip(this, "there is no redis-server and no valkey-server");
  });
  after(() => server?.stop());
}

/** Executors with a worker of their own each. @param act gets what makes them; afterwards all is shut down. */
export async function withClusters(act: (make: Make) => Promise<void>): Promise<void> {
  const { url } = server as RedisServer;
  const executors: ClusterExecutor[] = [];
  const workers: Promise<ClusterWorker>[] = [];
  const make: Make = ({ maxWorkers = 2, name = "cluster", onOutput } = {}) => {
    made += 1;
    const queue = `conformance-${process.pid}-${made}`;
    const worker = new ClusterWorker(
      { connection: url, queue, insecure: true, kind: "threads", slots: maxWorkers, name: queue, onLog: () => {} },
      new URL("../../../dist/futures/index.js", import.meta.url).href,
    );
    workers.push(worker.start().then(() => worker));
    const executor = new ClusterExecutor({ connection: url, queue, insecure: true, name, onOutput });
    executors.push(executor);
    // A row that needs more of a pool than an executor has does not run here, but for those that ask at the end whether a worker is left: it has none of its own.
    return Object.defineProperty(executor, "workers", { value: () => [] }) as unknown as PoolExecutor;
  };
  try {
    await act(make);
    for (const executor of executors) {
      await executor.shutdown();
      assert.deepEqual(executor.stats(), { waiting: 0, sent: 0, running: 0 });
    }
  } finally {
    await Promise.allSettled(executors.map((executor) => executor.shutdown({ cancelFutures: true, timeout: 1_000 })));
    await Promise.allSettled(workers.map(async (worker) => (await worker).kill()));
  }
}
