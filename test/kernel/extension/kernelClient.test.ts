import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { deathLimit, KernelClient } from "../../../src/extension/kernel/kernelClient.js";
import type { Runtime } from "../../../src/extension/kernel/runtime.js";
import { untranslated as t } from "../../../src/extension/translate.js";
import type { KernelEvent } from "../../../src/protocol/messages.js";
import type { ErrorDescription } from "../../../src/protocol/values.js";
import { gone, membersOf } from "../support/processes.js";

/** The built kernel, forked for real. */
describe("KernelClient", function () {
  this.timeout(30_000);
  const runtime: Runtime = { command: process.execPath, version: process.versions.node, source: "editor", env: {} };
  let folder: string;
  let client: KernelClient;
  let ends: { generation: number; error: ErrorDescription }[];
  let stops: string[];
  let logged: string[];

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "kernel-client-"));
    const text = [
      "import { spawn } from 'node:child_process';",
      "export const add = (a: number, b: number) => a + b;",
      "export const forever = () => { for (;;) {} };",
      "export const start = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }).pid;",
    ];
    await writeFile(path.join(folder, "tasks.ts"), text.join("\n"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  beforeEach(() => {
    [ends, stops, logged] = [[], [], []];
    client = create(async () => runtime);
  });
  afterEach(async () => {
    client.dispose();
    await client.disposed;
  });

  function create(findRuntime: () => Promise<Runtime>, modulePath = path.resolve("dist/kernel/main.js")): KernelClient {
    const note = (message: string | Error): void => void logged.push(String(message));
    const created = new KernelClient({
      key: folder,
      folder,
      modulePath,
      findRuntime,
      configuration: () => ({
        type: "configure",
        clusters: [],
        watchesClusters: false,
        folder,
        storage: path.join(folder, ".storage"),
        settings: { maxWorkers: 2, maxMemory: 0, stopGrace: 100, execArgv: [] },
      }),
      log: { error: note, warn: note, info: note, debug: note },
      t,
    });
    created.onEnd((end) => ends.push(end));
    created.onStop((how) => stops.push(how));
    return created;
  }

  let lastTask = 0;
  function submit(functionName: string, argumentsText = ""): { taskId: string; generation: number } {
    lastTask += 1;
    const taskId = `t${lastTask}`;
    const generation = client.start();
    const file = path.join(folder, "tasks.ts");
    client.send({
      type: "submit",
      taskId,
      executor: "processes",
      file,
      functionName,
      argumentsText,
      overlay: [],
      resultTimeout: 0,
      onTimeout: "keepRunning",
      priority: 0,
    });
    return { taskId, generation };
  }

  function event<T extends KernelEvent["type"]>(type: T, taskId: string): Promise<Extract<KernelEvent, { type: T }>> {
    return new Promise((resolve) => {
      const subscription = client.onEvents(({ events }) => {
        const found = events.find((one) => one.type === type && "taskId" in one && one.taskId === taskId);
        if (!found) return;
        subscription.dispose();
        resolve(found as Extract<KernelEvent, { type: T }>);
      });
    });
  }

  const nextEnd = (): Promise<{ generation: number; error: ErrorDescription }> =>
    new Promise((resolve) => {
      const subscription = client.onEnd((end) => {
        subscription.dispose();
        resolve(end);
      });
    });

  async function run(functionName: string, argumentsText: string): Promise<string> {
    const { outcome } = await event("settled", submit(functionName, argumentsText).taskId);
    return outcome.state === "finished" ? outcome.value.preview : assert.fail(JSON.stringify(outcome));
  }

  it("starts a kernel with the first submission and keeps it for the next", async () => {
    assert.equal(client.pid, undefined);
    assert.equal(await run("add", "1, 2"), "3");
    const { pid } = client;
    assert.equal(await run("add", "2, 3"), "5");
    assert.equal(client.pid, pid);
    assert.deepEqual(ends, []);
  });

  it("tells how a kernel died, and starts another with the next submission", async () => {
    const { taskId, generation } = submit("forever");
    await event("started", taskId);
    const end = nextEnd();
    process.kill(client.pid as number, "SIGKILL");
    const { error, generation: ended } = await end;
    assert.equal(ended, generation);
    assert.deepEqual([error.source, error.name, error.message], ["kernel", "KernelError", "the kernel is gone: it was ended by SIGKILL"]);
    assert.equal(await run("add", "1, 1"), "2");
    assert.equal(client.start(), generation + 1);
  });

  it("leaves nothing behind: not a busy worker, not what user code started, even when the kernel is killed from outside", async () => {
    const grandchild = Number(await run("start", ""));
    const { taskId } = submit("forever");
    await event("started", taskId);
    const pids = membersOf(client.pid as number);
    assert.ok(pids.length >= 3 && pids.includes(grandchild), String(pids));
    const end = nextEnd();
    process.kill(client.pid as number, "SIGKILL");
    await end;
    for (const pid of pids) assert.ok(await gone(pid, 500), `${pid} lives`);
  });

  it("is gone with everything when it is disposed", async () => {
    const { taskId } = submit("forever");
    await event("started", taskId);
    const pids = membersOf(client.pid as number);
    assert.ok(pids.length >= 2, String(pids));
    const begin = performance.now();
    client.dispose();
    await client.disposed;
    for (const pid of pids) assert.ok(await gone(pid, 500), `${pid} lives`);
    assert.ok(performance.now() - begin < 2_000);
    assert.equal(ends[0]?.error.message, "its folder or the window was closed");
  });

  it("can be disposed while it starts", async () => {
    submit("add", "1, 2");
    client.dispose();
    await client.disposed;
    assert.equal(ends.length, 1);
    assert.equal(client.pid, undefined);
  });

  it("fails with what the search for a runtime says, and looks again the next time", async () => {
    const answers = [Promise.reject(new Error("no runtime here")), Promise.resolve(runtime)];
    client = create(() => answers.shift() as Promise<Runtime>);
    const end = nextEnd();
    submit("add", "1, 2");
    assert.equal((await end).error.message, "no runtime here");
    assert.equal(await run("add", "1, 2"), "3");
  });

  it("tells when the runtime cannot be started", async () => {
    client = create(async () => ({ ...runtime, command: path.join(folder, "none") }));
    const end = nextEnd();
    submit("add", "1, 2");
    assert.match((await end).error.message, /^the kernel is gone: spawn .*none ENOENT$/);
  });

  it("tells the exit code and the last lines of a kernel that dies at its start", async () => {
    const broken = path.join(folder, "broken.mjs");
    await writeFile(broken, "process.stderr.write('one\\ntwo\\n'); process.exitCode = 7; process.disconnect();");
    client = create(async () => runtime, broken);
    const end = nextEnd();
    submit("add", "1, 2");
    assert.equal((await end).error.message, "the kernel is gone: it ended with exit code 7:\none\ntwo");
  });

  it("refuses a kernel that speaks another version of the protocol", async () => {
    const other = path.join(folder, "other.mjs");
    await writeFile(
      other,
      "process.send({ type: 'hello', protocol: 999, pid: process.pid, nodeVersion: process.version }); setInterval(() => {}, 1000);",
    );
    client = create(async () => runtime, other);
    const end = nextEnd();
    submit("add", "1, 2");
    assert.match((await end).error.message, /speaks version 999 of the protocol/);
  });

  it("stops starting kernels that keep dying, says so once, and starts again after a restart", async () => {
    const [flaky, healed] = [path.join(folder, "flaky.mjs"), path.join(folder, "healed")];
    const kernel = JSON.stringify(pathToFileURL(path.resolve("dist/kernel/main.js")).href);
    await writeFile(
      flaky,
      `import { existsSync } from "node:fs";\nif (!existsSync(${JSON.stringify(healed)})) process.exit(1);\nawait import(${kernel});`,
    );
    client = create(async () => runtime, flaky);
    for (let death = 0; death < deathLimit; death += 1) {
      const end = nextEnd();
      submit("add", "1, 2");
      await end;
    }
    assert.deepEqual(stops, ["it ended with exit code 1"]);
    const starts = (): number => logged.filter((line) => line.startsWith("starting a kernel")).length;
    assert.equal(starts(), deathLimit);
    const end = nextEnd();
    submit("add", "1, 2");
    assert.match((await end).error.message, /^the kernel died 3 times within 30 s; run Futures: Restart Kernel/);
    assert.equal(starts(), deathLimit);
    await writeFile(healed, "");
    await client.restart();
    assert.equal(await run("add", "1, 2"), "3");
    assert.equal(stops.length, 1);
  });

  it("fails the open tasks of a kernel that is restarted, and does not count that as a death", async () => {
    for (let round = 0; round < deathLimit + 1; round += 1) {
      const { taskId } = submit("forever");
      await event("started", taskId);
      await client.restart();
    }
    assert.deepEqual(new Set(ends.map(({ error }) => error.message)), new Set(["the kernel was restarted"]));
    assert.deepEqual(stops, []);
    assert.equal(await run("add", "1, 2"), "3");
  });
});
