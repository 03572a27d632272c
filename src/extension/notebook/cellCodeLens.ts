import * as vscode from "vscode";
import { languageOf } from "../../analysis/language.js";
import { firstLines, parsePlainNotebook } from "../../analysis/notebook/plainNotebook.js";
import type { Config } from "../config.js";
import { Disposables } from "../disposables.js";
import { type Disposable, Emitter } from "../emitter.js";
import type { CommandArguments } from "../ids.js";

/** "Run Cell" above the markers of a module that is open as text. */
export class CellCodeLenses implements vscode.CodeLensProvider, Disposable {
  readonly #disposables = new Disposables();
  readonly #changes = this.#disposables.add(new Emitter<void>());
  readonly #config: Config;

  readonly onDidChangeCodeLenses = this.#changes.event;

  constructor(config: Config) {
    this.#config = config;
    this.#disposables.add(config["codeLens.enabled"].onDidChange(() => this.#changes.fire()));
    this.#disposables.add(vscode.languages.registerCodeLensProvider({ language: "typescript", scheme: "file" }, this));
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const text = document.getText();
    if (!this.#config["codeLens.enabled"].value || !/^\/\/[ \t]*%%/m.test(text)) return [];
    const notebook = parsePlainNotebook(text, languageOf(document.uri.path) ?? "ts");
    const lines = firstLines(notebook);
    return notebook.cells.flatMap(({ kind, source }, cell) => {
      const line = Math.max(0, (lines[cell] ?? 1) - (source?.marker ? 2 : 1));
      if (kind !== "code") return [];
      return (["one", "above", "below"] as const)
        .filter((which) => which === "one" || (which === "above" ? cell > 0 : cell < notebook.cells.length - 1))
        .map((which) => {
          const reference: CommandArguments["futures.runCell"][0] = { uri: document.uri.toString(), cell, which };
          return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
            title: titleOf(which),
            command: "futures.runCell",
            arguments: [reference],
          });
        });
    });
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

function titleOf(which: CommandArguments["futures.runCell"][0]["which"]): string {
  const { t } = vscode.l10n;
  return which === "one" ? t("Run Cell") : which === "above" ? t("Run Above") : t("Run Below");
}
