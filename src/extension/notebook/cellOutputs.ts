import * as vscode from "vscode";
import type { CellOutput, MimeBundle } from "../../protocol/cells.js";
import type { ErrorDescription } from "../../protocol/values.js";
import { withCellNames } from "./cellPlaces.js";

/** Text and not bytes, whatever else the type says. */
const isText = /^text\/|[/+](?:json|xml)$|javascript$/;

/** Writes what a run shows into the outputs of its cell. */
export class CellOutputWriter {
  readonly #execution: vscode.NotebookCellExecution;
  /** By the ids of the session. */
  readonly #shown = new Map<number, vscode.NotebookCellOutput>();
  /** To which what is printed next can be added. */
  #last: { readonly stream: "stdout" | "stderr"; readonly output: vscode.NotebookCellOutput } | undefined;
  /** Where all is that was printed, if that was too much. */
  fullOutput: string | undefined;

  constructor(execution: vscode.NotebookCellExecution) {
    this.#execution = execution;
  }

  write(output: CellOutput): void {
    switch (output.kind) {
      case "stream":
        this.#print(output.stream, withCellNames(output.text, this.#execution.cell.notebook));
        break;
      case "display":
        this.#show(output.id, output.bundle);
        break;
      case "clear":
        this.#shown.clear();
        this.#last = undefined;
        void this.#execution.clearOutput();
        break;
      case "cut":
        this.fullOutput = output.file;
        this.#print("stderr", vscode.l10n.t("… the rest is in a file: see Open Full Output below the cell\n"));
        break;
    }
  }

  fail({ name, message, stack, frames }: ErrorDescription): void {
    const error = new Error(message);
    error.name = name;
    const place = frames[0] ? `\n    at ${frames[0].text}` : "";
    error.stack = withCellNames(stack || `${name}: ${message}${place}`, this.#execution.cell.notebook);
    this.#last = undefined;
    void this.#execution.appendOutput(new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.error(error)]));
  }

  #print(stream: "stdout" | "stderr", text: string): void {
    const item = vscode.NotebookCellOutputItem[stream](text);
    if (this.#last?.stream === stream) {
      void this.#execution.appendOutputItems(item, this.#last.output);
      return;
    }
    const output = new vscode.NotebookCellOutput([item]);
    this.#last = { stream, output };
    void this.#execution.appendOutput(output);
  }

  #show(id: number, bundle: MimeBundle): void {
    const items = itemsOf(bundle);
    const known = this.#shown.get(id);
    if (known) {
      void this.#execution.replaceOutputItems(items, known);
      return;
    }
    const output = new vscode.NotebookCellOutput(items);
    this.#shown.set(id, output);
    this.#last = undefined;
    void this.#execution.appendOutput(output);
  }
}

function itemsOf(bundle: MimeBundle): vscode.NotebookCellOutputItem[] {
  return Object.entries(bundle).map(([type, content]) =>
    isText.test(type) ? vscode.NotebookCellOutputItem.text(content, type) : new vscode.NotebookCellOutputItem(Buffer.from(content, "base64"), type),
  );
}
