import * as vscode from "vscode";
import { type PartsAnswer, type PartsRequest, valueRendererId } from "../../protocol/valueRenderer.js";
import type { Disposable } from "../emitter.js";
import type { Kernels } from "../kernel/kernels.js";

/** Answers what the renderer of values asks when somebody unfolds one. */
export function answerRenderer(kernels: Kernels): Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(valueRendererId);
  return messaging.onDidReceiveMessage(async ({ editor, message }) => {
    const { requestId, id, path } = message as PartsRequest;
    const answer = await kernels.askCell(editor.notebook.uri.toString(), id, { kind: "children", path });
    await messaging.postMessage({ requestId, answer } satisfies PartsAnswer, editor);
  });
}
