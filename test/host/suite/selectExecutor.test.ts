import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import { accept, activated, Files, resetSettings, run, set } from "./support/editor.js";

describe("Select Executor", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
    files = await Files.create();
    uri = await files.write(
      "where.ts",
      "import { isMainThread } from 'node:worker_threads';\nexport function where() { return isMainThread ? 'process' : 'thread'; }\n",
    );
  });
  after(() => files.remove());
  afterEach(async () => {
    await resetSettings();
    await select("threads");
  });

  const select = (executor: "threads" | "processes"): Thenable<unknown> => vscode.commands.executeCommand("futures.selectExecutor", { executor });
  const where = async (): Promise<string | undefined> => (await run(uri, "where")).value?.preview;

  it("switches where the next submission runs", async () => {
    assert.equal(await where(), "'thread'");
    assert.equal(await select("processes"), "processes");
    assert.equal(await where(), "'process'");
    assert.match(api.statusBar.text, /Processes/);
    await select("threads");
    assert.equal(await where(), "'thread'");
  });

  it("is overruled by the setting when that changes afterwards", async () => {
    await select("threads");
    await set("executor", "processes");
    assert.equal(api.choice.value, "processes");
    assert.equal(await where(), "'process'");
    await select("threads");
    assert.equal(api.choice.value, "threads");
    await resetSettings();
    assert.equal(api.choice.value, "threads");
  });

  it("is asked for by a pick, which begins with the present one", async () => {
    await select("processes");
    assert.equal(await accept(vscode.commands.executeCommand<string>("futures.selectExecutor")), "processes");
  });
});
