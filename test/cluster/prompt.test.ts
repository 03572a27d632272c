import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { until } from "../host/waiting.mjs";
import { Cluster } from "./support/cluster.js";
import { remote } from "./support/remote.js";

/** By the number of their keys. */
const scripts: Readonly<Record<string, string>> = { 3: "drop", 11: "take", 14: "finish" };

describe("a worker between two tasks", function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let client: Redis;
  before(async function () {
    cluster = await Cluster.start(this);
    client = new Redis(cluster.server.url);
  });
  afterEach(() => cluster.endWorkers());
  after(async () => {
    client?.disconnect();
    await cluster?.stop();
  });

  const key = (name: string): string => `futures:${cluster.queue}:${name}`;

  it("ends one, waits and takes the next in one write, in that order", async () => {
    await cluster.worker("--threads", "1");
    const executor = cluster.executor();
    assert.equal(await executor.submit(remote.add, 0, 1).result(), 1);
    const said: { readonly from: string; readonly command: string }[] = [];
    const monitor = await client.monitor();
    monitor.on("monitor", (_time: string, [name = "", , count = "", ...keys]: string[], from: string) => {
      if (name.toLowerCase() === "bzpopmin") said.push({ from, command: "wait" });
      else if (name.toLowerCase().startsWith("eval") && keys[0]?.startsWith(key(""))) said.push({ from, command: scripts[count] ?? "" });
    });
    const ofWaiting = (): string[] =>
      said.filter(({ from }) => from === said.find(({ command }) => command === "wait")?.from).map(({ command }) => command);
    try {
      for (let n = 0; n < 3; n += 1) {
        await delay(20); // in which the worker has begun to wait
        assert.equal(await executor.submit(remote.add, n, 1).result(), n + 1);
      }
      await until("the last to be ended", () => ofWaiting().join(" ").split("drop finish wait take").length > 3);
    } finally {
      monitor.disconnect();
    }
    assert.equal(ofWaiting().filter((command) => command === "drop").length, 3);
    assert.equal(said.filter(({ command }) => command === "finish").length, 3);
  });

  it("leaves it to BullMQ where it takes several at a time, each of which would wait for another's", async () => {
    await cluster.worker("--threads", "2");
    const executor = cluster.executor();
    const said: string[] = [];
    const monitor = await client.monitor();
    monitor.on("monitor", (_time: string, [name = "", , count = "", ...keys]: string[]) => {
      if (name.toLowerCase().startsWith("eval") && keys[0]?.startsWith(key(""))) said.push(scripts[count] ?? "");
    });
    try {
      for (let n = 0; n < 3; n += 1) assert.equal(await executor.submit(remote.add, n, 1).result(), n + 1);
      await until("the last to be ended", () => said.filter((command) => command === "finish").length === 3);
    } finally {
      monitor.disconnect();
    }
    assert.ok(!said.includes("drop"));
  });

  it("takes no more than it has a place for", async () => {
    await cluster.worker("--threads", "1");
    const executor = cluster.executor();
    assert.equal(await executor.submit(remote.add, 1, 2).result(), 3);
    const tasks = [1, 2, 3].map((n) => executor.submit(remote.later, 1_000, n));
    await until("the first to run", () => tasks[0]?.running() === true);
    assert.equal(await client.llen(key("active")), 1);
    await cluster.worker("--threads", "1");
    await until("the second to run elsewhere", () => tasks[1]?.running() === true || tasks[1]?.done() === true);
    assert.deepEqual(await Promise.all(tasks.map((task) => task.result())), [1, 2, 3]);
  });

  it("leaves no mark of tasks that have ended", async () => {
    await cluster.worker("--threads", "1");
    const executor = cluster.executor();
    const sums = await Promise.all([1, 2, 3, 4, 5].map((n) => executor.submit(remote.add, n, n).result()));
    assert.deepEqual(sums, [2, 4, 6, 8, 10]);
    await until("the last to be ended", async () => (await client.llen(key("active"))) === 0);
    await until("the marks to be gone", async () => (await client.zcard(key("marker"))) === 0);
  });

  it("loses none when it is ended between two, gently or not", async () => {
    const executor = cluster.executor();
    for (const signal of ["SIGTERM", "SIGKILL", "SIGTERM", "SIGKILL"] as const) {
      const worker = await cluster.worker("--threads", "1");
      assert.equal(await executor.submit(remote.add, 1, 1).result(), 2);
      const ended = worker.end(signal);
      const next = [2, 3, 4].map((n) => executor.submit(remote.add, n, 1));
      await ended;
      await cluster.worker("--threads", "1");
      const outcomes = await Promise.all(next.map((future) => future.exception()));
      if (signal === "SIGTERM") assert.deepEqual(outcomes, [undefined, undefined, undefined]);
      // One may have been on its way to the worker that was killed, and is told as lost.
      const lost = outcomes.filter((error) => error !== undefined);
      assert.ok(lost.length <= 1, String(lost));
      for (const error of lost) assert.match(String(error), /TaskLostError: a worker was lost while it had this task/);
      await cluster.endWorkers();
    }
  });

  it("shares the work with others, none of which sleeps over it", async () => {
    for (let n = 0; n < 3; n += 1) await cluster.worker("--threads", n === 0 ? "1" : "2");
    const executor = cluster.executor();
    for (let round = 0; round < 40; round += 1) {
      const size = 1 + (round % 7);
      const sums = Array.from({ length: size }, (_, n) => executor.submit(remote.add, round, n).result(4_000)); // a wait on the server ends after 5 s
      assert.deepEqual(
        await Promise.all(sums),
        Array.from({ length: size }, (_, n) => round + n),
      );
      if (round % 3 === 0) await delay(round * 4);
    }
  });
});
