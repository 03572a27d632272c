import assert from "node:assert/strict";
import { TaskLostError } from "../../src/cluster/index.js";
import { until } from "../host/waiting.mjs";
import { skip } from "../support/skip.js";
import { Cluster } from "./support/cluster.js";
import { Daemon } from "./support/daemon.js";
import { NetworkHost } from "./support/networkHost.js";
import { remote } from "./support/remote.js";

describe("a worker on another host that is cut off", function () {
  this.timeout(90_000);
  let host: NetworkHost | undefined;
  let cluster: Cluster;
  const daemons: Daemon[] = [];
  beforeEach(async function () {
    host = NetworkHost.make();
    if (!host) skip(this, "a network of its own is made by root alone, with the command ip");
    cluster = await Cluster.start(this, { more: ["--bind", `127.0.0.1 ${host.here}`, "--protected-mode", "no"] });
  });
  afterEach(async () => {
    await Promise.all(daemons.splice(0).map((daemon) => daemon.end("SIGKILL")));
    await cluster?.stop();
    host?.remove();
  });

  const far = async (): Promise<Daemon> => {
    const { prefix, here } = host as NetworkHost;
    const args = cluster.workerArguments("--threads", "1", "--allow-plaintext", "--name", "far");
    args[1] = `redis://${here}:${cluster.server.port}`;
    const daemon = new Daemon(args, {}, prefix);
    daemons.push(daemon);
    await daemon.says(/: ready$/m);
    return daemon;
  };

  it("takes tasks from there, and none while it is cut off; its task is told as lost", async () => {
    await far();
    const executor = cluster.executor();
    assert.equal(await executor.submit(remote.add, 1, 2).result(), 3);
    const held = executor.submit(remote.later, 60_000, 1);
    await until("it to run there", () => held.running());
    host?.cut(true);
    await cluster.worker("--threads", "1");
    const error = await held.exception();
    assert.ok(error instanceof TaskLostError, String(error));
    assert.equal(await executor.submit(remote.add, 2, 3).result(), 5, "the other worker goes on");
  });

  it("runs the task elsewhere with retries, settles it once, and works on when the network is back", async () => {
    const daemon = await far();
    const executor = cluster.executor({ retries: 1 });
    let settled = 0;
    const task = executor.submit(remote.later, 8_000, "done");
    task.addDoneCallback(() => (settled += 1));
    await until("it to run there", () => task.running());
    host?.cut(true);
    const near = await cluster.worker("--threads", "1");
    assert.equal(await task.result(60_000), "done");
    host?.cut(false);
    await daemon.says(/lost the hold of task/);
    await near.end("SIGKILL");
    assert.equal(await executor.submit(remote.later, 10, "there again").result(30_000), "there again");
    assert.equal(settled, 1);
  });
});
