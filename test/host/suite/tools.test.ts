import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import { activated, extension, Files, settled } from "./support/editor.js";

const text = `export function add(a: number, b: number): number {
  return a + b;
}
export function fails() {
  throw new RangeError("too far");
}
function forever(): never {
  for (;;);
}
`;

describe("the tools for language models", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  const token = new vscode.CancellationTokenSource().token;
  before(async () => {
    api = await activated();
    files = await Files.create();
    uri = await files.write("tools.ts", text);
  });
  after(() => files.remove());

  const textOf = (result: vscode.LanguageModelToolResult | null | undefined): string =>
    (result?.content ?? []).map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");
  const submit = async (input: Record<string, unknown>): Promise<string> =>
    textOf(await api.tools.submitFunction.invoke({ input: { file: uri.fsPath, function: "add", ...input }, toolInvocationToken: undefined }, token));

  it("are there, with a schema and a text that says when not to use them", () => {
    const ours = vscode.lm.tools.filter(({ name }) => name.startsWith("futures_"));
    assert.deepEqual(ours.map(({ name }) => name).sort(), ["futures_list_functions", "futures_read_result", "futures_submit_function"]);
    for (const { description, inputSchema } of ours) {
      assert.match(description, /Do not use it /);
      assert.ok(inputSchema);
    }
  });

  it("list the functions of a file, by its path in the workspace too", async () => {
    const relative = vscode.workspace.asRelativePath(uri);
    const result = await vscode.lm.invokeTool("futures_list_functions", { input: { file: relative }, toolInvocationToken: undefined }, token);
    assert.equal(textOf(result), "- add, line 1: add(a: number, b: number)\n- fails, line 4: fails()\n- forever, line 7: forever()");
  });

  it("submit one after a confirmation that shows function, file and arguments", async () => {
    const input = { file: "src/a.ts", function: "add", arguments: "1, 2" };
    const prepared = await api.tools.submitFunction.prepareInvocation?.({ input }, token);
    const { title, message } = prepared?.confirmationMessages ?? assert.fail("nothing is confirmed");
    assert.equal(title, "Submit a function to an executor?");
    const shown = typeof message === "string" ? message : message.value;
    assert.match(shown, /src\/a\.ts/);
    assert.match(shown, /add\(1, 2\)/);
  });

  it("give the result, the error, or that there is none yet, and the result later", async () => {
    assert.match(await submit({ arguments: "20, 22" }), /^Task #\d+, add\(20, 22\): finished after \d+ ms\.\n\/\/ add\(20, 22\) #\d+\n42\n$/);
    assert.match(await submit({ function: "fails" }), /fails\(\): failed after \d+ ms\.\n.*\nRangeError: too far\n\s+at fails/);
    const open = await submit({ function: "forever", waitMs: 100 });
    assert.match(open, /forever\(\): (?:pending|running|building)\. It has not ended yet/);
    const task = /#(\d+)/.exec(open)?.[1] as string;
    await vscode.commands.executeCommand("futures.cancel", { taskId: task });
    const result = await vscode.lm.invokeTool(
      "futures_read_result",
      { input: { task: `#${task}`, waitMs: 20_000 }, toolInvocationToken: undefined },
      token,
    );
    assert.match(textOf(result), /forever\(\): cancelled after/);
  });

  for (const [input, message] of [
    [{ file: "nowhere.ts" }, /There is no file nowhere\.ts in the workspace/],
    [{ file: "/etc/passwd" }, /There is no file \/etc\/passwd in the workspace/],
    [{ function: "nope" }, /There is no function nope in .*tools\.ts/],
    [{ executor: "cluster" }, /executor must be one of threads, processes, not cluster/],
  ] as const) {
    it(`say what is wrong with ${JSON.stringify(input)}`, async () => assert.match(await submit(input), message));
  }
});

describe("the walkthrough", () => {
  it("has at most five steps, each with pictures, commands that are there, and what completes it", async () => {
    const { walkthroughs } = extension().packageJSON.contributes as {
      walkthroughs: { steps: { description: string; media: { svg: string; altText: string }; completionEvents: string[] }[] }[];
    };
    const steps = walkthroughs[0]?.steps ?? [];
    assert.ok(steps.length > 0 && steps.length <= 5);
    const known = new Set(await vscode.commands.getCommands(true));
    for (const { description, media, completionEvents } of steps) {
      await vscode.workspace.fs.stat(vscode.Uri.joinPath(extension().extensionUri, media.svg));
      assert.ok(media.altText.length > 0 && completionEvents.length > 0);
      for (const [, id] of description.matchAll(/command:([\w.]+)/g)) assert.ok(known.has(id as string), id);
      for (const event of completionEvents.filter((one) => one.startsWith("onCommand:"))) assert.ok(known.has(event.slice(10)), event);
    }
  });

  it("opens an example that runs as it is", async () => {
    await vscode.commands.executeCommand("futures.openExample");
    const { document } = vscode.window.activeTextEditor ?? assert.fail("no editor");
    assert.equal(document.isUntitled, true);
    const id = await vscode.commands.executeCommand<string>("futures.submit", { argumentsText: "10" });
    const { store } = await activated();
    assert.equal((await settled(id)).value?.preview, "55");
    assert.equal(store.get(id)?.functionName, "fib");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});
