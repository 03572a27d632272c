import * as vscode from "vscode";
import type { Config } from "../config.js";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import { colorId, type LineKind, lineKinds } from "../ids.js";
import { isOpen } from "../tasks/taskRecord.js";
import type { TaskStore } from "../tasks/taskStore.js";
import { type LineChange, lineChange, movedLine } from "./editTracker.js";
import type { FunctionIndex } from "./functionIndex.js";
import { type LineText, lineText, thrownText } from "./lineText.js";
import type { Placement, Placements } from "./placements.js";

/** ms in which changes are gathered before the editors are drawn. */
const frame = 50;
/** Lines beyond the visible ones that are drawn too, so that slow scrolling shows no gap. */
const margin = 40;

/** The text at the ends of lines, in every visible editor of a document. */
export class LineDecorations implements Disposable {
  readonly #disposables = new Disposables();
  readonly #types: ReadonlyMap<LineKind, vscode.TextEditorDecorationType>;
  /** What each editor was last given, so that nothing is sent twice. */
  readonly #drawn = new WeakMap<vscode.TextEditor, Map<LineKind, string>>();
  /** What was last found for each document. While it is being edited that is moved along; the text is not analysed at every key. */
  readonly #found = new Map<string, readonly Placement[]>();
  readonly #inEditing = new Set<string>();
  readonly #store: TaskStore;
  readonly #placements: Placements;
  readonly #config: Config;
  #frame: NodeJS.Timeout | undefined;
  #clock: NodeJS.Timeout | undefined;

  constructor(store: TaskStore, placements: Placements, index: FunctionIndex, config: Config) {
    this.#store = store;
    this.#placements = placements;
    this.#config = config;
    this.#types = new Map(lineKinds.map((kind) => [kind, this.#disposables.add(createType(kind))]));
    const { window, workspace } = vscode;
    this.#disposables.add(store.onDidChange(() => this.#schedule()));
    this.#disposables.add(window.onDidChangeVisibleTextEditors(() => this.#schedule()));
    this.#disposables.add(window.onDidChangeTextEditorVisibleRanges(() => this.#schedule()));
    this.#disposables.add(workspace.onDidChangeTextDocument((event) => this.#noteEdit(event)));
    this.#disposables.add(workspace.onDidCloseTextDocument((document) => void this.#found.delete(document.uri.toString())));
    this.#disposables.add(index.onDidPause((document) => this.#notePause(document)));
    this.#disposables.add(config["inlineText.enabled"].onDidChange(() => this.#schedule()));
    this.#disposables.add(config["inlineText.maxLength"].onDidChange(() => this.#schedule()));
    this.#disposables.add(config["inlineText.states"].onDidChange(() => this.#schedule()));
  }

  dispose(): void {
    clearTimeout(this.#frame);
    clearTimeout(this.#clock);
    this.#disposables.dispose();
  }

  #schedule(): void {
    if (this.#disposables.disposed) return;
    this.#frame ??= setTimeout(() => {
      this.#frame = undefined;
      this.#draw();
    }, frame);
  }

  #draw(): void {
    clearTimeout(this.#clock);
    let running = false;
    for (const editor of vscode.window.visibleTextEditors) {
      const placements = this.#config["inlineText.enabled"].value ? this.#visible(editor) : [];
      running ||= placements.some(({ task }) => isOpen(task) && task.startedAt !== undefined);
      this.#drawEditor(editor, placements);
    }
    if (running) this.#clock = setTimeout(() => this.#draw(), 1_000);
  }

  #visible(editor: vscode.TextEditor): Placement[] {
    return this.#find(editor.document).filter(({ line }) =>
      editor.visibleRanges.some((range) => line >= range.start.line - margin && line <= range.end.line + margin),
    );
  }

  #find(document: vscode.TextDocument): readonly Placement[] {
    const uri = document.uri.toString();
    const found = this.#inEditing.has(uri)
      ? (this.#found.get(uri) ?? []).map((placement) => ({ ...placement, task: this.#store.get(placement.task.id) ?? placement.task }))
      : this.#placements.of(document);
    this.#found.set(uri, found);
    return found;
  }

  #drawEditor(editor: vscode.TextEditor, placements: readonly Placement[]): void {
    const byKind = new Map<LineKind, { line: number; text: string }[]>(lineKinds.map((kind) => [kind, []]));
    for (const placement of placements) {
      const { kind, text } = this.#text(placement);
      if (!this.#config["inlineText.states"].value.includes(kind)) continue;
      byKind.get(kind)?.push({ line: placement.line, text });
    }
    const drawn = this.#drawn.get(editor) ?? new Map<LineKind, string>();
    this.#drawn.set(editor, drawn);
    for (const [kind, texts] of byKind) {
      const type = this.#types.get(kind);
      const signature = JSON.stringify(texts);
      if (!type || signature === (drawn.get(kind) ?? "[]")) continue;
      drawn.set(kind, signature);
      editor.setDecorations(
        type,
        texts.map(({ line, text }) => ({ range: endOf(editor.document, line), renderOptions: { after: { contentText: text } } })),
      );
    }
  }

  #text({ task, thrown }: Placement): LineText {
    const alsoOpen = this.#store.openOf(task.uri, task.functionName).filter((other) => other.id !== task.id).length;
    const options = { now: Date.now(), maxLength: this.#config["inlineText.maxLength"].value, alsoOpen, t: vscode.l10n.t };
    return thrown ? thrownText(thrown, task.stale, options) : lineText(task, options);
  }

  /** The editor moves drawn text along with edits, but on an edited line it would end up amid the code: there it goes at once. */
  #noteEdit({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const uri = document.uri.toString();
    const before = this.#found.get(uri) ?? [];
    if (contentChanges.length === 0 || before.length === 0) return;
    const changes = contentChanges.map(lineChange).sort((a, b) => b.startLine - a.startLine);
    const after = before.flatMap((placement) => moved(placement, changes) ?? []);
    this.#inEditing.add(uri);
    this.#found.set(uri, after);
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document !== document) continue;
      this.#drawn.set(editor, new Map(lineKinds.map((kind) => [kind, "moved"])));
      if (after.length < before.length) this.#drawEditor(editor, this.#visible(editor));
    }
  }

  #notePause(document: vscode.TextDocument): void {
    this.#inEditing.delete(document.uri.toString());
    this.#schedule();
  }
}

function moved(placement: Placement, changes: readonly LineChange[]): Placement | undefined {
  let line: number | undefined = placement.line;
  for (const change of changes) {
    if (line === undefined || (line >= change.startLine && line <= change.endLine)) return undefined;
    line = movedLine(line, change);
  }
  return line === undefined ? undefined : { ...placement, line };
}

function endOf(document: vscode.TextDocument, line: number): vscode.Range {
  const { end } = document.lineAt(line).range;
  return new vscode.Range(end, end);
}

function createType(kind: LineKind): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor(colorId(kind)), margin: "0 0 0 3ch" },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
}
