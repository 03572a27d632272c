import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import type { TreeNode } from "../../../src/extension/views/treeNodes.js";
import {
  accept,
  activated,
  Files,
  failureOf,
  hoverAt,
  messagesOf,
  positionOf,
  resetSettings,
  resultOf,
  running,
  set,
  settled,
  show,
  submit,
  taskThat,
  when,
} from "./support/editor.js";
import { Farm } from "./support/farm.js";

const text = `import { half } from "./half";
export function where(): number {
  return process.pid;
}
export function quarter(n: number): number {
  return half(half(n));
}
export function fails(n: number): number {
  if (n > 0) {
    throw new RangeError("no");
  }
  return n;
}
export function forever(): never {
  for (;;);
}
`;

describe("clusters", () => {
  let farm: Farm;
  let files: Files;
  let api: ExtensionApi;
  let uri: vscode.Uri;
  before(async function () {
    farm = await Farm.start(this);
    await farm.worker("alpha");
    api = await activated();
    files = await Files.create();
    await files.write("half.ts", "export const half = (n: number) => n / 2;\n");
    uri = await files.write("farm.ts", text);
    await set("executors", { farm: farm.entry });
  });
  after(async () => {
    await vscode.commands.executeCommand("futures.selectExecutor", { executor: "threads" });
    await resetSettings();
    await files?.remove();
    await farm?.stop();
  });

  const select = (executor: string): Thenable<unknown> => vscode.commands.executeCommand("futures.selectExecutor", { executor });

  it("are selected like the other executors, and run what is submitted then, on other processes", async () => {
    assert.equal(await select("cluster:farm"), "cluster:farm");
    assert.match(api.statusBar.text, /\bfarm$/);
    const editor = await show(uri, "where()");
    const task = await settled(await submit(uri, "where"));
    assert.notEqual(task.value?.preview, String(api.kernels.get(task.kernel)?.pid), JSON.stringify(task.error));
    assert.equal(task.executor, "cluster:farm");
    assert.equal(await resultOf(uri, "quarter", "20"), "5");
    const hover = await hoverAt(uri, positionOf(editor.document, "quarter"));
    assert.match(hover, /\bfarm\b/);
    assert.match(hover, /alpha/);
  });

  it("are offered by the pick, which begins with the present one", async () => {
    await select("cluster:farm");
    assert.equal(await accept(vscode.commands.executeCommand<string>("futures.selectExecutor")), "cluster:farm");
    assert.equal(api.clusters.placeOf("cluster:farm"), `127.0.0.1:${farm.server.port} · ${farm.queue}`);
  });

  it("give errors their line, in the text and in Problems", async () => {
    const { error } = await failureOf(uri, "fails", "1");
    const frame = error.frames.find(({ origin }) => origin === "user");
    assert.deepEqual([frame?.file, frame?.line, frame?.functionName], [uri.fsPath, 10, "fails"]);
    const problem = await when(
      (listener) => vscode.languages.onDidChangeDiagnostics(listener),
      () => vscode.languages.getDiagnostics(uri).find(({ message }) => message.includes("RangeError")),
    );
    assert.equal(problem.range.start.line, 9);
    const args = await failureOf(uri, "fails", "nowhere");
    assert.equal(args.error.source, "arguments");
  });

  it("have endless loops ended, by hand and since their time is over", async () => {
    const id = await submit(uri, "forever");
    await running(id);
    await vscode.commands.executeCommand("futures.cancel", { taskId: id });
    assert.equal((await settled(id)).state, "cancelled");
    const options = { uri: uri.toString(), functionName: "forever", argumentsText: "", timeout: 500, onTimeout: "stop" } as const;
    const overdue = (await vscode.commands.executeCommand<string>("futures.submit", options)) ?? assert.fail("it was not submitted");
    const task = await settled(overdue);
    assert.deepEqual([task.state, task.error?.source], ["failed", "timeout"]);
  });

  it("are named by a language model as the settings do, and the user is asked about the machines that it runs on", async () => {
    const { token } = new vscode.CancellationTokenSource();
    const tool = api.tools.submitFunction;
    const call = { file: uri.fsPath, function: "quarter", arguments: "20" };
    const asked = async (input: typeof call & { executor?: string }): Promise<string> => {
      const message = (await tool.prepareInvocation?.({ input }, token))?.confirmationMessages?.message;
      return (typeof message === "string" ? message : (message?.value ?? "")).replaceAll("&nbsp;", " ");
    };
    await select("threads");
    assert.match(await asked(call), /on this machine:/);
    assert.match(await asked({ ...call, executor: "farm" }), /on the machines of the cluster farm:/);
    await select("cluster:farm");
    assert.match(await asked(call), /on the machines of the cluster farm:/);
    assert.match(await asked({ ...call, executor: "processes" }), /on this machine:/);
    await select("threads");
    const told = async (executor: string): Promise<string> => {
      const result = await tool.invoke({ input: { ...call, executor }, toolInvocationToken: undefined }, token);
      return (result?.content ?? []).map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");
    };
    const [, id = ""] = /^Task #(\d+), quarter\(20\): finished/.exec(await told("farm")) ?? [];
    assert.deepEqual([api.store.get(id)?.executor, api.store.get(id)?.value?.preview], ["cluster:farm", "5"]);
    assert.match(await told("barn"), /executor must be one of threads, processes, farm, not barn/);
    await select("cluster:farm");
  });

  it("run maps", async () => {
    const options = { uri: uri.toString(), functionName: "quarter", inputs: { expression: "[4, 8, 12]" } };
    const id = (await vscode.commands.executeCommand<string>("futures.map", options)) ?? assert.fail("it was not submitted");
    const task = await settled(id);
    assert.equal(task.value?.preview, "[ 1, 2, 3 ]", JSON.stringify(task.error));
    assert.equal(task.mapProgress?.done, 3);
  });

  it("stand in the tree with their workers, what these do, and the load of their machines", async () => {
    await vscode.commands.executeCommand("futures.tasks.focus");
    const id = await submit(uri, "forever");
    await running(id);
    const { kernel } = await taskThat(id, () => true);
    const all = (node?: TreeNode): TreeNode[] => api.tree.childrenOf(node).flatMap((child) => [child, ...(child.kind === "tasks" ? [] : all(child))]);
    const labelOf = (node: TreeNode): string => {
      const { label, description } = api.tree.getTreeItem(node);
      return `${label} | ${description}`;
    };
    const found = (kind: TreeNode["kind"], expected: RegExp): Promise<string> =>
      when(
        (listener) => api.executors.onDidChange(listener),
        () =>
          all()
            .filter((node) => node.kind === kind && "kernel" in node && node.kernel === kernel)
            .map(labelOf)
            .find((label) => expected.test(label)),
        () => JSON.stringify(all().map(labelOf)),
      );
    await found("cluster", new RegExp(`^farm \\| selected · 127\\.0\\.0\\.1:${farm.server.port} · ${farm.queue} · 1 of 2 busy$`));
    await found("remoteWorker", /^alpha \| .+ · 1\/2 · load \d+\.\d$/);
    await farm.worker("beta");
    await found("remoteWorker", /^beta \| .+ · 0\/2 · load \d+\.\d$/);
    await vscode.commands.executeCommand("futures.cancel", { taskId: id });
    await settled(id);
  });

  it("run nothing on that a kernel has left which was restarted", async () => {
    const id = await submit(uri, "forever");
    const { kernel } = await running(id);
    await api.kernels.get(kernel)?.restart();
    assert.equal((await settled(id)).error?.source, "kernel");
    assert.equal(await resultOf(uri, "quarter", "8"), "2");
    const idle = (): true | undefined => {
      const workers = api.executors.findCluster(kernel, "farm")?.workers ?? [];
      return (workers.length > 0 && workers.every((worker) => worker.running === 0)) || undefined;
    };
    await when((listener) => api.executors.onDidChange(listener), idle);
  });

  it("that do not fit are told, by setting and name, without their connection; the others work on", async () => {
    const bad = { connection: "hush://hush", queue: "q" };
    const shown = await messagesOf(() => set("executors", { farm: farm.entry, bad, threads: farm.entry }));
    const texts = shown.map((message) => message.text).join("\n");
    assert.match(texts, /futures\.executors has a cluster that does not fit, "bad": connection must be a URL/);
    assert.match(texts, /"threads": there is an executor of that name already/);
    assert.doesNotMatch(texts, /hush/);
    assert.deepEqual(api.clusters.names, ["farm"]);
    assert.equal(await resultOf(uri, "quarter", "40"), "10");
    await assert.rejects(Promise.resolve(submit(uri, "quarter", "4", "cluster:bad")));
  });

  it("that are gone from the settings are selected no more", async () => {
    await select("cluster:farm");
    await set("executors", {});
    assert.deepEqual(api.clusters.names, []);
    assert.equal(api.choice.value, "threads");
    assert.equal(await resultOf(uri, "quarter", "8"), "2");
  });
});
