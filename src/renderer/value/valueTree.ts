import type { Answer, ValueNode, ValueStep } from "../../protocol/questions.js";
import type { ValueOutput } from "../../protocol/valueRenderer.js";

const style = `
.futures-value { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); line-height: 1.5; }
.futures-value button { all: unset; cursor: pointer; display: block; width: 100%; white-space: pre; overflow: hidden; text-overflow: ellipsis; box-sizing: border-box; }
.futures-value button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
.futures-value button::before { content: "›"; display: inline-block; width: 1.2em; text-align: center; transition: transform 80ms; }
.futures-value button[aria-expanded="true"]::before { transform: rotate(90deg); }
.futures-value .leaf { padding-left: 1.2em; white-space: pre; overflow: hidden; text-overflow: ellipsis; }
.futures-value [role="group"] { padding-left: 1.2em; }
.futures-value .label { color: var(--vscode-debugTokenExpression-name); }
.futures-value .string { color: var(--vscode-debugTokenExpression-string); }
.futures-value .number { color: var(--vscode-debugTokenExpression-number); }
.futures-value .boolean { color: var(--vscode-debugTokenExpression-boolean); }
.futures-value .note { color: var(--vscode-descriptionForeground); font-style: italic; }
`;

const gone = "The session that has this value has ended: run the cell again to unfold it.";

/** A value that unfolds: one line first, and below it its parts. */
export class ValueTree {
  readonly element: HTMLElement;
  readonly #ask: (path: readonly ValueStep[]) => Promise<Answer>;

  constructor(value: ValueOutput, ask: (path: readonly ValueStep[]) => Promise<Answer>) {
    this.#ask = ask;
    this.element = make("div", "futures-value");
    const sheet = document.createElement("style");
    sheet.textContent = style;
    const root = make("div", "");
    root.setAttribute("role", "tree");
    root.append(this.#node({ label: "", preview: value.preview, type: value.type, expandable: true, step: { entry: 0 } }, []));
    this.element.append(sheet, root);
  }

  #node(node: ValueNode, path: readonly ValueStep[]): HTMLElement {
    const line = make(node.expandable ? "button" : "div", node.expandable ? "" : "leaf");
    if (node.label !== "") line.append(make("span", "label", node.label), node.preview === "" ? "" : ": ");
    line.append(make("span", colorOf(node.type), node.preview));
    line.title = node.type;
    const item = make("div", "");
    item.setAttribute("role", "treeitem");
    item.append(line);
    if (!node.expandable) return item;
    line.setAttribute("aria-expanded", "false");
    line.addEventListener("click", () => void this.#toggle(line, item, path));
    return item;
  }

  async #toggle(line: HTMLElement, item: HTMLElement, path: readonly ValueStep[]): Promise<void> {
    const isOpen = line.getAttribute("aria-expanded") === "true";
    line.setAttribute("aria-expanded", String(!isOpen));
    const known = item.querySelector<HTMLElement>(":scope > [role='group']");
    if (known) {
      known.hidden = isOpen;
      return;
    }
    const group = make("div", "");
    group.setAttribute("role", "group");
    item.append(group);
    const answer = await this.#ask(path);
    if (answer.kind === "children") group.append(...answer.nodes.map((node) => this.#node(node, [...path, node.step])));
    else group.append(make("div", "note", answer.kind === "problem" && answer.reason !== "gone" ? answer.reason : gone));
  }
}

function make(tag: string, className: string, text?: string): HTMLElement {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function colorOf(type: string): string {
  return type === "bigint" ? "number" : ["string", "number", "boolean"].includes(type) ? type : "";
}
