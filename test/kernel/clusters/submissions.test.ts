import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { ClusterSettings } from "../../../src/protocol/messages.js";
import type { ErrorDescription } from "../../../src/protocol/values.js";
import { Cluster } from "../../cluster/support/cluster.js";
import { KernelDriver } from "../support/kernelDriver.js";

const text = `import { double } from "./lib/double";
import { triple } from "a-package";
import { currentTask } from "concurrent-futures";
import { ClusterExecutor } from "concurrent-futures/cluster";
enum Level { High = 80 }
interface Item { readonly n: number }
export const limit = 4;
const hidden = (item: Item) => Level.High + item.n;
export const compute = (n: number) => double(n) + triple(n);
export class Shape { static sides = 6; static area(n: number) { return this.sides * n; } }
export function fails(n: number): number {
  const deeper = () => {
    throw new RangeError("too deep", { cause: new Error("the cause") });
  };
  return n > 0 ? deeper() : n;
}
export const deep = (n: number): number => (n > 0 ? ([n].map((m) => deep(m - 1))[0] ?? 0) : fails(1));
export function spin() { for (;;); }
export function whoAmI() { console.log("hello"); return process.pid; }
export function square(n: number) { if (n === 13) throw new RangeError("unlucky"); return n * n; }
export function uncloneable() { return { list: [() => 1] }; }
export function die() { process.exit(3); }
export const madeOf = () => typeof ClusterExecutor;
export const isTask = () => currentTask() !== undefined;
export const meta = () => [typeof import.meta.url, typeof require("node:path").join];
`;
const lineOf = (needle: string): number => text.slice(0, text.indexOf(needle)).split("\n").length;

describe("submissions to a cluster", function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let kernel: KernelDriver;
  let folder: string;
  let farm: ClusterSettings;
  before(async function () {
    cluster = await Cluster.start(this);
    await cluster.worker("--threads", "2", "--name", "alpha");
    folder = mkdtempSync(path.join(os.tmpdir(), "editor-cluster-"));
    mkdirSync(path.join(folder, "lib"));
    mkdirSync(path.join(folder, "node_modules", "a-package"), { recursive: true });
    writeFileSync(path.join(folder, "node_modules", "a-package", "package.json"), '{ "name": "a-package", "main": "main.js" }');
    writeFileSync(path.join(folder, "node_modules", "a-package", "main.js"), "exports.triple = (n) => require('node:path').sep.length * 3 * n;\n");
    writeFileSync(path.join(folder, "lib", "double.ts"), "export const double = (n: number): number => 2 * n;\n");
    writeFileSync(path.join(folder, "tasks.ts"), text);
    writeFileSync(path.join(folder, "key.pem"), cluster.submitterKeys.privateKey);
    writeFileSync(path.join(folder, "trust.txt"), `${cluster.workerKeys.publicKey}\n`);
    farm = { name: "farm", connection: cluster.server.url, queue: cluster.queue, key: "key.pem", trust: "trust.txt" };
    kernel = new KernelDriver(folder);
    kernel.clusters = [farm];
    kernel.configure({});
  });
  after(async () => {
    await kernel?.dispose();
    await cluster?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const executor = "cluster:farm";
  const submit = (name: string, args = "", more: Parameters<KernelDriver["submit"]>[3] = {}): string =>
    kernel.submit("tasks.ts", name, args, { executor, ...more });
  const value = async (...args: Parameters<typeof submit>): Promise<string> => {
    const { outcome } = await kernel.settled(submit(...args));
    return outcome.state === "finished" ? outcome.value.preview : assert.fail(JSON.stringify(outcome));
  };
  const failure = async (...args: Parameters<typeof submit>): Promise<ErrorDescription> => {
    const { outcome } = await kernel.settled(submit(...args));
    return outcome.state === "failed" ? outcome.error : assert.fail(JSON.stringify(outcome));
  };

  it("run with all that the module imports, among the module's names, and tell their lives in order", async () => {
    const id = submit("compute", "limit");
    const { outcome } = await kernel.settled(id);
    assert.equal(outcome.state === "finished" ? outcome.value.preview : JSON.stringify(outcome), "20");
    assert.deepEqual(kernel.typesOf(id), ["accepted", "submitted", "started", "settled"]);
    assert.match((await kernel.event(id, "started")).worker, /^alpha/);
    assert.equal(await value("hidden", "{ n: Level.High }"), "160");
    assert.equal(await value("Shape.area", "7"), "42");
    assert.equal(await value("isTask"), "true");
    assert.equal(await value("madeOf"), "'function'");
    assert.equal(await value("madeOf", "", { executor: "threads" }), "'function'");
    assert.equal(await value("meta"), "[ 'string', 'function' ]");
  });

  it("take unsaved texts, run on another process, and tell what is printed there", async () => {
    const id = submit("whoAmI");
    const { outcome } = await kernel.settled(id);
    assert.ok(outcome.state === "finished" && outcome.value.preview !== String(kernel.child.pid));
    assert.equal(kernel.outputOf(id), "hello\n");
    assert.equal(await value("square", "5", { text: text.replace("n * n", "n + 1") }), "6");
  });

  it("fail with frames in the user's own lines, with causes, and nothing of ours", async () => {
    const error = await failure("fails", "1");
    assert.deepEqual([error.source, error.name, error.message, error.cause?.message], ["task", "RangeError", "too deep", "the cause"]);
    const file = path.join(folder, "tasks.ts");
    assert.deepEqual(
      error.frames.filter(({ origin }) => origin !== "node").map((frame) => [frame.functionName, frame.file, frame.line]),
      [
        ["deeper", file, lineOf("throw new RangeError(")],
        ["fails", file, lineOf("return n > 0")],
      ],
    );
    assert.doesNotMatch(error.stack, /futures-worker|dist\/|call\.mjs/);
    assert.ok((await failure("deep", "10")).frames.length > 20);
  });

  it("know errors of the arguments, of what cannot be sent, of a worker that dies, of the build", async () => {
    const args = await failure("square", "nowhere.at.all");
    assert.deepEqual([args.source, args.message], ["arguments", "nowhere is not defined"]);
    assert.deepEqual((await failure("square", "1 +")).source, "arguments");
    const uncloneable = await failure("uncloneable");
    assert.deepEqual([uncloneable.source, uncloneable.message.startsWith("result.list[0] is")], ["transfer", true], uncloneable.message);
    const dead = await failure("die");
    assert.equal(dead.source, "worker", JSON.stringify(dead));
    assert.equal((await failure("square", "1", { text: "export const square = {;" })).source, "build");
    assert.equal(await value("square", "3"), "9");
  });

  it("are stopped in an endless loop, whether by hand or since their time is over", async () => {
    const endless = submit("spin");
    await kernel.event(endless, "started");
    kernel.send({ type: "cancel", taskId: endless });
    assert.deepEqual((await kernel.settled(endless)).outcome, { state: "cancelled" });
    const overdue = submit("spin", "", { resultTimeout: 300, onTimeout: "stop" });
    const { outcome } = await kernel.settled(overdue);
    assert.ok(outcome.state === "failed" && outcome.error.source === "timeout", JSON.stringify(outcome));
    assert.equal(await value("square", "3"), "9");
  });

  it("go over many inputs, which are read on this machine", async () => {
    const map = (expression: string) => submit("square", expression, { map: { kind: "expression" } });
    const id = map("[12, 13, limit]");
    const { outcome } = await kernel.settled(id);
    assert.equal(outcome.state === "finished" && outcome.value.preview, "[ 144, undefined, 16 ]");
    const progress = kernel.events.findLast((event) => event.type === "mapProgress" && event.taskId === id);
    assert.deepEqual(progress?.type === "mapProgress" && [progress.map.total, progress.map.done, progress.map.failed], [3, 3, 1]);
    writeFileSync(path.join(folder, "inputs.json"), JSON.stringify(Array.from({ length: 500 }, (_, n) => n)));
    const file = submit("square", "", { map: { kind: "file", path: path.join(folder, "inputs.json") } });
    await kernel.settled(file);
    const answer = await kernel.ask(file, { kind: "page", selection: { filter: "", failedOnly: true }, offset: 0, count: 9 });
    assert.deepEqual(answer.kind === "page" && [answer.page.total, answer.page.failed], [500, 1]);
  });

  it("are refused a priority that is no integer", async () => {
    assert.equal(await value("square", "3", { priority: 10 }), "9");
    assert.match((await failure("square", "3", { priority: 0.5 })).message, /priority must be an integer/);
  });

  it("tell of the workers that are there, and of those that come", async () => {
    const names = (): string[] => kernel.describedClusters.flatMap(({ workers }) => workers.map(({ name }) => name)).sort();
    await value("square", "1");
    await kernel.until(() => names().join() === "alpha", "alpha");
    const [alpha] = kernel.describedClusters[0]?.workers ?? [];
    assert.deepEqual([alpha?.slots, alpha?.host, alpha?.nodeVersion, alpha?.state], [2, os.hostname(), process.version, "working"]);
    await cluster.worker("--threads", "1", "--name", "beta");
    await kernel.until(() => names().join() === "alpha,beta", "beta");
  });

  it("follow other settings, from the next on; a setting that will not do fails what is submitted, and nothing else", async () => {
    const long = submit("spin");
    await kernel.event(long, "started");
    kernel.clusters = [
      { ...farm, connection: "redis://:hush@other.example:6379" },
      { name: "env", connection: "${env:FUTURES_TEST_NONE}", queue: "q", insecure: true },
    ];
    kernel.configure({});
    const plaintext = await failure("square", "2");
    assert.deepEqual([plaintext.source, plaintext.name], ["kernel", "SettingError"]);
    assert.match(plaintext.message, /^futures\.executors, farm: other\.example:6379 is another machine/);
    assert.doesNotMatch(JSON.stringify(kernel.events) + JSON.stringify(kernel.logs), /hush/);
    assert.match(
      (await failure("square", "2", { executor: "cluster:env" })).message,
      /env: connection names the environment variable FUTURES_TEST_NONE/,
    );
    assert.match((await failure("square", "2", { executor: "cluster:none" })).message, /there is no such cluster any more/);
    assert.equal(await value("square", "2", { executor: "threads" }), "4");
    kernel.send({ type: "cancel", taskId: long });
    assert.equal((await kernel.settled(long)).outcome.state, "cancelled");
    kernel.clusters = [{ ...farm, key: "nowhere.pem" }];
    kernel.configure({});
    assert.match((await failure("square", "2")).message, /farm: the file of key cannot be read: ENOENT/);
    kernel.clusters = [farm];
    kernel.configure({});
    assert.equal(await value("square", "6"), "36");
  });

  it("end with the kernel, also where they run", async () => {
    await value("square", "1"); // and its workers are asked for
    const other = new KernelDriver(folder);
    other.clusters = [farm];
    other.configure({});
    await other.event(other.submit("tasks.ts", "spin", "", { executor }), "started");
    const running = (): number => kernel.describedClusters.flatMap(({ workers }) => workers).reduce((sum, worker) => sum + worker.running, 0);
    await kernel.until(() => running() === 1, "it is told to run");
    other.send({ type: "shutdown" });
    await once(other.child, "exit");
    await kernel.until(() => running() === 0, "nothing runs");
    await other.dispose();
    const next = new KernelDriver(folder);
    next.clusters = [farm];
    next.configure({});
    const { outcome } = await next.run("tasks.ts", "square", "4", { executor });
    assert.equal(outcome.state === "finished" && outcome.value.preview, "16", JSON.stringify(outcome));
    await next.dispose();
  });
});
