import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import { accept, activated, Files, messagesOf, resetSettings, resultOf, running, set, settled, submit, taskThat } from "./support/editor.js";

describe("stopping and waiting", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    const text = [
      "export function forever(): never { for (;;); }",
      "export function spin(ms: number) { for (const end = Date.now() + ms; Date.now() < end; ); return 'spun'; }",
      "export async function sleep(ms: number) { await new Promise((resolve) => setTimeout(resolve, ms)); return 'slept'; }",
      "export function quick() { return 1; }",
    ];
    uri = await files.write("stopping.ts", text.join("\n"));
  });
  after(() => files.remove());
  beforeEach(() => set("maxWorkers", 2));
  afterEach(resetSettings);

  const cancel = (what?: object): Thenable<unknown> => vscode.commands.executeCommand("futures.cancel", what);

  for (const executor of ["threads", "processes"] as const) {
    it(`stops an endless loop in ${executor}, and its neighbour goes on`, async () => {
      await set("stopGrace", 2000); // time enough to find out where it is, on a busy machine too
      await resultOf(uri, "quick", "", executor);
      const neighbour = await submit(uri, "spin", "5000", executor);
      const loop = await submit(uri, "forever", "", executor);
      await Promise.all([running(neighbour), running(loop)]);
      await cancel({ taskId: loop });
      assert.equal(api.store.get(loop)?.cancelling, true);
      const stopped = await settled(loop);
      assert.equal(stopped.state, "cancelled");
      assert.deepEqual([stopped.error?.source, stopped.error?.frames[0]?.functionName, stopped.error?.frames[0]?.line], ["stop", "forever", 1]);
      assert.equal(api.store.get(neighbour)?.state, "running");
      assert.equal(await resultOf(uri, "quick", "", executor), "1");
      const other = await settled(neighbour);
      assert.deepEqual([other.state, other.value?.preview], ["finished", "'spun'"]);
      assert.equal(other.generation, stopped.generation);
    });

    it(`drops a pending task of ${executor} at once`, async () => {
      await set("maxWorkers", 1);
      await resultOf(uri, "quick", "", executor);
      const first = await submit(uri, "spin", "1500", executor);
      await running(first);
      const waiting = await submit(uri, "quick", "", executor);
      await taskThat(waiting, ({ state }) => state === "pending");
      await cancel({ taskId: waiting });
      const dropped = await settled(waiting);
      assert.deepEqual([dropped.state, dropped.startedAt, dropped.worker], ["cancelled", undefined, undefined]);
      assert.equal(api.store.get(first)?.state, "running");
      assert.equal((await settled(first)).state, "finished");
    });
  }

  it("cancels a task that is still being built", async () => {
    const id = await submit(uri, "forever");
    await cancel({ taskId: id });
    assert.equal((await settled(id)).state, "cancelled");
  });

  it("cancels the open task of a function, as its CodeLens does", async () => {
    const id = await submit(uri, "forever");
    await running(id);
    await cancel({ uri: uri.toString(), functionName: "forever" });
    assert.equal((await settled(id)).state, "cancelled");
  });

  it("says so when there is nothing to cancel", async () => {
    const shown = await messagesOf(() => cancel({ uri: uri.toString(), functionName: "forever" }));
    assert.deepEqual(
      shown.map(({ severity, text }) => [severity, text]),
      [["information", "There is nothing to cancel: no such task is open."]],
    );
  });

  for (const executor of ["threads", "processes"] as const)
    it(`stops a task in ${executor} whose time is over, if the setting says so, and tells that it was`, async () => {
      await set("resultTimeout", 300);
      await set("onTimeout", "stop");
      const task = await settled(await submit(uri, "forever", "", executor));
      assert.deepEqual([task.state, task.error?.source, task.error?.name], ["failed", "timeout", "TimeoutError"]);
      assert.match(String(task.error?.message), /^no result within 300 ms; the task was stopped$/);
      assert.deepEqual([task.resultTimeout, task.onTimeout], [300, "stop"]);
      assert.equal(await resultOf(uri, "quick", "", executor), "1");
    });

  describe("Submit to Executor with…", () => {
    const target = () => ({ uri: uri.toString(), functionName: "forever" });

    it("asks for executor, time, what then, and priority, each beginning with what holds now; Submit Again keeps the answers", async () => {
      await set("resultTimeout", 300);
      await set("onTimeout", "stop");
      const id = (await accept(vscode.commands.executeCommand<string>("futures.submitWith", target()))) as string;
      const { asked, error } = await settled(id);
      assert.deepEqual(asked, { executor: "threads", timeout: 300, onTimeout: "stop", priority: 0 });
      assert.equal(error?.source, "timeout");
      await resetSettings();
      const again = await settled((await vscode.commands.executeCommand<string>("futures.submitAgain", { taskId: id })) as string);
      assert.deepEqual([again.resultTimeout, again.onTimeout, again.error?.source], [300, "stop", "timeout"]);
    });

    it("submits nothing when the user leaves a question", async () => {
      const before = api.store.all().length;
      let ended = false;
      const command = vscode.commands.executeCommand<string | undefined>("futures.submitWith", target());
      command.then(() => {
        ended = true;
      });
      while (!ended) {
        await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
        await new Promise((resolve) => setTimeout(resolve, 50)); // no event tells that the pick is open
      }
      assert.equal(await command, undefined);
      assert.equal(api.store.all().length, before);
    });
  });

  it("keeps priorities: what is submitted with a higher one starts first", async () => {
    await set("maxWorkers", 1);
    await resultOf(uri, "quick");
    const first = await submit(uri, "spin", "800");
    await running(first);
    const options = { uri: uri.toString(), functionName: "quick", argumentsText: "" };
    const of = async (priority: number): Promise<string> =>
      (await vscode.commands.executeCommand<string>("futures.submit", { ...options, priority })) as string;
    const [low, high] = [await of(-10), await of(10)];
    const [late, early] = [await settled(low), await settled(high)];
    assert.ok((early.startedAt ?? 0) <= (late.startedAt ?? 0) && (early.settledAt ?? 0) <= (late.startedAt ?? 0), JSON.stringify([early, late]));
  });

  it("tells a timeout as what it is while the task runs on, and then its result", async () => {
    await set("resultTimeout", 300);
    const id = await submit(uri, "sleep", "1500");
    const late = await taskThat(id, ({ timedOut }) => timedOut !== undefined);
    assert.equal(late.state, "running");
    assert.deepEqual([late.timedOut?.source, late.timedOut?.name, late.resultTimeout], ["timeout", "TimeoutError", 300]);
    const done = await settled(id);
    assert.deepEqual([done.state, done.value?.preview, done.error], ["finished", "'slept'", undefined]);
    assert.ok((done.duration ?? 0) >= 1_400);
  });

  it("tells the timeout of a task that is still pending", async () => {
    await set("maxWorkers", 1);
    await set("resultTimeout", 300);
    await resultOf(uri, "quick");
    const first = await submit(uri, "spin", "1500");
    await running(first);
    const second = await submit(uri, "quick");
    const late = await taskThat(second, ({ timedOut }) => timedOut !== undefined);
    assert.equal(late.state, "pending");
    assert.equal((await settled(second)).value?.preview, "1");
  });

  it("waits without limit when the limit is 0", async () => {
    await set("resultTimeout", 0);
    const id = await submit(uri, "sleep", "400");
    assert.equal((await settled(id)).timedOut, undefined);
  });
});
