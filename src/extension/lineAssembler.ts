/** Characters after which an unfinished line is written anyway. */
const lineLimit = 10_000;

/** Puts the pieces of several streams together to whole lines, so that they can be written below each other with a tag each. */
export class LineAssembler {
  readonly #write: (text: string) => void;
  readonly #unfinished = new Map<string, { tag: string; text: string }>();

  /** @param write Gets one or more whole lines, each with its tag and its line break. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Takes a piece of a stream. */
  append(stream: string, tag: string, piece: string): void {
    const lines = ((this.#unfinished.get(stream)?.text ?? "") + piece).split(/\r?\n/);
    let rest = lines.pop() ?? "";
    if (rest.length > lineLimit) {
      lines.push(rest);
      rest = "";
    }
    if (rest === "") this.#unfinished.delete(stream);
    else this.#unfinished.set(stream, { tag, text: rest });
    if (lines.length > 0) this.#write(lines.map((line) => `${tag}${line}\n`).join(""));
  }

  /** Writes the unfinished line of a stream that has ended. */
  end(stream: string): void {
    const last = this.#unfinished.get(stream);
    this.#unfinished.delete(stream);
    if (last) this.#write(`${last.tag}${last.text}\n`);
  }
}
