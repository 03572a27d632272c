/** Text as it is, wherever inline markdown is expected: nothing in it is formatting, a link or an icon. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[!-/:-@[-`{-~]/g, "\\$&");
}

/** A link that runs a command with arguments that name things by id. */
export function commandLink(title: string, id: string, args: readonly unknown[]): string {
  return `[${escapeMarkdown(title)}](command:${id}?${encodeURIComponent(JSON.stringify(args))})`;
}
