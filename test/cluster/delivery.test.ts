import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Future, wait } from "concurrent-futures";
import { BrokenCluster, TaskLostError } from "../../src/cluster/index.js";
import { until } from "../host/waiting.mjs";
import { Cluster } from "./support/cluster.js";
import { RedisServer } from "./support/redisServer.js";
import { remote } from "./support/remote.js";

const started = (future: Future<unknown>): Promise<unknown> => until("the task to run", () => future.running() || future.done());
const errorOf = async (future: Future<unknown>): Promise<Error> => (await future.exception()) as Error;

describe("what a cluster delivers", function () {
  this.timeout(90_000);
  let cluster: Cluster;
  beforeEach(async function () {
    cluster = await Cluster.start(this, { isDurable: true });
  });
  afterEach(() => cluster?.stop());

  it("loses no future of a burst of 30,000 submissions, and settles each once", async function () {
    this.timeout(170_000); // each is signed twice, and opened twice
    await cluster.worker("--threads", "4");
    const executor = cluster.executor();
    let settled = 0;
    const futures = Array.from({ length: 30_000 }, (_, n) => executor.submit(Math.abs, -n));
    for (const future of futures) future.addDoneCallback(() => (settled += 1));
    const { notDone } = await wait(futures, { timeout: 150_000 });
    assert.equal(notDone.size, 0);
    assert.equal(settled, 30_000);
    const wrong = futures.flatMap((future, n) => (isDeepStrictEqual(future.peek(), { kind: "value", value: n }) ? [] : [[n, future.peek()]]));
    assert.deepEqual(wrong, []);
  });

  it("finds results that were told while nobody listened, by asking the queue", async () => {
    await cluster.worker("--threads", "2");
    const executor = cluster.executor();
    await executor.submit(remote.add, 1, 1).result();
    const futures = Array.from({ length: 50 }, (_, n) => executor.submit(remote.later, 300, n));
    // What is told goes nowhere: the channels of submitters have no listeners.
    await cluster.server.client(async (client) => client.call("CLIENT", "KILL", "TYPE", "PUBSUB", "SKIPME", "yes"));
    assert.deepEqual(
      await Promise.all(futures.map((future) => future.result(30_000))),
      futures.map((_, n) => n),
    );
  });

  it("fails a task whose worker was killed with it, clearly, since it may have run in part", async () => {
    const worker = await cluster.worker("--processes", "1");
    const executor = cluster.executor();
    const future = executor.submit(remote.forever);
    await started(future);
    await worker.end("SIGKILL");
    await cluster.worker("--processes", "1");
    const error = await errorOf(future);
    assert.ok(error instanceof TaskLostError, String(error));
    assert.match(error.message, /a worker was lost while it had this task/);
  });

  it("runs it again elsewhere with retries", async () => {
    const worker = await cluster.worker("--processes", "1");
    const executor = cluster.executor({ retries: 1 });
    const future = executor.submit(remote.later, 3_000, "again");
    await started(future);
    await worker.end("SIGKILL");
    await cluster.worker("--processes", "1");
    assert.equal(await future.result(30_000), "again");
  });

  it("waits for workers to come, and fails what was not started in time", async () => {
    const executor = cluster.executor();
    const patient = executor.submit(remote.add, 1, 2);
    const impatient = cluster.executor({ startTimeout: 1 }).submit(remote.add, 1, 2);
    await until("the tasks to be in the queue", () => executor.stats().sent === 1);
    await new Promise((resolve) => setTimeout(resolve, 50)); // the time to start is what is tested
    await cluster.worker("--threads", "1");
    assert.equal(await patient.result(), 3);
    assert.match((await errorOf(impatient)).message, /its time to be started was over/);
  });

  it("goes on when the server was killed and is back, with what ran and what waited", async () => {
    await cluster.worker("--threads", "1");
    const executor = cluster.executor();
    const running = executor.submit(remote.later, 3_000, "ran");
    const waiting = executor.submit(remote.later, 10, "waited");
    await started(running);
    await until("both to be in the queue", () => executor.stats().sent === 2);
    await cluster.server.kill();
    const meanwhile = executor.submit(remote.later, 10, "submitted meanwhile");
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // it is away for a while
    await cluster.server.restart();
    assert.deepEqual(await Promise.all([running.result(30_000), waiting.result(30_000), meanwhile.result(30_000)]), [
      "ran",
      "waited",
      "submitted meanwhile",
    ]);
    assert.equal(await executor.submit(remote.add, 2, 3).result(), 5);
  });

  it("fails everything within the time that is stated when the server does not come back, and when it was never there", async () => {
    await cluster.worker("--threads", "1");
    const executor = cluster.executor({ connectTimeout: 4_500 }); // longer than there is between two attempts
    const running = executor.submit(remote.later, 60_000, 1);
    await started(running);
    const waiting = executor.submit(remote.add, 1, 2);
    await cluster.server.kill();
    const began = Date.now();
    for (const error of [await errorOf(running), await errorOf(waiting)]) {
      assert.ok(error instanceof BrokenCluster, String(error));
      assert.match(error.message, /has not been reachable for 4500 ms/);
    }
    assert.ok(Date.now() - began < 8_000);
    assert.throws(() => executor.submit(remote.add, 1, 2), BrokenCluster);
    const never = cluster.executor({ connectTimeout: 500 });
    const error = await errorOf(never.submit(remote.add, 1, 2));
    assert.ok(error instanceof BrokenCluster, String(error));
    assert.match(error.message, /127\.0\.0\.1:\d+ has not answered within 500 ms: connect ECONNREFUSED/);
  });

  it("fails tasks that the server has lost", async () => {
    const executor = cluster.executor();
    const lost = executor.submit(remote.add, 1, 2);
    await until("it to be in the queue", async () =>
      cluster.server.client(async (client) => (await client.keys(`futures:${cluster.queue}:*-1`)).length > 0),
    );
    await cluster.server.client((client) => client.flushall());
    const error = await errorOf(lost);
    assert.ok(error instanceof TaskLostError);
    assert.match(error.message, /the queue does not know the task any more/);
  });

  it("drops what has not started when its program was killed, or keeps it", async () => {
    const marks = ["drop", "keep"].map((orphans) => path.join(cluster.folder, orphans));
    const program = cluster.write(
      "program.mjs",
      `import { ClusterExecutor } from ${JSON.stringify(path.resolve("dist/cluster/index.js"))};
       const options = ${JSON.stringify(cluster.options())};
       for (const orphans of ["drop", "keep"]) {
         const executor = new ClusterExecutor({ ...options, orphans });
         executor.submit(async (file) => { (await import("node:fs")).writeFileSync(file, ""); }, ${JSON.stringify(cluster.folder)} + "/" + orphans);
         while (executor.stats().sent === 0) await new Promise((resolve) => setTimeout(resolve, 5));
         await executor.workers(); // the job is before this question on its way
       }
       console.log("sent"); setInterval(() => {}, 1000);`,
    );
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    // Its signs of life are believed for fifteen seconds.
    await until(
      "its signs of life to end",
      async () => cluster.server.client(async (client) => (await client.keys("*:x:submitter:*")).length === 0),
      30_000,
    );
    await cluster.worker("--threads", "1");
    await until("the one to be run", () => existsSync(marks[1] as string));
    assert.equal(existsSync(marks[0] as string), false);
  });

  it("is known to be there also after a long rest", async () => {
    await cluster.worker("--threads", "1");
    const executor = cluster.executor();
    await executor.submit(remote.add, 1, 2).result();
    // As if it had rested until its last sign of life was over.
    await cluster.server.client(async (client) => client.del(...(await client.keys("*:x:submitter:*"))));
    await new Promise((resolve) => setTimeout(resolve, 3_100)); // signs are not given more often
    assert.equal(await executor.submit(remote.add, 2, 3).result(), 5);
  });

  it("holds the program while there is work, and not when there is none", async () => {
    await cluster.worker("--threads", "1");
    const program = cluster.write(
      "ends.mjs",
      `import { ClusterExecutor } from ${JSON.stringify(path.resolve("dist/cluster/index.js"))};
       const executor = new ClusterExecutor(${JSON.stringify(cluster.options())});
       executor.submit((n) => new Promise((resolve) => setTimeout(resolve, 500, n)), 7).addDoneCallback((future) => console.log(future.peek().value));`,
    );
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
    const [code] = await once(child, "exit");
    assert.deepEqual([code, text], [0, "7\n"]);
  });

  it("runs no task in the worker's own loop: a long loop keeps its hold, and is run once", async () => {
    await cluster.worker("--threads", "1");
    const counter = path.join(cluster.folder, "count");
    const executor = cluster.executor();
    const spin = async (file: string, ms: number): Promise<string> => {
      (await import("node:fs")).appendFileSync(file, "x");
      for (const end = Date.now() + ms; Date.now() < end; );
      return "done";
    };
    assert.equal(await executor.submit(spin, counter, 9_000).result(30_000), "done");
    assert.equal(readFileSync(counter, "utf8"), "x");
  });

  it("is doubted aloud where the server may throw tasks away", async () => {
    const server = await RedisServer.start({ more: ["--maxmemory-policy", "allkeys-lru"] });
    const warned = once(process, "warning") as Promise<[Error]>;
    const executor = cluster.executor({ connection: server.url });
    await executor.workers();
    const [warning] = await warned;
    assert.match(`${warning.name}: ${warning.message}`, /^ClusterWarning: 127\.0\.0\.1:\d+ has the maxmemory-policy allkeys-lru/);
    await executor.shutdown();
    await server.stop();
  });

  it("lets results, programs and jobs expire", async () => {
    await cluster.worker("--threads", "1");
    const executor = cluster.executor({ resultTtl: 1_000 });
    await executor.submit(remote.big, 2_000_000).result();
    const times = await cluster.server.client(async (client) => {
      const blobs = [...(await client.keys("futures:program:*")), ...(await client.keys("futures:value:*"))];
      return Promise.all(blobs.map((key) => client.pttl(key)));
    });
    assert.ok(times.length >= 2 && times.every((time) => time > 0 && time <= 7 * 24 * 3_600_000), String(times));
    assert.ok((await cluster.server.client((client) => client.keys(`futures:${cluster.queue}:${"?".repeat(36)}-*`))).length <= 1);
  });
});
