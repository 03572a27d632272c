/** As `vscode.l10n.t`. A parameter where the code also runs without an editor, so that plain mocha can load it. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/**
 * The English text itself, for places without an editor.
 *
 * @param message Text with placeholders `{0}`, `{1}`, …
 * @param args What stands in their place.
 */
export const untranslated: Translate = (message, ...args) => message.replace(/\{(\d+)\}/g, (_, index) => String(args[Number(index)] ?? ""));
