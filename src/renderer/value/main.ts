/** Draws values in outputs of notebooks as trees, whose parts are asked of the session when they are unfolded. */
import type { PartsAnswer, PartsRequest, ValueOutput } from "../../protocol/valueRenderer.js";
import { ValueTree } from "./valueTree.js";

/** The part of `vscode-notebook-renderer` that is used here. */
interface RendererContext {
  postMessage?(message: PartsRequest): void;
  onDidReceiveMessage?(listener: (message: PartsAnswer) => void): void;
}

interface OutputItem {
  json(): ValueOutput;
}

/** What the editor calls once, and then for every output. */
export function activate({ postMessage, onDidReceiveMessage }: RendererContext): { renderOutputItem(item: OutputItem, element: HTMLElement): void } {
  const waiting = new Map<number, (answer: PartsAnswer["answer"]) => void>();
  let requests = 0;
  onDidReceiveMessage?.(({ requestId, answer }) => {
    waiting.get(requestId)?.(answer);
    waiting.delete(requestId);
  });
  const ask = (id: number, path: PartsRequest["path"]): Promise<PartsAnswer["answer"]> => {
    if (!postMessage) return Promise.resolve({ kind: "problem", reason: "gone" });
    requests += 1;
    const requestId = requests;
    return new Promise((resolve) => {
      waiting.set(requestId, resolve);
      postMessage({ requestId, id, path });
    });
  };
  return {
    renderOutputItem: (item, element) => {
      const value = item.json();
      element.replaceChildren(new ValueTree(value, (path) => ask(value.id, path)).element);
    },
  };
}
