import { createHash } from "node:crypto";
import * as vscode from "vscode";
import { analyzeModule } from "../../analysis/analyzeModule.js";
import { functionAt } from "../../analysis/functionAt.js";
import { languageOf } from "../../analysis/language.js";
import type { FunctionInfo, ModuleAnalysis, Range } from "../../analysis/types.js";
import { Disposables } from "../disposables.js";
import { type Disposable, Emitter } from "../emitter.js";
import { moduleFile } from "./documents.js";

/** ms without an edit after which a text is looked at again. */
const pause = 300;
/** Characters of a text that is still analysed; the extension host must not stand still for a bundle that somebody opens. */
const lengthLimit = 1_000_000;

const nothing: ModuleAnalysis = { functions: [], bindings: [], format: "esm", problems: [] };

/** The functions of the open documents, analysed once per version of the text. */
export class FunctionIndex implements Disposable {
  readonly #disposables = new Disposables();
  readonly #known = new WeakMap<vscode.TextDocument, { readonly version: number; readonly analysis: ModuleAnalysis }>();
  readonly #timers = new Map<vscode.TextDocument, NodeJS.Timeout>();
  readonly #pauses = this.#disposables.add(new Emitter<vscode.TextDocument>());

  /** The user has paused after editing this document. */
  readonly onDidPause = this.#pauses.event;

  constructor() {
    this.#disposables.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => contentChanges.length > 0 && this.#wait(document)),
    );
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument((document) => this.#stopWaiting(document)));
  }

  /** What stands in a document; without functions if it is in no language of ours, or too long. */
  analysisOf(document: vscode.TextDocument): ModuleAnalysis {
    const known = this.#known.get(document);
    if (known?.version === document.version) return known.analysis;
    const file = moduleFile(document);
    const text = file === undefined ? "" : document.getText();
    const analysis = file === undefined || text.length > lengthLimit ? nothing : analyzeModule(text, languageOf(file) ?? "ts");
    this.#known.set(document, { version: document.version, analysis });
    return analysis;
  }

  /** A function by the name that analysis gives it. */
  named(document: vscode.TextDocument, name: string): FunctionInfo | undefined {
    return this.analysisOf(document).functions.find((candidate) => candidate.name === name);
  }

  /** The innermost function around a position. */
  at(document: vscode.TextDocument, position: vscode.Position): FunctionInfo | undefined {
    return functionAt(this.analysisOf(document), position);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#disposables.dispose();
  }

  #wait(document: vscode.TextDocument): void {
    this.#stopWaiting(document);
    const timer = setTimeout(() => {
      this.#timers.delete(document);
      this.#pauses.fire(document);
    }, pause);
    this.#timers.set(document, timer);
  }

  #stopWaiting(document: vscode.TextDocument): void {
    clearTimeout(this.#timers.get(document));
    this.#timers.delete(document);
  }
}

/** Identifies the text of a function, to tell whether it is still the one that ran. */
export function functionHash(document: vscode.TextDocument, fn: FunctionInfo): string {
  return createHash("sha256")
    .update(document.getText(toRange(fn.range)))
    .digest("hex");
}

/** The editor's form of a range. */
export function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
