import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BrokenCluster } from "../../src/cluster/index.js";
import { until } from "../host/waiting.mjs";
import { skip } from "../support/skip.js";
import { type Certificates, makeCertificates } from "./support/certificates.js";
import { Cluster } from "./support/cluster.js";
import { Daemon } from "./support/daemon.js";
import { remote } from "./support/remote.js";

/** What both sides need of a server, and nothing that is dangerous. */
const common = "resetchannels &futures:* -@all +@read +@write +@transaction +@connection +@scripting +@blocking +@pubsub -@dangerous +info";

describe("a cluster over TLS, with users that may do no more than they have to", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), "tls-"));
  let certificates: Certificates;
  let cluster: Cluster;
  before(async function () {
    if (!process.env["CI"] && spawnSync("openssl", ["version"]).status !== 0)
      skip(this, "certificates are made by the command openssl, which is not there");
    certificates = makeCertificates(folder);
    cluster = await Cluster.start(this, { certificates });
    await cluster.server.client(async (client) => {
      await client.call("ACL", "SETUSER", "submitter", "on", ">first", "~futures:*", ...common.split(" "));
      await client.call(
        "ACL",
        "SETUSER",
        "worker",
        "on",
        ">second",
        `~futures:${cluster.queue}:*`,
        "~futures:value:*",
        "%R~futures:program:*",
        ...common.split(" "),
      );
    });
  });
  after(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const connection = (user: string): string => `rediss://${user}@127.0.0.1:${cluster.server.port}`;
  const tls = (): { ca: Buffer; cert: Buffer; key: Buffer } => ({
    ca: readFileSync(certificates.ca),
    cert: readFileSync(certificates.client.cert),
    key: readFileSync(certificates.client.key),
  });

  it("runs tasks, with programs, values and results of any size", async () => {
    const files = ["--ca", certificates.ca, "--cert", certificates.client.cert, "--cert-key", certificates.client.key];
    const args = cluster.workerArguments("--threads", "1", ...files);
    args[1] = connection("worker:second");
    const worker = new Daemon(args);
    await worker.says(/: ready$/m);
    const executor = cluster.executor({ connection: connection("submitter:first"), tls: tls() });
    assert.equal(await executor.submit(remote.add, 1, 2).result(), 3);
    assert.equal((await executor.submit(remote.big, 3_000_000).result()).length, 3_000_000);
    assert.equal(await executor.submit((text: string) => text.length, "x".repeat(1_000_000)).result(), 1_000_000);
    const controller = new AbortController();
    const stopped = executor.schedule(remote.forever, [], { signal: controller.signal });
    await until("it to run", () => stopped.running());
    controller.abort(new Error("enough"));
    assert.match(String(await stopped.exception()), /enough/);
    assert.equal((await executor.workers()).length, 1);
    assert.doesNotMatch(worker.stderr, /NOPERM/);
    await worker.end("SIGKILL");
  });

  it("does not let a worker write a program", async () => {
    await cluster.server.client(async (client) => {
      await client.call("AUTH", "worker", "second");
      await assert.rejects(client.set("futures:program:x", "planted"), /NOPERM/);
      await assert.rejects(client.keys("*"), /NOPERM/);
      await assert.rejects(client.set("elsewhere", "x"), /NOPERM/);
    });
  });

  it("does not connect to a server whose certificate it cannot trust, or without its own, and says why", async () => {
    for (const [options, said] of [
      [{ tls: { cert: tls().cert, key: tls().key } }, /self-signed certificate|unable to (?:get|verify)/],
      [{ tls: { ca: tls().ca } }, /certificate required|has not answered/],
      [{ tls: tls(), connection: connection("submitter:wrong") }, /WRONGPASS|has not answered/],
    ] as const) {
      const executor = cluster.executor({ connection: connection("submitter:first"), connectTimeout: 1_000, ...options });
      const error = await executor.submit(remote.add, 1, 2).exception();
      assert.ok(error instanceof BrokenCluster, String(error));
      assert.match(error.message, said);
    }
  });
});
