import * as vscode from "vscode";
import type { Config } from "../config.js";
import { Disposables } from "../disposables.js";
import type { Disposable } from "../emitter.js";
import type { CommandId, FunctionReference } from "../ids.js";
import { documentSelector } from "./documents.js";
import type { FunctionIndex } from "./functionIndex.js";

/** `Submit | Debug | Cancel` above every function. The same at all times, so that the code below never moves. */
export class FunctionCodeLenses implements vscode.CodeLensProvider, Disposable {
  readonly #disposables = new Disposables();
  readonly #changes = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly #index: FunctionIndex;
  readonly #config: Config;

  /** Documents whose lenses are those of an earlier text. */
  readonly #outdated = new WeakSet<vscode.TextDocument>();

  readonly onDidChangeCodeLenses = this.#changes.event;

  constructor(index: FunctionIndex, config: Config) {
    this.#index = index;
    this.#config = config;
    this.#disposables.add(config["codeLens.enabled"].onDidChange(() => this.#changes.fire()));
    this.#disposables.add(
      index.onDidPause((document) => {
        if (!this.#outdated.delete(document)) return;
        index.analysisOf(document);
        this.#changes.fire();
      }),
    );
    this.#disposables.add(vscode.languages.registerCodeLensProvider(documentSelector, this));
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!this.#config["codeLens.enabled"].value) return [];
    const { functions, isCurrent } = this.#index.placed(document);
    if (!isCurrent) this.#outdated.add(document);
    const uri = document.uri.toString();
    return functions.flatMap(({ name, range }) => {
      const target: FunctionReference = { uri, functionName: name };
      const lens = (title: string, tooltip: string, command: CommandId) =>
        new vscode.CodeLens(range, { title, tooltip, command, arguments: [target] });
      return [
        lens(vscode.l10n.t("Submit"), vscode.l10n.t("Run {0} in the selected executor", name), "futures.submit"),
        lens(vscode.l10n.t("Debug"), vscode.l10n.t("Run {0} in a process of its own, with breakpoints", name), "futures.debug"),
        lens(vscode.l10n.t("Cancel"), vscode.l10n.t("Stop the open tasks of {0}", name), "futures.cancel"),
      ];
    });
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}
