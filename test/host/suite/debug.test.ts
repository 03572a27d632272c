import assert from "node:assert/strict";
import { createConnection } from "node:net";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/api.js";
import { activated, Files, positionOf, settled, show, taskThat, when } from "./support/editor.js";

const text = `interface Point { x: number; y: number }
export function distance(a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  return Math.hypot(dx, dy);
}
export function forever(): never {
  for (;;);
}
`;

describe("Debug", () => {
  let files: Files;
  let uri: vscode.Uri;
  let api: ExtensionApi;
  const stops: { readonly session: vscode.DebugSession; readonly threadId: number; readonly reason: string }[] = [];
  const stopped = new vscode.EventEmitter<void>();
  let tracker: vscode.Disposable;
  before(async () => {
    api = await activated();
    files = await Files.create();
    uri = await files.write("debug.ts", text);
    tracker = vscode.debug.registerDebugAdapterTrackerFactory("*", {
      createDebugAdapterTracker: (session) => ({
        onDidSendMessage(message: { event?: string; body?: { threadId: number; reason: string } }) {
          if (message.event !== "stopped" || !message.body) return;
          stops.push({ session, ...message.body });
          stopped.fire();
        },
      }),
    });
  });
  afterEach(() => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    stops.length = 0;
  });
  after(async () => {
    tracker.dispose();
    stopped.dispose();
    await files.remove();
  });

  const breakAt = async (needle: string): Promise<number> => {
    const { document } = await show(uri);
    const position = positionOf(document, needle);
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(uri, position))]);
    return position.line;
  };
  const debug = async (functionName: string, argumentsText: string): Promise<string> => {
    const id = await vscode.commands.executeCommand<string>("futures.debug", { uri: uri.toString(), functionName, argumentsText });
    return id ?? assert.fail("nothing was submitted");
  };
  const sessionEnd = (): Promise<true> =>
    when(
      (listener) => vscode.debug.onDidTerminateDebugSession(listener),
      () => (vscode.debug.activeDebugSession === undefined ? true : undefined),
    );
  const isClosed = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = createConnection({ host: "127.0.0.1", port });
      socket.once("connect", () => {
        socket.destroy();
        resolve(false);
      });
      socket.once("error", () => resolve(true));
    });

  it("stops at a breakpoint in the TypeScript source, with its variables, then gives the result and closes its port", async () => {
    const line = await breakAt("const dy");
    const id = await debug("distance", "{ x: 0, y: 0 }, { x: 3, y: 4 }");
    const stop = await when(
      (listener) => stopped.event(listener),
      () => stops.find(({ reason }) => reason === "breakpoint"),
      () => JSON.stringify(api.store.get(id)),
    );
    const { stackFrames } = await stop.session.customRequest("stackTrace", { threadId: stop.threadId, levels: 1 });
    assert.deepEqual([stackFrames[0].name.replace(/^.*\./, ""), stackFrames[0].line], ["distance", line + 1]);
    assert.ok(String(stackFrames[0].source.path).endsWith(uri.path), stackFrames[0].source.path);
    const { result } = await stop.session.customRequest("evaluate", { expression: "dx", frameId: stackFrames[0].id });
    assert.equal(result, "3");
    await stop.session.customRequest("continue", { threadId: stop.threadId });
    const task = await settled(id);
    assert.equal(task.value?.preview, "5");
    await sessionEnd();
    assert.equal(await isClosed(task.debugPort ?? assert.fail("it had no port")), true);
  }).timeout(60_000);

  it("ends the task when the session is ended, and the session when the task is cancelled", async () => {
    const first = await debug("forever", "");
    await taskThat(first, ({ state }) => state === "running");
    await when(
      (listener) => vscode.debug.onDidChangeActiveDebugSession(listener),
      () => vscode.debug.activeDebugSession,
    );
    await vscode.debug.stopDebugging();
    const end = await settled(first);
    assert.equal(end.state, "cancelled", JSON.stringify(end.error));
    const second = await debug("forever", "");
    await taskThat(second, ({ state }) => state === "running");
    await vscode.commands.executeCommand("futures.cancel", { taskId: second });
    assert.equal((await settled(second)).state, "cancelled");
    await sessionEnd();
  }).timeout(60_000);

  it("shows nothing of the debugger in the output of the task", async () => {
    const id = await debug("distance", "{ x: 0, y: 0 }, { x: 1, y: 0 }");
    assert.equal((await settled(id)).printed, false);
    await sessionEnd();
  }).timeout(60_000);
});
