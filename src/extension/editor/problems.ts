import * as vscode from "vscode";
import type { ErrorDescription } from "../../protocol/values.js";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import { errorsOf, headline, type TaskRecord, thrownAt } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { uriOfFile } from "./documents.js";
import type { FunctionIndex } from "./functionIndex.js";
import { faultsOf, type Placements } from "./placements.js";

/** How problems of ours are called beside those of compilers. */
export const problemSource = "Futures";

/**
 * The errors of user code in the Problems view, at the lines that threw: those of the newest task of each function, until it is submitted again or changed.
 * A file need not be open for that.
 */
export class Problems implements Disposable {
  readonly #disposables = new Disposables();
  readonly #collection = this.#disposables.add(vscode.languages.createDiagnosticCollection("futures"));
  readonly #store: TaskStore;
  readonly #placements: Placements;
  /** Tasks whose problems are shown: while they stay the same, nothing is told anew. */
  #shown = "";

  constructor(store: TaskStore, placements: Placements, index: FunctionIndex) {
    this.#store = store;
    this.#placements = placements;
    this.#disposables.add(store.onDidChange(() => this.#show()));
    this.#disposables.add(index.onDidPause(() => this.#show()));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #show(): void {
    const failed = this.#store.latestPerFunction().filter(({ state, stale }) => state === "failed" && !stale);
    const key = failed.map(({ id }) => id).join();
    if (key === this.#shown) return; // the editor itself moves what it shows along with edits
    this.#shown = key;
    const found = new Map<string, vscode.Diagnostic[]>();
    for (const { uri, diagnostic } of failed.flatMap((task) => this.#of(task)))
      found.set(uri.toString(), [...(found.get(uri.toString()) ?? []), diagnostic]);
    this.#collection.clear();
    for (const [uri, diagnostics] of found) this.#collection.set(vscode.Uri.parse(uri), diagnostics);
  }

  #of(task: TaskRecord): { readonly uri: vscode.Uri; readonly diagnostic: vscode.Diagnostic }[] {
    return faultsOf(task)
      .filter(({ source }) => !["arguments", "kernel", "timeout"].includes(source)) // which are no fault of any line
      .map((error) => {
        const { uri, range } = this.#thrownAt(task, error) ?? this.#functionOf(task);
        const diagnostic = new vscode.Diagnostic(range, headline(error), vscode.DiagnosticSeverity.Error);
        diagnostic.source = problemSource;
        diagnostic.relatedInformation = errorsOf(error)
          .slice(error.source === "build" ? errorsOf(error).length : 1)
          .flatMap((part) => {
            const place = this.#thrownAt(task, part);
            return place ? [new vscode.DiagnosticRelatedInformation(new vscode.Location(place.uri, place.range), headline(part))] : [];
          });
        return { uri, diagnostic };
      });
  }

  #thrownAt(task: TaskRecord, error: ErrorDescription): { readonly uri: vscode.Uri; readonly range: vscode.Range } | undefined {
    const frame = thrownAt(error);
    if (!frame) return undefined;
    const uri = uriOfFile(frame.file);
    const document = openDocument(uri);
    const line = document ? this.#placements.lineNow(document, frame.line - 1, task) : frame.line - 1;
    return line === undefined ? undefined : { uri, range: toLineEnd(document, line, (frame.column ?? 1) - 1) };
  }

  #functionOf(task: TaskRecord): { readonly uri: vscode.Uri; readonly range: vscode.Range } {
    const uri = vscode.Uri.parse(task.uri);
    const document = openDocument(uri);
    const line = (document && this.#placements.functionLine(document, task)) ?? task.line;
    return { uri, range: toLineEnd(document, line, document?.lineAt(line).firstNonWhitespaceCharacterIndex ?? 0) };
  }
}

function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
}

function toLineEnd(document: vscode.TextDocument | undefined, line: number, character: number): vscode.Range {
  const end = document && line < document.lineCount ? document.lineAt(line).range.end.character : Number.MAX_SAFE_INTEGER;
  return new vscode.Range(line, Math.min(character, end), line, end);
}
