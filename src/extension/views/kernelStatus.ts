import path from "node:path";
import * as vscode from "vscode";
import { Disposables } from "../disposables.js";
import { documentSelector } from "../editor/documents.js";
import type { Disposable } from "../emitter.js";
import type { CommandId } from "../ids.js";
import type { ExecutorStore } from "../tasks/executorStore.js";
import { runtimeName, runtimeSentence } from "./runtimeText.js";

/** Which Node.js runs the kernels, how it was found, and the way to another: the language status of our languages. */
export class KernelStatus implements Disposable {
  readonly #disposables = new Disposables();
  readonly #item: vscode.LanguageStatusItem;
  readonly #executors: ExecutorStore;

  constructor(executors: ExecutorStore) {
    const { t } = vscode.l10n;
    this.#executors = executors;
    this.#item = this.#disposables.add(vscode.languages.createLanguageStatusItem("futures.kernel", documentSelector));
    this.#item.name = t("Futures Kernel");
    this.#disposables.add(executors.onDidChange(() => this.#show()));
    this.#show();
  }

  /** The text and detail as they are shown. */
  get shown(): { readonly text: string; readonly detail: string } {
    return { text: this.#item.text, detail: this.#item.detail ?? "" };
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #show(): void {
    const { t } = vscode.l10n;
    const infos = this.#executors.kernels().flatMap((kernel) => {
      const info = this.#executors.infoOf(kernel);
      return info ? [{ kernel, info }] : [];
    });
    const [first] = infos;
    const restart: CommandId = "futures.restartKernel";
    this.#item.text = first ? t("Futures: {0}", runtimeName(first.info.runtime, t)) : t("Futures: no kernel");
    this.#item.detail = first
      ? infos.map(({ kernel, info }) => `${path.basename(kernel)}: ${runtimeSentence(info, t)}`).join("; ")
      : t("It starts with the first submission.");
    this.#item.command = first
      ? { title: t("Restart Kernel"), command: restart }
      : { title: t("Open Setting"), command: "workbench.action.openSettings", arguments: ["futures.runtime"] };
    this.#item.accessibilityInformation = { label: `${this.#item.text}, ${this.#item.detail}` };
  }
}
