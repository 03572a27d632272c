import { createHash } from "node:crypto";
import * as vscode from "vscode";
import { analyzeModule } from "../../analysis/analyzeModule.js";
import { functionAt } from "../../analysis/functionAt.js";
import { languageOf } from "../../analysis/language.js";
import type { FunctionInfo, ModuleAnalysis, Range } from "../../analysis/types.js";
import { Disposables } from "../disposables.js";
import { type Disposable, Emitter } from "../emitter.js";
import { codeFile } from "./documents.js";
import { type LineChange, lineChange, movedLine } from "./editTracker.js";

/** ms without an edit after which a text is looked at again. */
const pause = 300;
/** Characters of a text that is still analysed; the extension host must not stand still for a bundle that somebody opens. */
const lengthLimit = 1_000_000;

/** ms of an analysis that nobody has to be spared. */
const patience = 15;
/** Changes since an analysis after which it says nothing about the text any more. */
const changeLimit = 1_000;

/** An analysis of a text as it was. */
interface Known {
  readonly version: number;
  readonly analysis: ModuleAnalysis;
  /** ms that it took. */
  readonly cost: number;
  /** Since then, in order. */
  readonly changes: LineChange[];
}

/** A function and its line as far as that is known. */
export interface PlacedFunction {
  readonly name: string;
  readonly range: vscode.Range;
}

const nothing: ModuleAnalysis = { functions: [], bindings: [], format: "esm", problems: [] };

/** The functions of the open documents, analysed once per version of the text. */
export class FunctionIndex implements Disposable {
  readonly #disposables = new Disposables();
  readonly #known = new WeakMap<vscode.TextDocument, Known>();
  readonly #timers = new Map<vscode.TextDocument, NodeJS.Timeout>();
  readonly #pauses = this.#disposables.add(new Emitter<vscode.TextDocument>());

  /** The user has paused after editing this document. */
  readonly onDidPause = this.#pauses.event;

  constructor() {
    this.#disposables.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0) return;
        this.#note(document, contentChanges.map(lineChange));
        this.#wait(document);
      }),
    );
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument((document) => this.#stopWaiting(document)));
  }

  /** What stands in a document; without functions if it is in no language of ours, or too long. */
  analysisOf(document: vscode.TextDocument): ModuleAnalysis {
    const known = this.#known.get(document);
    if (known?.version === document.version) return known.analysis;
    const file = codeFile(document);
    const text = file === undefined ? "" : document.getText();
    const start = performance.now();
    const analysis = file === undefined || text.length > lengthLimit ? nothing : analyzeModule(text, languageOf(file) ?? "ts");
    this.#known.set(document, { version: document.version, analysis, cost: performance.now() - start, changes: [] });
    return analysis;
  }

  /**
   * The functions of a document without delay: while somebody types in a text that takes long to analyse, those of the last analysis, moved along.
   *
   * @returns also whether they are those of the text as it is; if not, they are after the next {@link onDidPause}.
   */
  placed(document: vscode.TextDocument): { readonly functions: readonly PlacedFunction[]; readonly isCurrent: boolean } {
    const known = this.#known.get(document);
    if (!known || known.version === document.version || known.cost < patience) {
      const functions = this.analysisOf(document).functions.map(({ name, nameRange }) => ({ name, range: toRange(nameRange) }));
      return { functions, isCurrent: true };
    }
    const functions = known.analysis.functions.flatMap(({ name, nameRange: { start, end } }) => {
      const line = known.changes.reduce<number | undefined>((moved, change) => (moved === undefined ? moved : movedLine(moved, change)), start.line);
      return line === undefined ? [] : [{ name, range: new vscode.Range(line, start.character, line, end.character) }];
    });
    return { functions, isCurrent: false };
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

  #note(document: vscode.TextDocument, changes: readonly LineChange[]): void {
    const known = this.#known.get(document);
    if (!known) return;
    // From the end of the document on, so that no change moves another.
    known.changes.push(...[...changes].sort((a, b) => b.startLine - a.startLine));
    if (known.changes.length > changeLimit) this.#known.delete(document);
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
