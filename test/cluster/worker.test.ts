import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Future } from "concurrent-futures";
import { until } from "../host/waiting.mjs";
import { Cluster } from "./support/cluster.js";
import { Daemon } from "./support/daemon.js";
import { RedisServer } from "./support/redisServer.js";
import { remote } from "./support/remote.js";

const started = (future: Future<unknown>): Promise<unknown> => until("the task to run", () => future.running() || future.done());
const folderOf = ({ process: { pid } }: Daemon): string | undefined => readdirSync(tmpdir()).find((name) => name.includes(`-${pid}-`));
const futures = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [path.resolve("dist/cli/main.js"), ...args], { encoding: "utf8", env: { ...process.env, FUTURES_CONNECTION: "" } });

describe("futures worker", function () {
  this.timeout(60_000);
  let cluster: Cluster;
  before(async function () {
    cluster = await Cluster.start(this);
  });
  after(() => cluster?.stop());

  it("says what is wrong with its arguments, and takes no task", () => {
    for (const [args, said] of [
      [["--queue", "q"], /there is no server: give --connection/],
      [["--connection", "redis://127.0.0.1"], /there is no queue/],
      [["--connection", "redis://127.0.0.1", "--queue", "q", "--threads", "0"], /has to be from 1 to 9999, and is 0/],
      [["--connection", "redis://127.0.0.1", "--queue", "q", "--threads", "1", "--processes", "1"], /give one of --threads and --processes/],
      [["--connection", "redis://127.0.0.1", "--queue", "q", "--threads", "1"], /key and trust have to be given/],
      [["--connection", "redis://127.0.0.1", "--queue", "a:b", "--insecure"], /a name without colons/],
      [["--what"], /Unknown option '--what'/],
    ] as const) {
      const { status, stderr } = futures("worker", ...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, said);
    }
    assert.match(futures("--help").stderr, /futures worker --queue NAME --trust FILE/);
  });

  it("ends with 1 when there is no server", async () => {
    const worker = new Daemon(["--connection", "redis://127.0.0.1:1", "--queue", "q", "--threads", "1", "--insecure"]);
    await worker.says(/has not answered within 10 s/).catch(() => {});
    assert.equal(worker.process.exitCode ?? (await worker.end("SIGCONT")), 1);
    assert.match(worker.stderr, /connect ECONNREFUSED 127\.0\.0\.1:1/);
  });

  it("lets running tasks end at SIGTERM, takes no new one, and leaves nothing behind", async () => {
    const worker = await cluster.worker("--processes", "1");
    assert.match(folderOf(worker) ?? "", /^futures-worker-/);
    const executor = cluster.executor();
    const running = executor.submit(remote.later, 1_500, "ended");
    await started(running);
    const next = executor.submit(remote.add, 1, 2);
    assert.equal(await worker.end("SIGTERM"), 0);
    assert.equal(await running.result(), "ended");
    assert.equal(next.state, "PENDING");
    assert.equal(folderOf(worker), undefined);
    await cluster.worker("--threads", "1");
    assert.equal(await next.result(), 3);
    await cluster.endWorkers();
  });

  it("removes what one has left that was killed", async () => {
    const killed = await cluster.worker("--threads", "1");
    await cluster.endWorkers();
    assert.ok(folderOf(killed));
    const next = await cluster.worker("--threads", "1");
    assert.equal(folderOf(killed), undefined);
    assert.ok(folderOf(next));
    await next.end();
  });

  it("and an executor load the engine with the first connection, and not before", () => {
    const loaded = "Object.keys(require.cache).some((file) => file.includes('bullmqPackage'))";
    const program = `const { ClusterExecutor } = require(${JSON.stringify(path.resolve("dist/cluster/index.cjs"))});
      const pool = new ClusterExecutor({ connection: "redis://127.0.0.1:1", queue: "q", insecure: true, connectTimeout: 100 });
      console.log(${loaded}); pool.submit(Math.max, 1).exception().then(() => console.log(${loaded}));`;
    assert.equal(spawnSync(process.execPath, ["--eval", program], { encoding: "utf8" }).stdout, "false\ntrue\n");
  });

  it("ends also when its server is away", async () => {
    const other = await RedisServer.start();
    const args = cluster.workerArguments("--threads", "1");
    args[1] = other.url;
    const worker = new Daemon(args);
    await worker.says(/: ready$/m);
    // It has something to tell when nobody hears it any more.
    const future = cluster.executor({ connection: other.url, connectTimeout: 500 }).submit(remote.later, 1_000, "nobody");
    await started(future);
    await other.stop();
    await worker.says(/ECONNREFUSED/);
    await future.exception();
    assert.equal(await worker.end("SIGTERM"), 0);
  });

  it("stops what runs for a program that is gone, and takes the next task", async () => {
    const worker = await cluster.worker("--threads", "1");
    const program = cluster.write(
      "gone.mjs",
      `import { ClusterExecutor } from ${JSON.stringify(path.resolve("dist/cluster/index.js"))};
       const future = new ClusterExecutor(${JSON.stringify(cluster.options())}).submit(() => { for (;;); });
       while (!future.running()) await new Promise((resolve) => setTimeout(resolve, 5));
       console.log("runs"); setInterval(() => {}, 1000);`,
    );
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    const next = cluster.executor().submit(remote.add, 1, 2);
    assert.equal(await next.result(50_000), 3);
    assert.match(worker.stderr, /stopped task \S+: the program that has submitted it is gone/);
    await cluster.endWorkers();
  });

  it("ends at once at a second signal, with what runs", async () => {
    const worker = await cluster.worker("--processes", "1");
    const executor = cluster.executor();
    const running = executor.submit(remote.pidAndSpin, path.join(cluster.folder, "pid"));
    await until("the process to be known", () => existsSync(path.join(cluster.folder, "pid")));
    worker.process.kill("SIGTERM");
    await worker.says(/SIGTERM: takes no more tasks/);
    assert.equal(await worker.end("SIGTERM"), 1);
    const pid = Number(readFileSync(path.join(cluster.folder, "pid"), "utf8"));
    await until("the process of the task to be gone", () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
    await running.exception();
  });

  it("makes keys that only their owner can read, and overwrites none", () => {
    const file = path.join(cluster.folder, "mine");
    const { status, stdout } = futures("keygen", file);
    assert.equal(status, 0);
    assert.match(stdout, /^futures-ed25519 [A-Za-z0-9+/]{43}= \S+@\S+\n$/);
    assert.equal(readFileSync(`${file}.pub`, "utf8"), stdout);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(futures("keygen", file).status, 1);
    const worker = futures("worker", "--connection", "redis://127.0.0.1:1", "--queue", "q", "--key", `${file}.pub`, "--trust", `${file}.pub`);
    assert.match(worker.stderr, /the key is no private key in PEM form/);
  });
});
