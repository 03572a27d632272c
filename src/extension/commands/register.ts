import * as vscode from "vscode";
import type { CommandArguments, CommandId } from "../ids.js";
import type { Messages } from "../messages.js";

/** A handler for each of our commands. */
export type CommandHandlers = { readonly [K in CommandId]: (...args: CommandArguments[K]) => unknown };

/**
 * Registers commands. A handler's error becomes one message, and the command resolves to `undefined`: a command that rejects
 * gets a second message from the editor.
 *
 * @returns What takes the commands back.
 */
export function registerCommands(handlers: CommandHandlers, messages: Messages): vscode.Disposable {
  const registrations = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await (handler as (...args: unknown[]) => unknown)(...args);
      } catch (error) {
        messages.report(error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}
