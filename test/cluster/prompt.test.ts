import assert from "node:assert/strict";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { until } from "../host/waiting.mjs";
import { Cluster } from "./support/cluster.js";
import { remote } from "./support/remote.js";

/** By the number of their keys. */
const scripts: Readonly<Record<string, string>> = { 3: "drop", 11: "take", 14: "finish" };

interface Said {
  /** Address of the client. */
  readonly from: string;
  readonly command: string;
  /** ms, by the server's clock. */
  readonly at: number;
}

/** Hears what clients send to the server of that queue. By a socket of its own: ioredis trips over what comes together with the answer to MONITOR. */
async function listen(port: number, prefix: string): Promise<{ readonly said: readonly Said[]; close(): void }> {
  const said: Said[] = [];
  const socket = connect(port, "127.0.0.1");
  const lines = createInterface({ input: socket });
  const heard = new Promise<void>((resolve) => lines.once("line", () => resolve()));
  lines.on("line", (line) => {
    const [, time, from = "", name = "", rest = ""] = /^\+([\d.]+) \[\d+ (\S+)\] "(\w+)"(.*)$/.exec(line) ?? [];
    const [, count = "", first = ""] = /^ "\w+" "(\d+)" "([^"]*)"/.exec(rest) ?? [];
    const command = name === "bzpopmin" ? "wait" : name.startsWith("eval") && first.startsWith(prefix) ? scripts[count] : undefined;
    if (command) said.push({ from, command, at: Number(time) * 1_000 });
  });
  socket.write("MONITOR\r\n");
  await heard;
  return { said, close: () => socket.destroy() };
}

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
    const { said, close } = await listen(cluster.server.port, key(""));
    const ofWaiting = (): Said[] => said.filter(({ from }) => from === said.find(({ command }) => command === "wait")?.from);
    const count = (what: string): number => ofWaiting().filter(({ command }) => command === what).length;
    try {
      for (let n = 0; n < 4; n += 1) {
        assert.equal(await executor.submit(remote.add, n, 1).result(), n + 1);
        await until("the worker to wait", () => count("drop") === n + 1 && ofWaiting().at(-1)?.command === "wait");
      }
    } finally {
      close();
    }
    const all = ofWaiting();
    assert.equal(said.filter(({ command }) => command === "finish").length, 4);
    for (const [n, { command }] of all.entries())
      if (command === "drop") assert.deepEqual([all[n + 1]?.command, all[n + 2]?.command], ["finish", "wait"]);
    // A mark of the task that has ended would end the wait at once, for nothing.
    for (const [n, { command, at }] of all.entries())
      if (command === "take" && all[n + 1]?.command === "wait") assert.ok(at - (all[n - 1]?.at ?? 0) > 90, "it was woken, and there was no task");
  });

  it("leaves it to BullMQ where it takes several at a time, each of which would wait for another's", async () => {
    await cluster.worker("--threads", "2");
    const executor = cluster.executor();
    assert.equal(await executor.submit(remote.add, 0, 1).result(), 1); // scripts go by their names from then on
    const { said, close } = await listen(cluster.server.port, key(""));
    try {
      for (let n = 0; n < 3; n += 1) assert.equal(await executor.submit(remote.add, n, 1).result(), n + 1);
      await until("the last to be ended", () => said.filter(({ command }) => command === "finish").length === 3);
    } finally {
      close();
    }
    assert.ok(!said.some(({ command }) => command === "drop"));
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
