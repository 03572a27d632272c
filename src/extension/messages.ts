import * as vscode from "vscode";
import { type Disposable, Emitter } from "./emitter.js";
import { type UserAction, UserError } from "./errors.js";
import type { Logger } from "./logger.js";

/** A message as it was shown. */
export interface ShownMessage {
  readonly severity: "error" | "warning" | "information";
  readonly text: string;
  readonly actions: readonly string[];
}

/** Every notification of ours goes through here. None is awaited: a command ends when its work is done, not when its message is read. */
export class Messages implements Disposable {
  readonly #log: Logger;
  readonly #shown = new Emitter<ShownMessage>();

  readonly onDidShow = this.#shown.event;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A fault that needs the user. */
  error(text: string, ...actions: UserAction[]): void {
    this.#show("error", vscode.window.showErrorMessage, text, actions);
  }

  /** Something that the user asked for and cannot have. */
  warn(text: string, ...actions: UserAction[]): void {
    this.#show("warning", vscode.window.showWarningMessage, text, actions);
  }

  /** Something to know that needs an answer only if the user wants to give one. */
  inform(text: string, ...actions: UserAction[]): void {
    this.#show("information", vscode.window.showInformationMessage, text, actions);
  }

  /** Something short that answers what the user just did; gone by itself. */
  hint(text: string): void {
    vscode.window.setStatusBarMessage(text, 4_000);
    this.#shown.fire({ severity: "information", text, actions: [] });
  }

  /** Tells a fault: a {@link UserError} in its own words, anything else as a bug of ours, with its stack in the log. */
  report(error: unknown): void {
    if (error instanceof UserError) {
      this.warn(error.message, ...(error.action ? [error.action] : []));
      return;
    }
    this.#log.error(error instanceof Error ? error : String(error));
    this.error(vscode.l10n.t("Concurrent Futures ran into a fault of its own."), this.showLog);
  }

  /** The button that leads to the log. */
  get showLog(): UserAction {
    return { title: vscode.l10n.t("Show Log"), command: { id: "futures.showLog" } };
  }

  /** Follows a promise that nobody awaits. */
  follow(work: PromiseLike<unknown>): void {
    work.then(undefined, (error) => this.report(error));
  }

  dispose(): void {
    this.#shown.dispose();
  }

  #show(
    severity: ShownMessage["severity"],
    show: (text: string, ...titles: string[]) => Thenable<string | undefined>,
    text: string,
    actions: readonly UserAction[],
  ): void {
    const titles = actions.map((action) => action.title);
    const chosen = show(text, ...titles).then((title) => {
      const command = actions.find((action) => action.title === title)?.command;
      return command && vscode.commands.executeCommand(command.id, ...(command.args ?? []));
    });
    this.follow(chosen);
    this.#shown.fire({ severity, text, actions: titles });
  }
}
