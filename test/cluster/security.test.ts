import assert from "node:assert/strict";
import { type Job, Queue } from "bullmq";
import type { Future } from "concurrent-futures";
import { ClusterConfigError, ClusterExecutor, generateKeys, NotTrustedError } from "../../src/cluster/index.js";
import { until } from "../host/waiting.mjs";
import { Cluster } from "./support/cluster.js";
import { Daemon } from "./support/daemon.js";
import { remote } from "./support/remote.js";

const errorOf = async (future: Future<unknown>): Promise<Error> => (await future.exception()) as Error;

describe("who may run what on a cluster", function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let daemon: Daemon;
  let queue: Queue;
  before(async function () {
    cluster = await Cluster.start(this);
    daemon = await cluster.worker("--threads", "2");
    queue = new Queue(cluster.queue, { connection: { host: "127.0.0.1", port: cluster.server.port }, prefix: "futures" });
  });
  after(async () => {
    await queue?.close();
    await cluster?.stop();
  });

  /** The task that was submitted while the queue takes none. */
  const waitingJob = async (): Promise<{ readonly id: string; readonly data: string; readonly job: Job }> => {
    let job: Job | undefined;
    await until("a task to be in the queue", async () => {
      [job] = await queue.getJobs(["prioritized", "wait"]);
      return job?.id !== undefined;
    });
    const { id, data } = job as Job;
    return { id: id as string, data: data as string, job: job as Job };
  };

  /** The frame of a task that was submitted and is taken off the queue before a worker takes it: signed, or with a code for each worker. */
  const stolenFrame = async (kind: "signed" | "paired"): Promise<{ readonly id: string; readonly frame: string }> => {
    await queue.pause();
    try {
      const executor = cluster.executor(kind === "signed" ? { orphans: "keep" } : {});
      await executor.workers();
      executor.submit(remote.add, 1, 2);
      const { id, data: frame, job } = await waitingJob();
      await job.remove();
      return { id, frame };
    } finally {
      await queue.resume();
    }
  };

  it("refuses a submitter whose key it was not given, says so on both sides, and goes on", async () => {
    const stranger = generateKeys("stranger");
    const executor = cluster.executor({ key: stranger.privateKey });
    const error = await errorOf(executor.submit(remote.add, 1, 2));
    assert.ok(error instanceof NotTrustedError, String(error));
    assert.match(error.message, /refused by .*: the key [0-9a-f]{16} is not among the 1 that are trusted/);
    await daemon.says(/refused task \S+-1: the key [0-9a-f]{16} is not among the 1 that are trusted/);
    assert.equal(await cluster.executor().submit(remote.add, 1, 2).result(), 3);
  });

  const mistrust = { signed: "the signature of the key", paired: "its code is not that of this content" } as const;

  for (const kind of ["signed", "paired"] as const)
    it(`refuses what is not signed, what was changed by a byte, and what was made for another task, unread (${kind})`, async () => {
      const { id, frame } = await stolenFrame(kind);
      const bytes = Buffer.from(frame, "base64");
      assert.equal(bytes[0], kind === "signed" ? 1 : 3);
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed.at(-1) ?? 0) ^ 1, changed.length - 1);
      const unsigned = Buffer.concat([Buffer.alloc(73), bytes.subarray(73)]);
      for (const [jobId, data, said] of [
        [id, changed, mistrust[kind]],
        [id, unsigned, "it is not signed"],
        [`${id}0`, bytes, mistrust[kind]],
        [`x-1-${kind}`, Buffer.from("no frame at all"), "it is no frame of this version"],
        [`x-2-${kind}`, Buffer.alloc(0), "it is no frame of this version"],
      ] as const) {
        const job = await queue.add("planted", data.toString("base64"), { jobId });
        await daemon.says(new RegExp(`refused task ${jobId}: ${said}`));
        for (let state = ""; state !== "failed"; ) state = await job.getState();
        await job.remove();
      }
    });

  it("refuses a task with a code where any byte of it was changed", async () => {
    const { id, frame } = await stolenFrame("paired");
    const bytes = Buffer.from(frame, "base64");
    const head = 10 + 8 + 32; // with one receiver
    for (let at = 0; at < bytes.length; at += at < head ? 1 : 97) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed[at] ?? 0) ^ 0x10, at);
      const jobId = `${id.slice(0, id.lastIndexOf("-"))}-${1_000 + at}`;
      const job = await queue.add("planted", changed.toString("base64"), { jobId });
      await daemon.says(new RegExp(`refused task ${jobId}: `));
      for (let state = ""; state !== "failed"; ) state = await job.getState();
      await job.remove();
    }
  });

  it("runs a task that has no code for the worker that takes it, when its submitter says that it is its own", async () => {
    const executor = cluster.executor();
    await executor.workers();
    await queue.pause();
    const future = executor.submit(remote.add, 20, 22);
    const { data } = await waitingJob();
    assert.equal(Buffer.from(data, "base64")[0], 3, "it has codes");
    await cluster.endWorkers();
    daemon = await cluster.worker("--threads", "2"); // with another key for secrets of two
    await queue.resume();
    assert.equal(await future.result(), 42);
    assert.equal(await executor.submit(remote.add, 1, 2).result(), 3);
  });

  it("refuses what was put in the place of such a task, and what nobody is there to speak for", async () => {
    const executor = cluster.executor();
    await executor.workers();
    await queue.pause();
    const future = executor.submit(remote.add, 1, 2);
    const { id: jobId, data, job } = await waitingJob();
    const changed = Buffer.from(data, "base64");
    changed.writeUInt8((changed.at(-1) ?? 0) ^ 1, changed.length - 1);
    await job.remove();
    await queue.add("planted", changed.toString("base64"), { jobId });
    await cluster.endWorkers();
    daemon = await cluster.worker("--threads", "2");
    await queue.resume();
    assert.match((await errorOf(future)).message, /refused by .*: its submitter has sent another with this id/);
    await executor.shutdown();
    await queue.add("planted", data, { jobId: `${jobId}0` });
    await daemon.says(new RegExp(`refused task ${jobId}0: the program that has submitted the task is gone`));
  });

  it("refuses a task with codes that was put in the place of a signed one", async () => {
    const { frame } = await stolenFrame("paired");
    await queue.pause();
    const future = cluster.executor({ orphans: "keep" }).submit(remote.add, 1, 2);
    const { id: jobId, job } = await waitingJob();
    await job.remove();
    await queue.add("planted", frame, { jobId });
    await cluster.endWorkers();
    daemon = await cluster.worker("--threads", "2");
    await queue.resume();
    assert.match((await errorOf(future)).message, /refused by .*: its submitter has sent another with this id/);
  });

  it("does not run a task a second time that is put into the queue again", async () => {
    const { readFileSync } = await import("node:fs");
    const file = `${cluster.folder}/runs`;
    await queue.pause();
    const executor = cluster.executor();
    const future = executor.submit(async (name: string) => {
      const { appendFileSync } = await import("node:fs");
      appendFileSync(name, "x");
    }, file);
    const { id: jobId, data } = await waitingJob();
    await queue.resume();
    await future.result();
    await until("the job to be finished", async () => (await queue.getJobState(jobId)) === "completed");
    await queue.remove(jobId);
    const again = await queue.add("again", data, { jobId });
    await until("it to be finished again", async () => (await again.getState()) === "completed");
    assert.equal(readFileSync(file, "utf8"), "x");
  });

  it("refuses a task for another queue of the same keys", async () => {
    const { id, frame } = await stolenFrame("signed");
    const paired = await stolenFrame("paired");
    const other = new Daemon(cluster.workerArguments("--threads", "1").map((arg) => (arg === cluster.queue ? `${cluster.queue}-b` : arg)));
    await other.says(/: ready$/m);
    const otherQueue = new Queue(`${cluster.queue}-b`, { connection: { host: "127.0.0.1", port: cluster.server.port }, prefix: "futures" });
    await otherQueue.add("moved", frame, { jobId: id });
    await other.says(new RegExp(`refused task ${id}: the signature of the key`));
    await otherQueue.add("moved", paired.frame, { jobId: paired.id });
    await other.says(new RegExp(`refused task ${paired.id}: the program that has submitted the task is gone`));
    await otherQueue.close();
    await other.end();
  });

  it("does not take results of a worker whose key the submitter was not given", async () => {
    const executor = cluster.executor({ trust: [generateKeys("somebody").publicKey] });
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(`${warning.name} ${warning.message}`);
    process.on("warning", listen);
    const future = executor.submit(remote.add, 1, 2);
    await assert.rejects(future.result(3_000));
    process.off("warning", listen);
    assert.equal(future.done(), false);
    assert.match(warnings.join("\n"), /ClusterWarning .* did not read a message: the key [0-9a-f]{16} is not among the 1 that are trusted/);
    assert.deepEqual(await executor.workers(), [], "nor what it tells of itself");
    future.cancel();
  });

  it("does not run a program that was changed on the server", async () => {
    const executor = cluster.executor();
    const { task } = await import("concurrent-futures");
    const file = cluster.write("planted.mjs", "export const f = () => 'as it was written';\n");
    const f = task<() => string>(new URL(`file://${file}`), "f");
    await cluster.worker("--threads", "1");
    assert.equal(await executor.submit(f).result(), "as it was written");
    await cluster.endWorkers();
    await cluster.server.client(async (client) => {
      for (const key of await client.keys("futures:program:*")) await client.set(key, "something else", "PX", 60_000);
    });
    daemon = await cluster.worker("--threads", "2");
    assert.match((await errorOf(executor.submit(f))).message, /is something else: it was changed, or damaged/);
  });

  it("needs keys, or a server of this machine and the word that it is to go without", () => {
    const { connection, queue: name } = cluster.options();
    const refusal = (more: object): string => {
      try {
        new ClusterExecutor({ connection, queue: name, ...more });
      } catch (error) {
        assert.ok(error instanceof ClusterConfigError, String(error));
        return error.message;
      }
      return "";
    };
    const { privateKey, publicKey } = generateKeys("me");
    assert.match(refusal({}), /key and trust have to be given.*futures keygen FILE.*insecure: true/);
    assert.match(refusal({ key: privateKey }), /key and trust/);
    assert.match(refusal({ key: privateKey, trust: [] }), /trust names no key/);
    assert.match(refusal({ key: privateKey, trust: [publicKey, "ssh-rsa AAAA me"] }), /line 2 of the trusted keys is none/);
    assert.match(refusal({ key: "/no/such/file", trust: [publicKey] }), /the file of key cannot be read: ENOENT \/no\/such\/file/);
    assert.match(refusal({ key: privateKey.replace(/[A-Z]/g, "x"), trust: [publicKey] }), /no private key in PEM form/);
    assert.match(refusal({ key: privateKey, trust: [publicKey], insecure: true }), /with insecure: true there are no keys/);
    assert.match(refusal({ connection: "rediss://elsewhere:1", insecure: true }), /insecure: true is for a server of this machine/);
    assert.match(
      refusal({ connection: "redis://elsewhere:1", key: privateKey, trust: [publicKey] }),
      /elsewhere:1 is another machine, and redis:\/\/ is read by everybody/,
    );
    assert.match(refusal({ connection: "http://x" }), /has to begin with redis:\/\/ or rediss:\/\//);
    assert.match(refusal({ connection: "nothing" }), /connection has to be a URL/);
    assert.equal(refusal({ connection: "redis://elsewhere:1", key: privateKey, trust: [publicKey], allowPlaintext: true }), "");
  });

  it("tells nobody a password or a key", async () => {
    const { privateKey, publicKey } = generateKeys("me");
    const executor = new ClusterExecutor({
      connection: `redis://user:hunter2@127.0.0.1:${cluster.server.port}`,
      queue: cluster.queue,
      key: privateKey,
      trust: [publicKey],
      connectTimeout: 1_000,
    });
    const error = await errorOf(executor.submit(remote.add, 1, 2));
    assert.match(error.message, /WRONGPASS|without any password|has not answered/);
    const { inspect } = await import("node:util");
    const shown = inspect(error, { depth: 10 }) + inspect(executor, { depth: 10, showHidden: true });
    assert.ok(!shown.includes("hunter2") && !shown.includes(privateKey.split("\n")[1] as string));
    const worker = new Daemon(["--connection", `redis://user:hunter2@127.0.0.1:1`, "--queue", "q", "--threads", "1", "--insecure"]);
    await worker.says(/ECONNREFUSED/).catch(() => {});
    await worker.end("SIGKILL");
    assert.ok(!worker.stderr.includes("hunter2"));
  });
});
