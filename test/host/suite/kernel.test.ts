import assert from "node:assert/strict";
import { once } from "node:events";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import { gone } from "../../kernel/support/processes.js";
import { activated, Files, failureOf, messagesOf, resetSettings, resultOf, run, running, set, settled, submit, taskThat } from "./support/editor.js";

describe("the kernel", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    const text = [
      "export function forever(): never { for (;;); }",
      "export function quick() { return 1; }",
      "export function loud() { console.log('from the task'); return process.env.NODE_OPTIONS ?? 'no options'; }",
    ];
    uri = await files.write("kernel.ts", text.join("\n"));
  });
  after(() => files.remove());
  afterEach(resetSettings);
  // Deaths on purpose shall not add up to those after which no kernel is started.
  afterEach(() => api.kernels.get(folder())?.restart());

  const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath as string;
  const kernelPid = (): number => api.kernels.get(folder())?.pid ?? assert.fail("there is no kernel");

  it("killed from outside: every open task says so, and the next submission starts another", async () => {
    const thread = await submit(uri, "forever", "", "threads");
    const childProcess = await submit(uri, "forever", "", "processes");
    const { worker, generation } = await taskThat(childProcess, (record) => record.worker?.pid !== undefined);
    await running(thread);
    process.kill(kernelPid(), "SIGKILL");
    for (const id of [thread, childProcess]) {
      const { state, error } = await settled(id);
      assert.deepEqual([state, error?.source, error?.message], ["failed", "kernel", "the kernel is gone: it was ended by SIGKILL"]);
    }
    assert.equal(api.executors.of(folder()).length, 0);
    const next = await run(uri, "quick");
    assert.deepEqual([next.value?.preview, next.generation], ["1", generation + 1]);
    assert.ok(await gone(worker?.pid as number));
  });

  it("restarted by command: open tasks fail, the next submission works", async () => {
    const id = await submit(uri, "forever");
    await running(id);
    const before = kernelPid();
    const ended = settled(id);
    await api.kernels.get(folder())?.restart();
    assert.equal((await ended).error?.message, "the kernel was restarted");
    assert.equal(await resultOf(uri, "quick"), "1");
    assert.notEqual(kernelPid(), before);
  });

  it("without a runtime: the task says what is wrong and what to set", async () => {
    await api.kernels.get(folder())?.restart();
    await set("runtime", "/no/such/node");
    const { error } = await failureOf(uri, "quick");
    assert.equal(error.source, "kernel");
    assert.equal(error.message, "The setting futures.runtime names no Node.js 20 or newer: /no/such/node is not an executable file.");
    await resetSettings();
    assert.equal(await resultOf(uri, "quick"), "1");
  });

  it("runs on the Node.js that the setting names", async () => {
    await api.kernels.get(folder())?.restart();
    await set("runtime", process.execPath);
    assert.equal(await resultOf(uri, "quick"), "1");
  });

  it("gets an environment without what the editor put there", async () => {
    process.env.NODE_OPTIONS = "--no-warnings";
    try {
      await api.kernels.get(folder())?.restart();
      assert.equal(await resultOf(uri, "loud"), "'no options'");
    } finally {
      delete process.env.NODE_OPTIONS;
    }
  });

  it("takes new limits while it runs", async () => {
    await resultOf(uri, "quick");
    const pid = kernelPid();
    await set("maxWorkers", 3);
    await resultOf(uri, "quick");
    assert.equal(api.executors.find(folder(), "threads")?.maxWorkers, 3);
    assert.equal(kernelPid(), pid);
  });

  it("is not confused by settings that do not fit", async () => {
    for (const [key, value] of [
      ["maxWorkers", -4],
      ["maxMemory", "much"],
      ["stopGrace", null],
      ["resultTimeout", "soon"],
      ["onTimeout", "explode"],
      ["executor", "gpu"],
      ["runtime", 7],
      ["inlineText.maxLength", 2],
    ] as const) {
      await set(key, value);
    }
    const task = await run(uri, "quick");
    assert.deepEqual([task.value?.preview, task.executor, task.resultTimeout, task.onTimeout], ["1", "threads", 0, "keepRunning"]);
  });

  it("is stopped when it keeps dying; one message offers the log and a restart", async () => {
    await api.kernels.get(folder())?.restart();
    const shown = await messagesOf(async () => {
      for (let death = 0; death < 3; death += 1) {
        const id = await submit(uri, "forever");
        await running(id);
        process.kill(kernelPid(), "SIGKILL");
        await settled(id);
      }
      assert.match((await failureOf(uri, "quick")).error.message, /^the kernel died 3 times within 30 s; run Futures: Restart Kernel/);
    });
    assert.equal(shown.length, 1, JSON.stringify(shown));
    assert.equal(shown[0]?.severity, "error");
    assert.deepEqual(shown[0]?.actions, ["Show Log", "Restart Kernel"]);
    await api.kernels.get(folder())?.restart();
    assert.equal(await resultOf(uri, "quick"), "1");
  });

  it("listens on no port", async () => {
    await resultOf(uri, "quick");
    const { spawn } = await import("node:child_process");
    const script = `
      const fs = require("node:fs");
      const inodes = new Set(["tcp", "tcp6"].flatMap((name) => fs.readFileSync("/proc/net/" + name, "utf8").split("\\n").slice(1))
        .map((line) => line.trim().split(/\\s+/)).filter((columns) => columns[3] === "0A").map((columns) => columns[9]));
      const open = fs.readdirSync("/proc/${kernelPid()}/fd").map((fd) => { try { return fs.readlinkSync("/proc/${kernelPid()}/fd/" + fd); } catch { return ""; } });
      process.exit(open.some((target) => inodes.has(/socket:\\[(\\d+)\\]/.exec(target)?.[1])) ? 1 : 0);`;
    const [code] = await once(spawn(process.execPath, ["-e", script]), "exit");
    assert.equal(code, 0);
  });
});
