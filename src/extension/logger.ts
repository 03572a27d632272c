/** What a `vscode.LogOutputChannel` offers and rooms without an editor need. */
export interface Logger {
  error(message: string | Error): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}
