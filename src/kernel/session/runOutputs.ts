import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import type { CellOutput, MimeBundle } from "../../protocol/cells.js";

/** ms between two messages of a run that shows much. */
const pause = 50;
/** What a run shows, told in the order in which it was shown and a few times a second, also from within a loop. */
export class RunOutputs {
  readonly #send: (outputs: readonly CellOutput[]) => void;
  readonly #file: string;
  #waiting: CellOutput[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** What was printed and may have to go into the file. */
  #printed = "";
  #isCut = false;

  readonly #limit: number;

  /** @param directory for what is too long to be shown. @param limit characters that the run may print; the rest goes into a file, with all that was before. */
  constructor(directory: string, run: number, limit: number, send: (outputs: readonly CellOutput[]) => void) {
    this.#send = send;
    this.#limit = limit;
    this.#file = path.join(directory, `output-${run}.txt`);
  }

  print(stream: "stdout" | "stderr", text: string): void {
    if (text === "") return;
    if (this.#isCut) {
      appendFileSync(this.#file, text);
      return;
    }
    const room = this.#limit - this.#printed.length;
    if (this.#limit < Number.POSITIVE_INFINITY) this.#printed += text;
    this.#add({ kind: "stream", stream, text: text.slice(0, room) });
    if (text.length <= room) return;
    writeFileSync(this.#file, this.#printed);
    this.#printed = "";
    this.#isCut = true;
    this.#add({ kind: "cut", file: this.#file });
  }

  /** @param id of an output; what was shown by that goes. */
  show(id: number, bundle: MimeBundle, isResult = false): void {
    const output: CellOutput = { kind: "display", id, bundle, ...(isResult && { isResult }) };
    // Of what is replaced before it was told nobody needs to hear.
    const place = this.#waiting.findIndex((waiting) => waiting.kind === "display" && waiting.id === id);
    if (place >= 0) this.#waiting[place] = output;
    else this.#add(output);
  }

  clear(): void {
    this.#waiting = [];
    this.#add({ kind: "clear" });
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const outputs = this.#waiting;
    this.#waiting = [];
    this.#sentAt = performance.now();
    this.#send(outputs);
  }

  #add(output: CellOutput): void {
    const last = this.#waiting.at(-1);
    if (output.kind === "stream" && last?.kind === "stream" && last.stream === output.stream) {
      this.#waiting[this.#waiting.length - 1] = { ...output, text: last.text + output.text };
    } else this.#waiting.push(output);
    // Code that never waits would never let a timer come.
    if (performance.now() - this.#sentAt >= pause) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), pause);
  }
}
