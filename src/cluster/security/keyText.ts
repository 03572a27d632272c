/** True for keys themselves; a text of one line that is none is the path of a file, and may be told in messages. */
export function isKeyText(text: string): boolean {
  return /-----|\n|^\s*futures-ed25519 /.test(text);
}
